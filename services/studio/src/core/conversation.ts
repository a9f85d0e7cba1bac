// A conversation as it is shown: turns as they were read, and what was heard of them since. Pure.
//
// A turn that had ended when it was read is shown as it was read, any other by its events.

import type { Turn } from './api.ts';
import { type Told, tell, unheard, whole } from './told.ts';

/**
 * `turns` are in their order; `seen` is the id of the last event that is in them, and `earlier`
 * whether there are turns before the first. `told` has what each turn said and did, by its id.
 */
export interface Conversation {
  readonly turns: readonly Turn[];
  readonly told: ReadonlyMap<string, Told>;
  readonly seen: number;
  readonly earlier: boolean;
}

/** What is told by itself; after any other event the turns have to be read again. */
const COMPLETE = new Set([
  'text.delta', 'tool.started', 'tool.finished', 'file.changed', 'permission.asked',
  'permission.answered', 'preview.updated', 'preview.error',
]);

export function empty(): Conversation {
  return { turns: [], told: new Map(), seen: 0, earlier: false };
}

/** From the latest turns, newest first, of which as many as `page` were asked for. */
export function begun(turns: readonly Turn[], lastEvent: number, page: number): Conversation {
  const going = turns.filter((turn) => !turn.ended).map((turn) => turn.firstEvent - 1);
  const seen = Math.max(0, Math.min(lastEvent, ...going));
  return read({ ...empty(), seen, earlier: turns.length >= page }, turns);
}

/** With turns as they are now. One that had ended does not begin again by a slow answer. */
export function read(conversation: Conversation, turns: readonly Turn[]): Conversation {
  const known = new Map(conversation.turns.map((turn) => [turn.id, turn]));
  const told = new Map(conversation.told);
  for (const turn of turns) {
    const before = known.get(turn.id);
    if (before && ((before.ended && !turn.ended) || same(before, turn))) continue;
    known.set(turn.id, turn);
    if (told.has(turn.id)) continue;
    const complete = turn.ended && turn.firstEvent <= conversation.seen;
    told.set(turn.id, complete ? whole(turn) : unheard());
  }
  const sorted = [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { ...conversation, told, turns: sorted };
}

/** With earlier turns, of which as many as `page` were asked for. */
export function more(
  conversation: Conversation, turns: readonly Turn[], page: number,
): Conversation {
  return { ...read(conversation, turns), earlier: turns.length >= page };
}

/** An event of the journal; which of its own it has besides, its type says. */
export interface Heard {
  id: number;
  turn?: string | null;
}

/** With one event of the journal; `stale` says that the turns are to be read again. */
export function heard(
  conversation: Conversation,
  type: string,
  event: Heard,
): { next: Conversation; stale: boolean } {
  const next = { ...conversation, seen: event.id };
  const { turn } = event;
  if (turn) {
    const before = conversation.told.get(turn) ?? unheard();
    const after = tell(before, type, event);
    if (after !== before) next.told = new Map(conversation.told).set(turn, after);
  }
  return { next, stale: !COMPLETE.has(type) };
}

/** The turn at which the agent is, or that waits for it; the first of them. */
export function going({ turns }: Conversation): Turn | undefined {
  return turns.find((turn) => !turn.ended);
}

function same(one: Turn, other: Turn): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
