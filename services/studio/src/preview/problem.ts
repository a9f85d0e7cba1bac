// An error of a page's own script, in one line: the page is there, so it is none to stop for.

import { css, html, nothing } from 'lit';
import { strings } from '../core/strings.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import '../ui/icon.ts';
import type { PageProblem } from './protocol.ts';
import { mending, placeOf } from './scene.ts';

const words = strings.preview;

/** Says `nu-hide` when a person has seen it, and `nu-say` when they want it mended. */
export class NuPreviewProblem extends NuElement {
  static override properties = {
    problem: { attribute: false }, count: { type: Number }, watching: { type: Boolean },
  };
  declare problem: PageProblem;
  /** How many there were, of which this is the last. */
  declare count: number;
  /** Whether the person may only look on. */
  declare watching: boolean;

  static override styles = [base, css`
    :host {
      position: absolute; inset-inline: 0.75rem; inset-block-end: 0.75rem; z-index: 1;
      inline-size: fit-content; max-inline-size: calc(100% - 1.5rem); margin-inline: auto;
      border: 1px solid var(--line); border-radius: 2rem; background: var(--card);
      box-shadow: var(--shadow); font-size: 0.85em;
    }
    .said {
      display: flex; gap: 0.5rem; align-items: center; padding-inline: 0.9rem 0.25rem;
    }
    p { flex: 1; min-inline-size: 0 }
    .said > nu-icon { color: var(--warn) }
  `];

  override render() {
    const { problem, count } = this;
    return html`
      <div class="said" role="status">
        <nu-icon name="warning"></nu-icon>
        <p class="cut" title=${problem.message}>
          <span class="soft">${count > 1 ? words.scripts(count) : words.script}:</span>
          ${problem.message} <span class="mono soft" dir="ltr">${placeOf(problem)}</span></p>
        ${this.watching ? nothing : html`
          <button class="quiet small" @click=${() => this.send('nu-say', { text: mending(words.fixSaid, problem) })}>
            ${words.fix}</button>`}
        <button class="quiet icon" aria-label=${words.hide}
          @click=${() => this.dispatchEvent(new Event('nu-hide'))}><nu-icon name="close"></nu-icon></button>
      </div>
    `;
  }
}

define('nu-preview-problem', NuPreviewProblem);
