// Moments and spans of time, in words that a person would use. Pure.

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

/** The time of day of Unix seconds. */
export function clock(seconds: number, precisely = false): string {
  return new Date(seconds * 1000).toLocaleTimeString([], {
    hour: '2-digit', minute: '2-digit', ...(precisely ? { second: '2-digit' } : {}), hour12: false,
  });
}

/** Seconds from one moment, as the API has it, to another in Unix seconds. */
export function since(moment: string, now: number): number {
  return now - Date.parse(moment) / 1000;
}

/** Seconds, as two units at the most: `12 s`, `5 min`, `2 h 1 min`; precisely `0.4 s`, `5 min 2 s`. */
export function lasting(seconds: number, precisely = false): string {
  if (precisely && seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.max(0, precisely ? Math.round(seconds) : Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min${precisely ? ` ${whole % 60} s` : ''}`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}
