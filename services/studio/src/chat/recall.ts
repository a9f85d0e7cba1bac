// Going back to what was asked for before, as a shell does it. Pure.

/**
 * Which instruction comes `steps` (-1: an earlier one) after the one in the box; null for none.
 *
 * `said` is in the order of its turns. An empty box is after the last; one with words of its own is
 * nowhere, so that nothing is lost.
 */
export function recalled(
  said: readonly string[], text: string, steps: -1 | 1, at: number | null,
): Recalled | null {
  const distinct = said.filter((one, index) => one !== said[index + 1]);
  const here = text === '' ? distinct.length : at;
  if (here === null || (text !== '' && distinct[here] !== text)) return null;
  const next = here + steps;
  if (next < 0 || next > distinct.length) return null;
  return { at: next, text: distinct[next] ?? '' };
}

export interface Recalled {
  at: number;
  text: string;
}
