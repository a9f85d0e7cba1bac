// How numbers over time become a picture. Pure.

export interface Window {
  from: number;
  to: number;
}

export interface Point {
  at: number;
  value: number | null;
}

const ROUND = {
  any: [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10],
  whole: [1, 2, 3, 4, 5, 6, 8, 10],
  binary: [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024],
};
const SHORTEST_S = 300;
const HOUR_S = 3600;

/** What a plot shows, in Unix seconds: the last hour, or as much of it as is known. */
export function windowOf(first: number | undefined, now: number): Window {
  const known = first === undefined ? 0 : now - first;
  return { from: now - Math.min(HOUR_S, Math.max(SHORTEST_S, known)), to: now };
}

/** Of what there are fractions or not, and what is counted in powers of two. */
export type Numbers = 'any' | 'whole' | 'binary';

/** A round number that is not less, and the steps on the way to it. */
export function scale(most: number, numbers: Numbers = 'any'): { top: number; steps: number[] } {
  if (!(most > 0)) return { top: 1, steps: [0, 1] };
  const base = numbers === 'binary' ? 1024 : 10;
  const unit = base ** Math.floor(Math.log(most) / Math.log(base));
  const top = (ROUND[numbers].find((round) => round * unit >= most) ?? base) * unit;
  return { top, steps: numbers === 'whole' && top % 2 ? [0, top] : [0, top / 2, top] };
}

/** The lines of an SVG path, in a field of so much; a gap wherever there is no value. */
export function line(points: readonly Point[], window: Window, top: number, width: number, height: number): string {
  let path = '';
  let drawing = false;
  for (const { at, value } of points) {
    if (value === null) {
      drawing = false;
      continue;
    }
    path += `${drawing ? 'L' : 'M'}${place(at, value, window, top, width, height)}`;
    drawing = true;
  }
  return path;
}

/** The same, each value until the next one, the last one until the end. */
export function stairs(points: readonly Point[], window: Window, top: number, width: number, height: number): string {
  const corners: Point[] = [];
  points.forEach((point, n) => {
    const end = points[n + 1]?.at ?? window.to;
    if (end <= window.from) return;
    corners.push({ at: Math.max(point.at, window.from), value: point.value }, { at: end, value: point.value });
  });
  return line(corners, window, top, width, height);
}

/** What is below a line, as areas that are closed. */
export function area(path: string, height: number): string {
  return path
    .split('M')
    .filter(Boolean)
    .map((part) => {
      const points = part.split('L');
      const x = (point: string | undefined) => point?.split(' ')[0] ?? '0';
      return `M${x(points[0])} ${height}L${points.join('L')}L${x(points.at(-1))} ${height}Z`;
    })
    .join('');
}

function place(at: number, value: number, { from, to }: Window, top: number, width: number, height: number): string {
  const x = ((at - from) / (to - from)) * width;
  const y = height - (value / top) * height;
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

/** The point that is the last one at a time, for who points there. */
export function pointed(points: readonly Point[], at: number): Point | undefined {
  return points.findLast((point) => point.at <= at) ?? points[0];
}

/** Together what falls into each of so many equal parts of the window: for a table, and for bars. */
export function parts(
  points: readonly Point[], { from, to }: Window, count: number, how: 'sum' | 'most',
): Point[] {
  const size = (to - from) / count;
  const found: Point[] = Array.from({ length: count }, (_, n) => ({ at: from + n * size, value: null }));
  for (const { at, value } of points) {
    const part = found[Math.min(count - 1, Math.floor((at - from) / size))];
    if (part === undefined || value === null || at < from) continue;
    part.value = how === 'sum' ? (part.value ?? 0) + value : Math.max(part.value ?? value, value);
  }
  return found;
}
