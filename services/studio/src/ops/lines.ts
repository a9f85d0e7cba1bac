// The lines of a log: how they read, how bad they are, and which of them are looked for. Pure.

import type { LogLine, Missed } from '../../../client/nurseryd.d.ts';
import { visibleLines } from '../core/visible.ts';

export const MOST_LINES = 5000;

export type Level = 'error' | 'warning' | 'info' | 'debug';

export interface Line {
  key: string;
  at: number | null;
  stream: string;
  level: Level;
  text: string;
}

/** In the place of lines that are not there any more. */
export interface Gap {
  key: string;
  missed: number;
  anew: boolean;
}

export type Entry = Line | Gap;

export interface Wanted {
  text: string;
  stream: string;
}

const LEVELS: readonly [RegExp, Level][] = [
  [/\b(?:error|fatal|critical|panic|exception|traceback)\b|^\s*\w*Error:/i, 'error'],
  [/\bwarn(?:ing)?\b/i, 'warning'],
  [/\b(?:debug|trace)\b/i, 'debug'],
];
const NAMED: Record<string, Level> = {
  critical: 'error', fatal: 'error', error: 'error', warning: 'warning', warn: 'warning',
  info: 'info', debug: 'debug', trace: 'debug',
};
// Control sequences, and every other control character but a tab.
const ANSI = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b[@-_]|[\u0000-\u0008\u000a-\u001f\u007f]/g;
const TELLS = ['event', 'message', 'msg'];
const KNOWN = new Set([...TELLS, 'level', 'timestamp', 'time', 'service', 'stream', 'pid']);

/** A line as it is shown. One that is a record, as many programs write, is told as a sentence. */
export function lineOf({ id, at, stream, text }: LogLine): Line {
  const plain = text.replaceAll(ANSI, '');
  const record = recordOf(plain);
  const told = record && sentence(record);
  const level = NAMED[String(record?.['level']).toLowerCase()] ?? levelOf(plain);
  return { key: id, at: at === null ? null : Date.parse(at) / 1000, stream, level, text: shownIn(told ?? plain) };
}

/** A text in which nothing hides; a record's may be of several lines, with sequences of its own. */
function shownIn(text: string): string {
  return visibleLines(text.split('\n').map((line) => line.replaceAll(ANSI, '')).join('\n'));
}

export function gapOf({ lines, anew }: Missed, key: string): Gap {
  return { key: `missed ${key}`, missed: lines, anew };
}

/** All, without the oldest where that is too many. */
export function appended(entries: readonly Entry[], more: readonly Entry[]): Entry[] {
  return [...entries, ...more].slice(-MOST_LINES);
}

/** Those that are looked for: whatever their case. A gap is one of every stream. */
export function found(entries: readonly Entry[], { text, stream }: Wanted): Entry[] {
  const wanted = text.toLowerCase();
  return entries.filter((entry) => {
    if ('missed' in entry) return !wanted;
    return (!stream || entry.stream === stream) && entry.text.toLowerCase().includes(wanted);
  });
}

/** A text in pieces: every second one is what is looked for. */
export function pieces(text: string, wanted: string): string[] {
  if (!wanted) return [text];
  const [low, search] = [text.toLowerCase(), wanted.toLowerCase()];
  // A few letters are longer in lower case, and places in one are not those in the other.
  if (low.length !== text.length) return [text];
  const parts: string[] = [];
  let from = 0;
  for (let at = low.indexOf(search); at >= 0; at = low.indexOf(search, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + search.length));
    from = at + search.length;
  }
  return [...parts, text.slice(from)];
}

function levelOf(text: string): Level {
  return LEVELS.find(([pattern]) => pattern.test(text))?.[1] ?? 'info';
}

function recordOf(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function sentence(record: Record<string, unknown>): string | undefined {
  const told = TELLS.map((name) => record[name]).find((value) => typeof value === 'string');
  if (told === undefined) return undefined;
  const facts = Object.entries(record).filter(([name, value]) => !KNOWN.has(name) && value !== '');
  if (record['service'] !== undefined) facts.unshift(['service', record['service']]);
  return [told, ...facts.map(([name, value]) => `${name}=${shown(value)}`)].join('  ');
}

function shown(value: unknown): string {
  return typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value);
}
