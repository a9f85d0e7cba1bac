// Whether a version is within a range, as the `engines` of a package.json write them.

const PART = /^([~^]|[<>]=?|=)?v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:[-+].*)?$/;

function compare(one, other) {
  const index = one.findIndex((number, at) => number !== other[at]);
  return index < 0 ? 0 : one[index] - other[index];
}

/** The least version that a comparator admits, and the least above it that it does not. */
function bounds(sign, numbers) {
  const low = [0, 1, 2].map((at) => numbers[at] ?? 0);
  const above = (at) => low.map((number, index) => (index < at ? number : index > at ? 0 : number + 1));
  const last = numbers.length - 1;
  if (sign === '^') {
    const kept = low.findIndex((number, at) => number > 0 || at >= last);
    return [low, above(kept < 0 ? last : kept)];
  }
  if (sign === '~') return [low, above(Math.min(last, 1))];
  return [low, above(last)];
}

function fits(comparator, version) {
  const found = PART.exec(comparator);
  if (!found) return true; // better run it, and see, than refuse what was not understood
  const [, sign = '=', ...parts] = found;
  const wild = parts.findIndex((part) => part === undefined || /[xX*]/.test(part));
  const numbers = parts.slice(0, wild < 0 ? 3 : wild).map(Number);
  if (numbers.length === 0) return true;
  const [low, high] = bounds(sign, numbers);
  if (sign === '>=') return compare(version, low) >= 0;
  if (sign === '>') return compare(version, high) >= 0;
  if (sign === '<') return compare(version, low) < 0;
  if (sign === '<=') return compare(version, high) < 0;
  return compare(version, low) >= 0 && compare(version, high) < 0;
}

/** Whether `range` admits `version`; what cannot be understood admits all. */
export function admits(range, version) {
  const numbers = version.split('-')[0].split('.').map(Number);
  return range.split('||').some((alternative) =>
    alternative
      .replace(/(\S+)\s+-\s+(\S+)/g, '>=$1 <=$2')
      .replace(/([<>=~^])\s+/g, '$1')
      .split(/\s+/)
      .filter(Boolean)
      .every((comparator) => fits(comparator, numbers)),
  );
}
