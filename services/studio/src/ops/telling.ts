// Amounts as a person reads them. Pure.

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
