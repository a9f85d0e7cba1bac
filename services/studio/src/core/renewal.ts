// When to ask for another token or link, so that nothing has to wait for one. Pure.

const AHEAD_MS = 60_000;
const LONGEST_MS = 2 ** 31 - 1; // that a browser's timer takes; after it one looks again

/** How long to wait with one that is good until then, an ISO time; both in milliseconds. */
export function renewIn(expires: string, now: number): number {
  const left = Math.max(0, Date.parse(expires) - now);
  return Math.min(LONGEST_MS, left - Math.min(AHEAD_MS, left / 2));
}
