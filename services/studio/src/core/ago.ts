// When something was, in words that a person would use.

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** How long before `now` it was, in the largest unit of which there is one: `2 hours ago`. */
export function ago(then: Date, now: Date): string {
  const seconds = (then.getTime() - now.getTime()) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return 'just now';
}

/** The moment in full, as the browser's own place has it. */
export function moment(then: Date): string {
  return then.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
