// What is to be seen in the pane of the preview, by what is known of it. Pure.

import type { BuildError, Preview, Transfer } from '../core/api.ts';
import type { PageProblem } from './protocol.ts';

export type Which = 'dev' | 'built';

/**
 * What is known; `loaded` says that a page is in the frame already, `exists` whether there is such
 * a thread, if somebody said so.
 */
export interface Sight {
  exists: boolean | undefined;
  /** Whether the person may only look on. */
  watching: boolean;
  which: Which;
  preview: Preview | null;
  built: Preview | null;
  transfer: Transfer | null;
  loaded: boolean;
}

/**
 * What is said instead of a page, or over one: `whole` hides what is behind it. `value` is from 0
 * to 1 where it is known how far something is; `note` is a text of the server's.
 */
export interface Cover {
  kind: 'clone' | 'install' | 'start' | 'asleep' | 'absent' | 'unbuilt' | 'nothing';
  whole: boolean;
  value: number | null;
  note: string;
}

/** What is wrong with the site: its server cannot start (`ended`), or a page cannot be shown. */
export interface Broken {
  ended: boolean;
  error: BuildError;
}

export interface Scene {
  cover: Cover | null;
  broken: Broken | null;
}

const isShare = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 1;

function share(transfer: Transfer): number | null {
  const value = transfer.total > 0 ? transfer.done / transfer.total : null;
  return isShare(value) ? value : null;
}

const UNDER_WAY = { installing: 'install', starting: 'start', asleep: 'asleep' } as const;

function coverOf({ exists, watching, which, preview, built, transfer, loaded }: Sight): Cover | null {
  const whole = !loaded;
  const shown = which === 'built' ? built : preview;
  if (which === 'dev' && transfer?.what === 'clone') {
    return { kind: 'clone', whole, value: share(transfer), note: '' };
  }
  if (!shown) {
    const kind = !exists || watching ? 'nothing' : which === 'built' ? 'unbuilt' : 'absent';
    return { kind, whole: true, value: null, note: '' };
  }
  if (shown.state === 'ready' || shown.state === 'failed') return null;
  const value = shown.state === 'installing' && isShare(shown.progress) ? shown.progress : null;
  return { kind: UNDER_WAY[shown.state], whole, value, note: shown.reason };
}

function brokenOf({ which, preview, built }: Sight): Broken | null {
  const shown = which === 'built' ? built : preview;
  if (!shown) return null;
  const ended = shown.state === 'failed';
  if (ended) {
    const { reason } = shown;
    const error = shown.error ?? { message: reason, file: '', line: null, column: null, frame: '' };
    return { ended, error };
  }
  return shown.error && shown.state === 'ready' ? { ended, error: shown.error } : null;
}

/** What is to be seen. */
export function sceneOf(sight: Sight): Scene {
  return { cover: coverOf(sight), broken: brokenOf(sight) };
}

/** A place as people write it: `src/pages/index.astro:3`. */
export function placeOf({ file, line }: { file: string; line: number | null }): string {
  return file && line ? `${file}:${line}` : file;
}

/** An instruction to mend what a page or its server says is wrong. */
export function mending(fix: string, error: BuildError | PageProblem): string {
  const frame = 'frame' in error && error.frame ? `\n\n${error.frame}` : '';
  const place = placeOf(error);
  return `${fix} ${error.message.trim()}${place ? `\n${place}` : ''}${frame}`;
}
