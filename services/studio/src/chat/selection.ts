// How an element that was pointed at is called. Pure.

import type { SelectionBody } from '../core/api.ts';
import { visible } from '../core/visible.ts';

/** `<h1> src/pages/index.astro:12`, as much of it as is known. */
export function pointed({ file, line, html }: SelectionBody): string {
  const tag = /^\s*<([a-z][\w-]{0,40})/i.exec(html ?? '')?.[1];
  const name = visible(file);
  const place = line ? `${name}:${line}` : name;
  return tag ? `<${tag.toLowerCase()}> ${place}` : place;
}
