// Files that two sides changed differently, as a refusal tells of them.

import { css, html, nothing } from 'lit';
import { Problem } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { visible } from '../core/visible.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import '../ui/icon.ts';

interface Conflict {
  path: string;
  with: keyof typeof strings.git.conflictWith;
  text: string | null;
}

/** The conflicts that a refusal has; none where it is about something else. */
export function conflictsOf(error: unknown): Conflict[] {
  const given = error instanceof Problem ? error.reply['conflicts'] : undefined;
  return Array.isArray(given) ? (given as Conflict[]) : [];
}

/** `branch` is what was to be brought in. */
export class NuConflicts extends NuElement {
  static override properties = { problem: { attribute: false }, branch: {} };
  declare problem: Problem;
  declare branch: string;

  static override styles = [
    base,
    css`
      .card { display: grid; gap: 0.6rem; border-color: var(--warn) }
      h3 { display: flex; gap: 0.5rem; align-items: center }
      li { overflow-wrap: anywhere }
      pre {
        direction: ltr; max-block-size: 22rem; padding: 0.75rem; overflow: auto;
        border-radius: var(--radius); background: var(--raised); white-space: pre-wrap; text-align: left;
      }
      .mark { color: var(--warn); font-weight: 700 }
    `,
  ];

  override render() {
    const conflicts = conflictsOf(this.problem);
    const between = conflicts.filter((it) => it.with === 'commit').map(({ path }) => path);
    return html`
      <section class="card" role="alert">
        <h3 class="warn"><nu-icon name="warning"></nu-icon>${strings.git.conflictsTitle}</h3>
        <p>${strings.git.conflictsText}</p>
        <ul>${conflicts.map((it) => html`<li>
          <span class="mono">${visible(it.path)}</span>
          <span class="soft small">${strings.git.conflictWith[it.with]}</span>
          ${it.text === null ? nothing : html`<details>
            <summary>${strings.git.conflictText(visible(it.path))}</summary>
            <pre tabindex="0">${it.text.split('\n').map(line)}</pre>
          </details>`}
        </li>`)}</ul>
        ${between.length ? html`<div class="row">
          <button @click=${() => this.send('nu-say', { text: strings.git.mergeWish(this.branch, between.join(', ')) })}>
            <nu-icon name="edit"></nu-icon>${strings.git.askToMerge}
          </button>
        </div>` : nothing}
      </section>
    `;
  }
}

function line(text: string) {
  const marks = /^(<{7}|={7}|>{7}|\|{7})/.test(text);
  return html`<span class=${marks ? 'mark' : nothing}>${visible(text)}</span>\n`;
}

define('nu-conflicts', NuConflicts);
