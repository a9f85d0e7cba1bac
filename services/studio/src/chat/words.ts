// Markdown as elements: what an agent wrote becomes text, in tags that are chosen here.

import { css, html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { DirectiveResult } from 'lit/directive.js';
import type { Inline } from './inline.ts';
import { type Block, type List, markdown } from './markdown.ts';
import type { Table } from './table.ts';

type Shown = TemplateResult | DirectiveResult | string | typeof nothing;

/** The words of an agent. */
export function words(text: string): Shown[] {
  return markdown(text).map((one) => once(one, () => block(one)));
}

export const wording = css`
  .said { display: grid; gap: 0.55rem; overflow-wrap: anywhere }
  .said > * { min-inline-size: 0 }
  .said p { white-space: pre-line }
  .said h4 { margin-block-start: 0.3rem }
  .said :is(ul, ol).list { padding-inline-start: 1.4rem; list-style: disc }
  .said ol.list { list-style: decimal }
  .said .list li { margin-block: 0.15rem }
  .said blockquote {
    margin: 0; padding-inline-start: 0.8rem; border-inline-start: 3px solid var(--line);
    color: var(--soft);
  }
  .said hr { inline-size: 100%; margin: 0; border: 0; border-block-start: 1px solid var(--line) }
  .said .wide { overflow-x: auto }
  .said table { border-collapse: collapse; font-size: 0.93em }
  .said :is(th, td) {
    padding: 0.25rem 0.6rem; border: 1px solid var(--line); text-align: start;
    vertical-align: top; overflow-wrap: break-word;
  }
  .said th { background: var(--raised); font-weight: 600 }
  .said code { padding: 0.1em 0.35em; border-radius: 0.3em; background: var(--raised) }
  .said pre {
    max-block-size: 24rem; padding: 0.6rem 0.8rem; border-radius: var(--radius);
    background: var(--raised); overflow: auto; direction: ltr; text-align: left;
  }
  .said pre code { padding: 0; background: none; font-size: 1em }
`;

// While an answer grows, what is before its end is as it was: nobody compares it again.
function once(parsed: unknown, show: () => Shown): Shown {
  return guard([JSON.stringify(parsed)], show);
}

function block(one: Block): Shown {
  switch (one.kind) {
    case 'paragraph':
      return html`<p dir="auto">${one.words.map(within)}</p>`;
    case 'heading':
      return html`<h4 dir="auto">${one.words.map(within)}</h4>`;
    case 'code':
      return html`<pre tabindex="0"><code>${one.text}</code></pre>`;
    case 'quote':
      return html`<blockquote>${one.blocks.map(block)}</blockquote>`;
    case 'rule':
      return html`<hr />`;
    case 'list':
      return list(one);
    case 'table':
      return table(one);
  }
}

function list({ start, items }: List): Shown {
  const lines = items.map((blocks) =>
    once(blocks, () => html`<li>${blocks.map(item)}</li>`));
  if (start === null) return html`<ul class="list">${lines}</ul>`;
  return html`<ol class="list" start=${start}>${lines}</ol>`;
}

function table({ head, rows }: Table): Shown {
  return html`
    <div class="wide" tabindex="0" role="group"><table>
      <thead><tr>${head.map((cell) => html`<th dir="auto">${cell.map(within)}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`
        <tr>${row.map((cell) => html`<td dir="auto">${cell.map(within)}</td>`)}</tr>`)}</tbody>
    </table></div>
  `;
}

// A line of a list stands without the distances of a paragraph.
function item(one: Block): Shown {
  if (one.kind !== 'paragraph') return block(one);
  return html`<span dir="auto">${one.words.map(within)}</span>`;
}

function within(one: Inline): Shown {
  switch (one.kind) {
    case 'text':
      return one.text;
    case 'code':
      return html`<code>${one.text}</code>`;
    case 'strong':
      return html`<strong>${one.words.map(within)}</strong>`;
    case 'emphasis':
      return html`<em>${one.words.map(within)}</em>`;
    case 'link':
      return html`<a href=${one.to} target="_blank" rel="noopener noreferrer nofollow"
        >${one.words.map(within)}</a>`;
  }
}
