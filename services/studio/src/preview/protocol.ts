// What a previewed page and the studio around it tell each other by postMessage.
//
// The page is whatever somebody wrote: of what it says nothing is used that is not of the right
// type and length, and nothing of it is done, only shown. The page's side of this is in
// services/previews/runner/page/.

import type { SelectionBody } from '../core/api.ts';

/** Where a page is; `back` and `forward` say whether there is anything to go to. */
export interface PageFacts {
  address: string;
  title: string;
  back: boolean;
  forward: boolean;
}

/** An error that the page's own code threw. */
export interface PageProblem {
  message: string;
  file: string;
  line: number | null;
}

/** What a person pointed at: the selection of an instruction, and how to name it to them. */
export interface Picked {
  selection: SelectionBody;
  tag: string;
  text: string;
}

export type FromPage =
  | { type: 'here' }
  | { type: 'gone' }
  | ({ type: 'page' } & PageFacts)
  | ({ type: 'problem' } & PageProblem)
  | { type: 'picking'; on: boolean }
  | ({ type: 'picked' } & Picked);

export type ToPage =
  | { type: 'hello' | 'back' | 'forward' | 'reload' }
  | { type: 'pick'; on: boolean }
  | { type: 'go'; address: string };

const SOURCE = 'nurseryd';
const VERSION = 1;
const MOST_PATH = 2000;
const MOST_NAME = 1000;
const MOST_TEXT = 500;
const MOST_HTML = 2000;
const MOST_NUMBER = 1_000_000;

/** The message as the page takes it. */
export function written(message: ToPage): object {
  return { source: SOURCE, version: VERSION, ...message };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
const cut = (value: unknown, most: number) => (typeof value === 'string' ? value.slice(0, most) : '');
const count = (value: unknown): number | null =>
  Number.isInteger(value) && (value as number) > 0 && (value as number) <= MOST_NUMBER
    ? (value as number)
    : null;

function page(data: Record<string, unknown>): FromPage | undefined {
  const { address, title, back, forward } = data;
  if (typeof address !== 'string' || !/^\/(?!\/)/.test(address) || address.length > MOST_PATH) {
    return undefined;
  }
  const said = cut(title, MOST_TEXT);
  return { type: 'page', address, title: said, back: back === true, forward: forward === true };
}

function picked({ selection }: Record<string, unknown>): FromPage | undefined {
  if (!isObject(selection)) return undefined;
  const { file, line, column, html, tag, text } = selection;
  if (typeof file !== 'string' || !file || file.length > MOST_NAME) return undefined;
  const place = { file, line: count(line), column: count(column), html: cut(html, MOST_HTML) };
  return { type: 'picked', selection: place, tag: cut(tag, 60), text: cut(text, MOST_TEXT) };
}

/** What a page said; undefined for what is not of this protocol. */
export function read(data: unknown): FromPage | undefined {
  if (!isObject(data) || data['source'] !== SOURCE || data['version'] !== VERSION) return undefined;
  switch (data['type']) {
    case 'here':
    case 'gone':
      return { type: data['type'] };
    case 'page':
      return page(data);
    case 'problem': {
      const message = cut(data['message'], MOST_TEXT);
      if (!message) return undefined;
      return { type: 'problem', message, file: cut(data['file'], MOST_NAME), line: count(data['line']) };
    }
    case 'picking':
      return { type: 'picking', on: data['on'] === true };
    case 'picked':
      return picked(data);
    default:
      return undefined;
  }
}
