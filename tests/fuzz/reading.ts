// What the studio's readers make of a text: one in JSON a line on stdin, what they say a line on stdout.

import { createInterface } from 'node:readline';
import type { Inline } from '../../services/studio/src/chat/inline.ts';
import { type Block, markdown } from '../../services/studio/src/chat/markdown.ts';
import { Reader } from '../../services/studio/src/core/sse.ts';
import { rowsOf } from '../../services/studio/src/diff/rows.ts';

const links = (words: readonly Inline[]): string[] =>
  words.flatMap((one) => {
    if (one.kind === 'text' || one.kind === 'code') return [];
    return [...(one.kind === 'link' ? [one.to] : []), ...links(one.words)];
  });

const within = (block: Block): string[] => {
  switch (block.kind) {
    case 'paragraph':
    case 'heading': return links(block.words);
    case 'quote': return block.blocks.flatMap(within);
    case 'list': return block.items.flat().flatMap(within);
    case 'table': return [block.head, ...block.rows].flat().flatMap(links);
    default: return [];
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  const text: string = JSON.parse(line);
  const blocks = markdown(text);
  const said = {
    links: blocks.flatMap(within),
    blocks: blocks.length,
    rows: rowsOf(text).map(({ kind }) => kind),
    events: [...new Reader().feed(text)],
  };
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
