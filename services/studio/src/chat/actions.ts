// What can be done about a turn, and the asking for it.

import type { BegunReply, Mode, SelectionBody, Turn, TurnBody } from '../core/api.ts';
import { THREAD, type ThreadStore } from '../core/thread.ts';
import { randomKey } from './sending.ts';

export type Settling = 'cancel' | 'undo' | 'redo' | 'keep' | 'drop';
export type Action = Settling | 'again' | 'carryOut';

const TURNS = `${THREAD}/turns` as const;

/** What a turn offers as it is; in the order of its buttons. Pure. */
export function offered(turn: Turn): Action[] {
  if (!turn.ended) return ['cancel'];
  if (turn.undone) return ['redo'];
  if (turn.leftover === 'offered') return ['keep', 'drop'];
  if (turn.commit) return ['undo'];
  if (turn.state !== 'committed') return turn.leftover === 'kept' ? [] : ['again'];
  return turn.mode === 'plan' ? ['carryOut'] : [];
}

/** Do it, and show what became of the turn; throws `Problem`. */
export async function settle(
  thread: ThreadStore, turn: string, what: Settling, others: boolean,
): Promise<void> {
  const path = { ...thread.path, turn };
  if (what === 'undo' || what === 'redo') {
    await thread.api.ask(`POST ${TURNS}/{turn}/${what}`, { path, body: others ? { others } : {} });
  } else {
    await thread.api.ask(`POST ${TURNS}/{turn}/${what}`, { path, body: {} });
  }
  // It may be of long ago, and not among those that are read again.
  thread.show((await thread.api.ask(`GET ${TURNS}/{turn}`, { path })).turn);
}

/** Let the agent do what it asked for, or not; throws `Problem`. */
export async function answer(
  thread: ThreadStore, turn: string, permission: string, allow: boolean,
): Promise<void> {
  const path = { ...thread.path, turn, permission };
  await thread.api.ask(`POST ${TURNS}/{turn}/permissions/{permission}`, { path, body: { allow } });
}

/** Ask for the same once more; throws `Problem`. */
export async function again(
  thread: ThreadStore, { instruction }: Turn, selection: SelectionBody | null, mode: Mode,
): Promise<void> {
  const body = { instruction, mode, ...(selection && { selection }) };
  thread.show((await begin(thread, body, randomKey())).turn);
}

/** Begin a turn, with its idempotency key; throws `Problem`. */
export function begin(thread: ThreadStore, body: TurnBody, key: string): Promise<BegunReply> {
  const headers = { 'Idempotency-Key': key };
  return thread.api.ask(`POST ${TURNS}`, { path: thread.path, body, headers });
}
