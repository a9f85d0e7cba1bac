// Numbers and times as a person reads them. Pure.

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** Bytes, in units of 1024. */
export function bytes(count: number): string {
  let [value, unit] = [count, 0];
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${value < 10 && unit > 1 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** Of a processor, 1 for all of one. */
export function percent(cores: number): string {
  const value = cores * 100;
  return `${value < 9.95 && value > 0 ? value.toFixed(1) : Math.round(value)} %`;
}

/** Seconds, as two units at the most. */
export function lasting(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** Seconds from one moment, as the API has it, to another in Unix seconds. */
export function since(moment: string, now: number): number {
  return now - Date.parse(moment) / 1000;
}

/** The time of day of Unix seconds. */
export function clock(seconds: number, precisely = false): string {
  return new Date(seconds * 1000).toLocaleTimeString([], {
    hour: '2-digit', minute: '2-digit', ...(precisely ? { second: '2-digit' } : {}), hour12: false,
  });
}
