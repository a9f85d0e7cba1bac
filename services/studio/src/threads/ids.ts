// Titles of conversations, and the ids that are made of them. Pure.

const LONGEST = 40; // of 64 that an id may have; the rest is for the number that makes it another
const WITHOUT = 'conversation';

/** An id that says what the title says, unlike those that are `taken`, whatever their case. */
export function idOf(title: string, taken: Iterable<string>): string {
  const plain = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, '');
  const known = new Set([...taken].map((id) => id.toLowerCase()));
  const base = plain || WITHOUT;
  if (!known.has(base)) return base;
  let number = 2;
  while (known.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}

/** Whether a conversation is one that somebody looks for who typed `words`. */
export function matches(thread: { threadId: string; title: string }, words: string): boolean {
  const text = `${thread.title} ${thread.threadId}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** Which of `count` rows has the focus after a key, from the row `at`; unchanged for others. */
export function moved(at: number, count: number, key: string): number {
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: count - 1 }[key] ?? at;
  return Math.min(Math.max(to, 0), Math.max(count - 1, 0));
}
