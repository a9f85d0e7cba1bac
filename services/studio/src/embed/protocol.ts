// What a frame with `/embed/…` and the page around it tell each other by postMessage. Pure.
//
// Every message is `{ source: 'nurseryd', version: 1, type, … }`. README, "Embedding", has the same.

import type { ThreadKey } from '../core/thread.ts';
import type { TurnTold } from './turns.ts';

/** Why a token is wanted: there is none, it ends within a minute, or it is not taken. */
export type Wanting = 'missing' | 'expiring' | 'refused';

export type FromFrame =
  | ({ type: 'ready' } & ThreadKey)
  | ({ type: 'turn' } & TurnTold)
  | { type: 'problem'; status: number; detail: string }
  | { type: 'token-wanted'; reason: Wanting };

export type ToFrame =
  | { type: 'hello' | 'cancel' }
  | { type: 'token'; token: string }
  | { type: 'ask'; text: string }
  | { type: 'open'; thread: string };

const SOURCE = 'nurseryd';
const VERSION = 1;
const FIELDS = { token: 'token', ask: 'text', open: 'thread' } as const;
const SHAPE = { token: /^[\x21-\x7e]{1,4096}$/, ask: /^[^]{1,20000}$/, open: /^[A-Za-z0-9][\w-]{0,63}$/ };

export function written(message: FromFrame): object {
  return { source: SOURCE, version: VERSION, ...message };
}

/** What the page around said; undefined for what is not of this protocol. */
export function read(data: unknown): ToFrame | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const said = data as Record<string, unknown>;
  if (said['source'] !== SOURCE || said['version'] !== VERSION) return undefined;
  const { type } = said;
  if (type === 'hello' || type === 'cancel') return { type };
  if (type !== 'token' && type !== 'ask' && type !== 'open') return undefined;
  const value = said[FIELDS[type]];
  if (typeof value !== 'string' || !SHAPE[type].test(value)) return undefined;
  return { type, [FIELDS[type]]: value } as ToFrame;
}
