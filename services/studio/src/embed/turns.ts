// Which turns are in another state than they were told to be in. Pure.

import type { Turn, TurnState } from '../core/api.ts';

/** A turn as those around are told of it. */
export interface TurnTold {
  id: string;
  state: TurnState;
  commit: string | null;
  undone: boolean;
}

/** How turns were told to be, by their ids. */
export type Known = ReadonlyMap<string, string>;

const mark = ({ state, commit, undone }: TurnTold) => `${state} ${commit ?? ''} ${undone}`;

/** What to tell after `known`, and what is known then; at first, without any, nothing is news. */
export function news(
  known: Known | undefined, turns: readonly Turn[],
): { known: Known; told: TurnTold[] } {
  const next = new Map(known);
  const told: TurnTold[] = [];
  for (const { id, state, commit, undone } of turns) {
    const turn = { id, state, commit, undone };
    if (next.get(id) === mark(turn)) continue;
    next.set(id, mark(turn));
    if (known) told.push(turn);
  }
  return { known: next, told };
}
