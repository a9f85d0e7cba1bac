// Tables of Markdown, as GitHub writes them. Pure.

import { type Inline, inline } from './inline.ts';

export interface Table {
  readonly kind: 'table';
  readonly head: readonly (readonly Inline[])[];
  readonly rows: readonly (readonly (readonly Inline[])[])[];
}

const RULE = /^\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?)?$/;

/** Whether a table begins at a line: its head, and beneath it a rule of as many cells. */
export function tabled(lines: readonly string[], at: number): boolean {
  const head = lines[at];
  const rule = lines[at + 1];
  if (!head?.includes('|') || rule === undefined || !RULE.test(rule.trim())) return false;
  return cells(head).length === cells(rule).length;
}

/** The table that begins there, and the line after it. */
export function table(lines: readonly string[], at: number): [Table, number] {
  const head = cells(lines[at] as string).map((cell) => inline(cell));
  let end = at + 2;
  const rows = [];
  while (lines[end]?.includes('|')) {
    const row = cells(lines[end] as string);
    rows.push(head.map((_, column) => inline(row[column] ?? '')));
    end += 1;
  }
  return [{ kind: 'table', head, rows }, end];
}

function cells(line: string): string[] {
  const bare = line.trim().replace(/^\|/, '').replace(/(?<!\\)\|$/, '');
  return bare.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}
