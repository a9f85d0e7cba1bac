// A dialog: what must be decided before anything else.

import { css, html } from 'lit';
import { base } from './base.ts';
import { define, NuElement } from './element.ts';
import './icon.ts';
import { strings } from '../core/strings.ts';

/** Open while it has the attribute; says `nu-close` when a person closes it. */
export class NuDialog extends NuElement {
  static override properties = { open: { type: Boolean, reflect: true }, label: {} };
  declare open: boolean;
  declare label: string;

  static override styles = [
    base,
    css`
      dialog {
        inline-size: min(34rem, calc(100vw - 2rem)); max-block-size: calc(100dvh - 2rem);
        padding: 0; border: 1px solid var(--line); border-radius: calc(var(--radius) + 0.3rem);
        background: var(--card); color: inherit; box-shadow: var(--shadow);
      }
      dialog::backdrop { background: rgb(0 0 0 / 0.4) }
      header { display: flex; align-items: center; padding: 0.75rem 0.75rem 0 1.25rem }
      header h2 { flex: 1 }
      .body { padding: 0.5rem 1.25rem 1.25rem }
    `,
  ];

  override render() {
    return html`
      <dialog aria-labelledby="label" @close=${() => this.send('nu-close')}>
        <header>
          <h2 id="label">${this.label}</h2>
          <button class="quiet icon" aria-label=${strings.studio.dismiss} @click=${this.#close}>
            <nu-icon name="close"></nu-icon>
          </button>
        </header>
        <div class="body"><slot></slot></div>
      </dialog>
    `;
  }

  override updated() {
    const dialog = this.renderRoot.querySelector('dialog');
    if (this.open && !dialog?.open) dialog?.showModal();
    if (!this.open && dialog?.open) dialog.close();
  }

  #close() {
    this.renderRoot.querySelector('dialog')?.close();
  }
}

define('nu-dialog', NuDialog);
