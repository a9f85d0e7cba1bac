// The lines of one file's diff.

import { html, type TemplateResult } from 'lit';
import { strings } from '../core/strings.ts';
import { visible } from '../core/visible.ts';
import type { Pair, Row } from './rows.ts';

const SIGNS: Record<Row['kind'], string> = { added: '+', removed: '−', same: '', hunk: '', note: '' };

/** Rows below one another. */
export function unified(rows: readonly Row[]): TemplateResult {
  return html`
    <colgroup><col class="number" /><col class="number" /><col class="sign" /><col /></colgroup>
    ${heads(2)}
    <tbody>${rows.map((row) => across(row, 4) ?? html`
      <tr class=${row.kind}>
        <td class="number">${row.old}</td><td class="number">${row.new}</td>
        <td class="sign">${SIGNS[row.kind]}</td><td class="text">${visible(row.text)}</td>
      </tr>`)}</tbody>
  `;
}

/** Rows beside one another. */
export function split(pairs: readonly Pair[]): TemplateResult {
  return html`
    <colgroup><col class="number" /><col class="sign" /><col /><col class="number" /><col class="sign" /><col /></colgroup>
    <thead class="unseen"><tr>
      <th colspan="3">${strings.git.before}</th><th colspan="3">${strings.git.after}</th>
    </tr></thead>
    <tbody>${pairs.map(({ left, right }) => across(left, 6) ?? html`
      <tr>${side(left, left?.old)}${side(right, right?.new)}</tr>`)}</tbody>
  `;
}

function heads(numbers: number) {
  return html`<thead class="unseen"><tr>
    <th>${strings.git.before}</th><th>${strings.git.after}</th><td colspan=${numbers}></td>
  </tr></thead>`;
}

function across(row: Row | undefined, columns: number) {
  if (row?.kind === 'note') {
    return html`<tr class="note"><td colspan=${columns}>${visible(row.text)}</td></tr>`;
  }
  if (row?.kind !== 'hunk') return undefined;
  const where = strings.git.hunk(row.new ?? 1);
  return html`<tr class="hunk"><td colspan=${columns}>${where} ${visible(row.text)}</td></tr>`;
}

function side(row: Row | undefined, number: number | undefined) {
  if (!row) return html`<td class="nothing" colspan="3"></td>`;
  const kind = row.kind === 'same' ? '' : row.kind;
  return html`
    <td class="number ${kind}">${number}</td><td class="sign ${kind}">${SIGNS[row.kind]}</td>
    <td class="text ${kind}">${visible(row.text)}</td>
  `;
}
