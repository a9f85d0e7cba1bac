// The Markdown that agents write, taken apart: paragraphs, headings, lists, code, quotes, tables.
// Pure. HTML in it stays the text that it is; of what has not ended yet the end is taken as there.

import { type Inline, inline } from './inline.ts';
import { type Table, table, tabled } from './table.ts';

export type Block =
  | { readonly kind: 'paragraph'; readonly words: readonly Inline[] }
  | { readonly kind: 'heading'; readonly words: readonly Inline[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | { readonly kind: 'rule' }
  | List
  | Table;

export interface List {
  readonly kind: 'list';
  /** The first number; null where the items have none. */
  readonly start: number | null;
  readonly items: readonly (readonly Block[])[];
}

// A line may be as long as an agent likes: none of these looks through it more than once.
const FENCE = /^\s{0,3}(`{3,}(?!`)|~{3,}(?!~))(?=[^`]*$)\s*([\w+#.-]*)/;
const HEADING = /^\s{0,3}#{1,6}\s(.*)$/;
const RULE = /^\s{0,3}([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^\s{0,3}>\s?/;
const ITEM = /^(\s{0,3})([-*+]|(\d{1,9})[.)])(\s+)(.*)$/;
const DEEPEST = 8;

export function markdown(text: string, depth = 0): Block[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] as string;
    let found: [Block, number] | undefined;
    if (!line.trim()) {
      at += 1;
      continue;
    }
    if (FENCE.test(line)) found = code(lines, at);
    else if (HEADING.test(line)) {
      found = [{ kind: 'heading', words: inline(heading(HEADING.exec(line)?.[1] ?? '')) }, at + 1];
    } else if (RULE.test(line)) found = [{ kind: 'rule' }, at + 1];
    else if (depth < DEEPEST && QUOTE.test(line)) found = quote(lines, at, depth);
    else if (depth < DEEPEST && ITEM.test(line)) found = list(lines, at, depth);
    else if (tabled(lines, at)) found = table(lines, at);
    const [block, next] = found ?? paragraph(lines, at);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

/** What a heading says, without the signs that may close it. */
function heading(text: string): string {
  const said = text.trim();
  let end = said.length;
  while (said[end - 1] === '#') end -= 1;
  return end === 0 || /\s/.test(said[end - 1] as string) ? said.slice(0, end).trimEnd() : said;
}

function code(lines: readonly string[], at: number): [Block, number] {
  const [, fence = '', language = ''] = FENCE.exec(lines[at] as string) ?? [];
  let end = at + 1;
  const closes = (line: string) => {
    const bare = line.trim();
    return bare.length >= fence.length && bare === (fence[0] as string).repeat(bare.length);
  };
  while (end < lines.length && !closes(lines[end] as string)) end += 1;
  return [{ kind: 'code', language, text: lines.slice(at + 1, end).join('\n') }, end + 1];
}

function quote(lines: readonly string[], at: number, depth: number): [Block, number] {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end] as string)) end += 1;
  const text = lines.slice(at, end).map((line) => line.replace(QUOTE, '')).join('\n');
  return [{ kind: 'quote', blocks: markdown(text, depth + 1) }, end];
}

function list(lines: readonly string[], at: number, depth: number): [Block, number] {
  const [, , , number] = ITEM.exec(lines[at] as string) ?? [];
  const items: Block[][] = [];
  let end = at;
  while (end < lines.length) {
    const found = ITEM.exec(lines[end] as string);
    if (!found || (found[3] === undefined) !== (number === undefined)) break;
    const [, indent = '', mark = '', , gap = '', rest = ''] = found;
    const width = indent.length + mark.length + Math.min(gap.length, 4);
    const own = [rest];
    end += 1;
    while (end < lines.length && belongs(lines, end, indent.length)) {
      own.push(outdented(lines[end] as string, width));
      end += 1;
    }
    while (own.at(-1) === '') own.pop();
    items.push(markdown(own.join('\n'), depth + 1));
  }
  return [{ kind: 'list', start: number === undefined ? null : Number(number), items }, end];
}

/** Whether a line goes on with an item that is indented so far. */
function belongs(lines: readonly string[], at: number, indent: number): boolean {
  const line = lines[at] as string;
  const deeper = (of: string) => of.length - of.trimStart().length > indent + 1;
  if (!line.trim()) {
    if (!(lines[at - 1] as string).trim()) return true; // as the empty line before it does
    let next = at + 1;
    while (next < lines.length && !(lines[next] as string).trim()) next += 1;
    const after = lines[next];
    return after !== undefined && (deeper(after) || ITEM.test(after));
  }
  return deeper(line) || !(begins(line) || !(lines[at - 1] as string).trim());
}

function outdented(line: string, width: number): string {
  const indent = line.length - line.trimStart().length;
  return line.slice(Math.min(indent, width));
}

function paragraph(lines: readonly string[], at: number): [Block, number] {
  const goesOn = (line: string | undefined) => line?.trim() && !begins(line);
  let end = at + 1;
  while (goesOn(lines[end]) && !tabled(lines, end)) end += 1;
  const text = lines.slice(at, end).map((line) => line.trim()).join('\n');
  return [{ kind: 'paragraph', words: inline(text) }, end];
}

function begins(line: string): boolean {
  return [FENCE, HEADING, RULE, QUOTE, ITEM].some((start) => start.test(line));
}
