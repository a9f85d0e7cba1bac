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

/**
 * What to tell after `known`, and what is known then; `turns` are in their order.
 *
 * At first, without any, nothing is news; nor are those before all that are known, which somebody
 * only wanted to see again.
 */
export function news(
  known: Known | undefined, turns: readonly Turn[],
): { known: Known; told: TurnTold[] } {
  const next = new Map(known);
  const told: TurnTold[] = [];
  const oldest = turns.findIndex(({ id }) => known?.has(id));
  for (const [at, { id, state, commit, undone }] of turns.entries()) {
    const turn = { id, state, commit, undone };
    if (next.get(id) === mark(turn)) continue;
    next.set(id, mark(turn));
    if (known && at >= oldest) told.push(turn);
  }
  return { known: next, told };
}
