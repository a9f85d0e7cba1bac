// What an agent did between its words: its tools, folded, and its looks at the pages.

import { css, html, nothing, type TemplateResult } from 'lit';
import { strings } from '../core/strings.ts';
import { lasting } from '../core/times.ts';
import { visible, visibleLines } from '../core/visible.ts';
import { spent } from './facts.ts';
import type { Check, Step } from '../core/told.ts';

const text = strings.chat;

/** Steps that followed one another; `open` is how they are until a person folds them. */
export function steps(all: readonly Step[], open: boolean): TemplateResult {
  const seconds = spent(all);
  const failed = all.filter(({ ok }) => ok === false).length;
  return html`
    <details class="steps" ?open=${open}>
      <summary class="small soft">
        <span>${text.steps(all.length)}</span>
        ${failed ? html`<span class="bad">· ${text.failedSteps(failed)}</span>` : nothing}
        ${seconds === null || seconds < 0.1 ? nothing : html`<span>· ${lasting(seconds, true)}</span>`}
      </summary>
      <ul>${all.map(step)}</ul>
    </details>
  `;
}

function step({ tool, summary, ok, problem }: Step): TemplateResult {
  const icon = ok === null ? 'more' : ok ? 'check' : 'close';
  return html`
    <li class="step small" data-ok=${String(ok)}>
      <nu-icon name=${icon}></nu-icon>
      <span class="unseen">${text.stepStates[`${ok}`]}:</span>
      <span><b>${visible(tool)}</b>
        ${summary ? html`<span class="soft">${visible(summary)}</span>` : nothing}
        ${problem ? html`<span class="bad why">${visibleLines(problem)}</span>` : nothing}</span>
    </li>
  `;
}

/** A look at the pages that were changed. */
export function check({ pages, errors, skipped }: Check): TemplateResult {
  const names = pages?.join(' ') ?? '';
  if (pages === null) return line('more', 'soft', text.checking);
  if (skipped) return line('warning', 'warn', text.skipped(skipped));
  if (errors.length) return line('warning', 'warn', text.broken(names));
  return names ? line('check', 'soft', text.checked(names)) : html``;
}

export function repair(number: number): TemplateResult {
  return line('edit', 'soft', text.repairing(number));
}

function line(icon: string, kind: string, words: string): TemplateResult {
  return html`
    <div class="check small ${kind}"><nu-icon name=${icon}></nu-icon><span>${words}</span></div>
  `;
}

export const stepping = css`
  .steps summary { display: flex; gap: 0.35rem; align-items: center; cursor: pointer }
  .steps summary::before {
    content: ''; inline-size: 0.4rem; block-size: 0.4rem; margin-inline: 0.2rem 0.3rem;
    border: solid currentColor; border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg);
    transition: transform 0.15s;
  }
  .steps summary:dir(rtl)::before { transform: rotate(135deg) }
  .steps[open] summary::before { transform: rotate(45deg) }
  .steps summary::-webkit-details-marker { display: none }
  .steps ul {
    display: grid; gap: 0.2rem; margin-block-start: 0.35rem; padding-inline-start: 0.8rem;
    border-inline-start: 2px solid var(--line);
  }
  .step, .check { display: flex; gap: 0.45rem; align-items: flex-start; overflow-wrap: anywhere }
  .step > nu-icon, .check > nu-icon { margin-block-start: 0.2em }
  .step b { font-weight: 600 }
  .step[data-ok='true'] > nu-icon { color: var(--good) }
  .step[data-ok='false'] > nu-icon { color: var(--bad) }
  .step[data-ok='null'] > nu-icon { animation: pulse 1.2s ease-in-out infinite }
  .why { display: block }
  @keyframes pulse { 50% { opacity: 0.25 } }
`;
