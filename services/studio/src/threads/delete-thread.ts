// Asks whether a conversation is really to go, and says what stays of it.

import { css, html, nothing } from 'lit';
import type { Thread } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { visible } from '../core/visible.ts';
import { base } from '../ui/base.ts';
import '../ui/dialog.ts';
import { define, NuElement } from '../ui/element.ts';

/** Open while it has a `thread`; says `nu-delete` with whether the `branch` goes too. */
export class NuDeleteThread extends NuElement {
  static override properties = { thread: { attribute: false }, branch: { state: true } };
  declare thread: Thread | undefined;
  declare branch: boolean;

  static override styles = [
    base,
    css`
      .body { display: grid; gap: 0.6rem }
      label { display: flex; gap: 0.6rem; align-items: center }
      .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; justify-content: end }
    `,
  ];

  constructor() {
    super();
    this.branch = false;
  }

  override willUpdate() {
    if (!this.thread) this.branch = false;
  }

  override render() {
    const { thread } = this;
    const { threads } = strings;
    const title = visible(thread?.title || thread?.threadId || '');
    return html`
      <nu-dialog label=${threads.deleteTitle(title)} ?open=${thread !== undefined} @nu-close=${this.#close}>
        ${thread ? html`<div class="body">
          <p>${threads.deleteGoes}</p>
          ${this.branch ? nothing : html`<p>${threads.deleteStays}</p>`}
          <label><input type="checkbox" .checked=${this.branch}
            @change=${() => (this.branch = !this.branch)} />${threads.deleteBranch}</label>
          <div class="actions">
            <button @click=${this.#close}>${threads.cancel}</button>
            <button class="danger" @click=${() => this.send('nu-delete', { branch: this.branch })}>${threads.deleteNow}</button>
          </div>
        </div>` : nothing}
      </nu-dialog>
    `;
  }

  readonly #close = () => this.send('nu-close');
}

define('nu-delete-thread', NuDeleteThread);
