// One conversation in the list: a link to it, and what may be done with it.

import { css, html, nothing } from 'lit';
import { ago, moment } from '../core/times.ts';
import type { Thread } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { visible } from '../core/visible.ts';
import { pathOf } from '../core/place.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import '../ui/icon.ts';

/** What a row says with `nu-do` that somebody wants of its conversation. */
export type Wish =
  | { what: 'open' | 'fork' | 'archive' | 'back' | 'delete' }
  | { what: 'rename'; title: string };

/** `reached`: it is this row that Tab leads to. `root` is where the studio is. */
export class NuThreadRow extends NuElement {
  static override properties = {
    thread: { attribute: false }, root: { attribute: false }, current: { type: Boolean, reflect: true },
    working: { type: Boolean }, reached: { type: Boolean }, fixed: { type: Boolean },
    single: { type: Boolean }, opened: { state: true }, renaming: { state: true },
  };
  declare thread: Thread;
  declare root: URL;
  declare current: boolean;
  declare working: boolean;
  declare reached: boolean;
  /** Nothing may be done with it but to read it. */
  declare fixed: boolean;
  /** It may be renamed, and no more: the token is for this one alone. */
  declare single: boolean;
  declare opened: boolean;
  declare renaming: boolean;

  static override styles = [
    base,
    css`
      :host { border-radius: var(--radius) }
      :host([current]) { background: var(--raised) }
      :host(:hover) { background: var(--raised) }
      .line { display: flex; align-items: center; padding-inline-end: 0.25rem }
      a {
        display: grid; gap: 0.05rem; flex: 1; min-inline-size: 0; padding: 0.45rem 0.6rem;
        border-radius: inherit; color: inherit; text-decoration: none;
      }
      :host([current]) a { box-shadow: inset 3px 0 var(--accent) }
      :host([current]:dir(rtl)) a { box-shadow: inset -3px 0 var(--accent) }
      :host([current]) .title { font-weight: 600 }
      .title { unicode-bidi: plaintext; text-align: start }
      .about { display: flex; flex-wrap: wrap; gap: 0 0.5rem }
      .badge { color: var(--accent); font-weight: 600 }
      .dot { inline-size: 0.5em; block-size: 0.5em; margin-inline-end: 0.4em; border-radius: 50%; background: currentColor; animation: beat 1.2s ease-in-out infinite }
      @keyframes beat { 50% { opacity: 0.3 } }
      .actions { display: flex; flex-wrap: wrap; gap: 0.15rem; padding: 0 0.35rem 0.4rem }
      .actions button { min-block-size: 1.8rem; padding: 0.1rem 0.5rem; font-size: 0.85em }
      form { display: flex; gap: 0.35rem; padding: 0.4rem }
      form input { flex: 1; min-inline-size: 0 }
    `,
  ];

  constructor() {
    super();
    this.current = this.working = this.reached = this.fixed = this.single = false;
    this.opened = this.renaming = false;
  }

  /** To the link, whatever is open in it. */
  override focus() {
    this.renderRoot.querySelector<HTMLElement>('a, input')?.focus();
  }

  override render() {
    if (this.renaming) return this.#form();
    const { thread } = this;
    const { clientId: client, userId: user, threadId } = thread;
    const title = visible(thread.title || threadId);
    const time = new Date(thread.updated);
    const tab = this.reached ? '0' : '-1';
    return html`
      <div class="line">
        <a href=${new URL(pathOf({ client, user, thread: threadId }), this.root).href} tabindex=${tab}
          aria-current=${this.current ? 'page' : nothing} @click=${this.#open}>
          <span class="title cut">${title}</span>
          <span class="about small soft">
            ${this.working ? html`<span class="badge"><span class="dot"></span>${strings.threads.working}</span>` : nothing}
            <time datetime=${thread.updated} title=${moment(time)}>${ago(time, new Date())}</time>
            ${thread.ahead ? html`<span>${strings.threads.ahead(thread.ahead)}</span>` : nothing}
          </span>
        </a>
        ${this.fixed ? nothing : html`<button class="quiet icon" tabindex=${tab} aria-expanded=${this.opened}
          aria-label=${strings.threads.actions(title)} @click=${() => (this.opened = !this.opened)}>
          <nu-icon name="more"></nu-icon>
        </button>`}
      </div>
      ${this.opened && !this.fixed ? this.#actions() : nothing}
    `;
  }

  #actions() {
    const { threads } = strings;
    const button = (icon: string, text: string, work: () => void) => html`
      <button class="quiet" @click=${work}><nu-icon name=${icon}></nu-icon>${text}</button>`;
    const rename = button('edit', threads.rename, this.#rename);
    if (this.single) return html`<div class="actions">${rename}</div>`;
    const away = button('trash', threads.delete, () => this.#do({ what: 'delete' }));
    if (this.thread.archived) {
      return html`<div class="actions">${button('undo', threads.back, () => this.#do({ what: 'back' }))} ${away}</div>`;
    }
    return html`<div class="actions">
      ${rename}
      ${button('branch', threads.fork, () => this.#do({ what: 'fork' }))}
      ${button('archive', threads.archive, () => this.#do({ what: 'archive' }))}
      ${away}
    </div>`;
  }

  #form() {
    const title = this.thread.title || this.thread.threadId;
    return html`
      <form @submit=${this.#submit} @keydown=${this.#key}>
        <input class="field" aria-label=${strings.threads.renameOf(visible(title))} required maxlength="200" .value=${title} />
        <button class="primary">${strings.threads.save}</button>
      </form>
    `;
  }

  readonly #rename = async () => {
    this.renaming = true;
    await this.updateComplete;
    this.renderRoot.querySelector('input')?.select();
  };

  #submit(event: SubmitEvent) {
    event.preventDefault();
    const title = this.renderRoot.querySelector('input')?.value.trim() ?? '';
    if (title && title !== this.thread.title) this.#do({ what: 'rename', title });
    void this.#leave();
  }

  #key(event: KeyboardEvent) {
    event.stopPropagation(); // arrows move in the text
    if (event.key === 'Escape') void this.#leave();
  }

  async #leave() {
    this.renaming = this.opened = false;
    await this.updateComplete;
    this.focus();
  }

  readonly #open = (event: MouseEvent) => {
    // Another button, or a key held, asks the browser for another window.
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.#do({ what: 'open' });
  };

  #do(wish: Wish): void {
    this.send('nu-do', wish);
    // A dialog gives the focus back to the button that led to it.
    if (!['rename', 'fork', 'delete'].includes(wish.what)) this.opened = false;
  }
}

define('nu-thread-row', NuThreadRow);
