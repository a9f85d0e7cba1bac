// A unified diff as rows to show, one below another or side by side. Pure.

export interface Row {
  kind: 'hunk' | 'same' | 'added' | 'removed' | 'note';
  text: string;
  /** The line's number before, and after; from 1. */
  old?: number;
  new?: number;
}

/** What stands beside one another; a `hunk` or a `note` goes across. */
export interface Pair {
  left?: Row;
  right?: Row;
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;

/**
 * The rows of one file's patch, from its first hunk on.
 *
 * A hunk's head says how long it is: a line of the file that looks like a head is none.
 */
export function rowsOf(patch: string): Row[] {
  const rows: Row[] = [];
  let before = 0;
  let after = 0;
  let [left, right] = [0, 0];
  for (const line of patch.replace(/\n$/, '').split('\n')) {
    if (left <= 0 && right <= 0) {
      const head = HUNK.exec(line);
      if (head) {
        [before, after] = [Number(head[1]), Number(head[3])];
        [left, right] = [Number(head[2] ?? 1), Number(head[4] ?? 1)];
        rows.push({ kind: 'hunk', text: head[5] ?? '', old: before, new: after });
      } else if (rows.length && line.startsWith('\\')) {
        rows.push({ kind: 'note', text: line.slice(2) });
      }
      continue;
    }
    const text = line.slice(1);
    if (line.startsWith('+')) {
      rows.push({ kind: 'added', text, new: after++ });
      right -= 1;
    } else if (line.startsWith('-')) {
      rows.push({ kind: 'removed', text, old: before++ });
      left -= 1;
    } else if (line.startsWith('\\')) {
      rows.push({ kind: 'note', text: line.slice(2) });
    } else {
      rows.push({ kind: 'same', text, old: before++, new: after++ });
      left -= 1;
      right -= 1;
    }
  }
  return rows;
}

/** The same beside one another: what was removed beside what was added in its place. */
export function pairsOf(rows: readonly Row[]): Pair[] {
  const pairs: Pair[] = [];
  let removed: Row[] = [];
  let added: Row[] = [];
  const flush = () => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) {
      const [left, right] = [removed[at], added[at]];
      pairs.push({ ...(left && { left }), ...(right && { right }) });
    }
    [removed, added] = [[], []];
  };
  for (const row of rows) {
    if (row.kind === 'removed') {
      if (added.length) flush();
      removed.push(row);
    } else if (row.kind === 'added') {
      added.push(row);
    } else {
      flush();
      pairs.push(row.kind === 'note' ? { left: row } : { left: row, right: row });
    }
  }
  flush();
  return pairs;
}
