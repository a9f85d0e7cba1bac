// What stands in the place of a conversation that an address names and that there is not.

import { css, html, nothing } from 'lit';
import { sentence } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import type { ThreadStore } from '../core/thread.ts';
import { ThreadList } from '../threads/list.ts';
import '../threads/making.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';

export class NuMissing extends NuElement {
  static override properties = {
    thread: { attribute: false }, list: { state: true }, problem: { state: true },
  };
  declare thread: ThreadStore;
  /** There is one while the conversation is made. */
  declare list: ThreadList | null;
  declare problem: string;

  static override styles = [base, css`
    :host {
      position: relative; display: grid; gap: 0.75rem; align-content: center; justify-items: start;
      padding: 1rem;
    }
    h2 { font-size: 1.25rem }
  `];

  constructor() {
    super();
    this.list = null;
    this.problem = '';
  }

  override render() {
    return html`
      <h2>${strings.studio.missing}</h2>
      <p class="soft">${strings.studio.missingHelp}</p>
      <button class="primary" ?disabled=${this.list !== null} @click=${this.#open}>${strings.studio.openIt}</button>
      ${this.list ? html`<nu-making .list=${this.list}></nu-making>` : nothing}
      <p class="bad" role="alert">${this.problem}</p>
    `;
  }

  readonly #open = async () => {
    const { thread } = this;
    const { client, user, thread: id } = thread.key;
    const list = (this.list = new ThreadList(thread.api, client, user));
    this.problem = '';
    try {
      await list.begin(id, null, { from: 'site' });
      await thread.begin();
    } catch (error) {
      this.problem = sentence(error);
    } finally {
      list.end();
      this.list = null;
    }
  };
}

define('nu-missing', NuMissing);
