// What somebody sees who has no conversation yet: one button leads to the first.

import { html, nothing, svg } from 'lit';
import { sentence } from '../core/api.ts';
import type { SessionReply } from '../core/session.ts';
import { strings } from '../core/strings.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import type { ThreadList } from './list.ts';
import './making.ts';
import { threadStyles } from './styles.ts';

const SPROUT = 'M16 30V14m0 4C6 18 5 11 5 7c6 0 11 3 11 11zm0-3c0-8 5-12 11-12 0 5-1 12-11 12z';
const FIRST = 'first';

/** Says `nu-made` with the id of the conversation, and `nu-other` where another start is wanted. */
export class NuWelcome extends NuElement {
  static override properties = {
    list: { attribute: false }, first: { attribute: false }, fixed: { type: Boolean },
    busy: { state: true }, problem: { state: true },
  };
  declare list: ThreadList;
  /** The thread that the server says to begin with. */
  declare first: SessionReply['first'];
  /** Nothing may be begun with this token. */
  declare fixed: boolean;
  declare busy: boolean;
  declare problem: string;

  static override styles = [base, threadStyles];

  constructor() {
    super();
    this.fixed = this.busy = false;
    this.problem = '';
  }

  override render() {
    const { threads } = strings;
    return html`
      <div class="welcome">
        <svg class="sprout" viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2.5"
          stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${svg`<path d=${SPROUT} />`}</svg>
        <h2>${threads.welcome}</h2>
        <p class="soft">${threads.welcomeText}</p>
        ${this.fixed ? nothing : html`
          <button class="primary" ?disabled=${this.busy} @click=${this.#begin}>${threads.first}</button>
          ${this.list.workspace ? nothing
            : html`<button class="quiet" ?disabled=${this.busy} @click=${() => this.send('nu-other')}>${threads.firstOther}</button>`}
        `}
        ${this.busy ? html`<nu-making .list=${this.list}></nu-making>` : nothing}
        <p class="bad" role="alert">${this.problem}</p>
      </div>
    `;
  }

  readonly #begin = async () => {
    const { list, first } = this;
    const own = first && first.clientId === list.client && first.userId === list.user;
    const thread = own ? first.threadId : FIRST;
    this.busy = true;
    this.problem = '';
    try {
      await list.begin(thread, null, { from: 'starter' });
      this.send('nu-made', { thread });
    } catch (error) {
      this.problem = sentence(error);
    } finally {
      this.busy = false;
    }
  };
}

define('nu-welcome', NuWelcome);
