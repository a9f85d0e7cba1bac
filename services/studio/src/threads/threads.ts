// A user's conversations: to open, begin, rename, fork, put away and bring back.

import { html, nothing, type PropertyValues } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { type Api, sentence, type Thread, type Workspace } from '../core/api.ts';
import type { SessionReply } from '../core/session.ts';
import { strings } from '../core/strings.ts';
import { visible } from '../core/visible.ts';
import { base } from '../ui/base.ts';
import { define, NuElement, Watch } from '../ui/element.ts';
import '../ui/icon.ts';
import { chooser } from './chooser.ts';
import './delete-thread.ts';
import { matches, moved } from './ids.ts';
import { ThreadList } from './list.ts';
import './new-thread.ts';
import './row.ts';
import type { NuThreadRow, Wish } from './row.ts';
import { threadStyles } from './styles.ts';
import './welcome.ts';

const MANY = 8; // conversations, of which one is better looked for by words

/**
 * `current` is the thread that is open, `working` those in which the agent is at work.
 *
 * Says `nu-titled` with the `title` of the open one, and again when that changes; `nu-lost` when
 * that is not there any more.
 */
export class NuThreads extends NuElement {
  static override properties = {
    api: { attribute: false }, session: { attribute: false }, client: {}, user: {}, current: {},
    working: { attribute: false }, news: {}, list: { state: true }, workspaces: { state: true },
    words: { state: true }, put: { state: true }, at: { state: true }, making: { state: true },
    source: { state: true }, going: { state: true },
  };
  declare api: Api;
  declare session: SessionReply;
  declare client: string | undefined;
  declare user: string | undefined;
  declare current: string | undefined;
  declare working: readonly string[];
  /** Another number says that the list may not be as it was read. */
  declare news: number;
  declare list: ThreadList | undefined;
  declare workspaces: readonly Workspace[];
  declare words: string;
  /** Whether those are shown that were put into the archive. */
  declare put: boolean;
  /** Which row Tab leads to. */
  declare at: number;
  declare making: boolean;
  declare source: string;
  declare going: Thread | undefined;

  static override styles = [base, threadStyles];

  #told: string | undefined;

  constructor() {
    super();
    this.working = this.workspaces = [];
    this.words = this.source = '';
    this.put = this.making = false;
    this.at = this.news = 0;
    new Watch<ThreadList>(this, () => this.list);
  }

  override connectedCallback() {
    super.connectedCallback();
    this.#begin();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.list?.end();
    this.list = undefined;
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('client') || changed.has('user')) this.#begin();
    if (changed.has('session') && /^(operator|client:)/.test(this.session?.scope ?? '')) void this.#look();
    if (changed.has('current')) this.#told = undefined;
    // A turn may have made commits, which the list counts, or be of a thread that it does not know.
    if ((changed.has('news') && this.news) || (changed.has('current') && this.current)) void this.list?.read();
  }

  override updated() {
    const title = [...(this.list?.threads ?? []), ...(this.list?.archived ?? [])]
      .find(({ threadId }) => threadId === this.current)?.title;
    if (this.#told !== undefined && title === undefined) {
      this.#told = undefined;
      this.send('nu-lost');
    }
    if (title === undefined || title === this.#told) return;
    this.#told = title;
    this.send('nu-titled', { title });
  }

  #begin(): void {
    const { client, user, api } = this;
    if (this.list && this.list.client === client && this.list.user === user) return;
    this.list?.end();
    const only = /^thread:[^/]+\/[^/]+\/(.+)$/.exec(this.session?.scope ?? '')?.[1];
    this.list = client && user ? new ThreadList(api, client, user, only) : undefined;
    void this.list?.read();
  }

  async #look(): Promise<void> {
    try {
      this.workspaces = (await this.api.ask('GET /v1/workspaces', {})).workspaces;
    } catch {
      // There is then no choice; what is wrong is told by whatever else is asked.
    }
  }

  override render() {
    const { list } = this;
    if (!list) return html`<div class="list">${this.#chooser()}<p class="soft">${strings.threads.pickWorkspace}</p></div>`;
    if (list.threads === undefined) return html`<div class="list">${this.#problem(list)}</div>`;
    if (list.threads.length === 0 && list.archived.length === 0 && !this.current) {
      return html`
        <div class="list">${this.#chooser()}</div>
        <nu-welcome .list=${list} .first=${this.session.first} .fixed=${this.#fixed}
          @nu-made=${this.#made} @nu-other=${() => this.#new('')}></nu-welcome>
        ${this.#dialogs(list)}
      `;
    }
    const shown = list.threads.filter((thread) => matches(thread, this.words));
    return html`
      <nav class="list" aria-label=${strings.threads.name}>
        ${this.#chooser()}
        <div class="head">
          <h2>${strings.threads.name}</h2>
          ${this.#fixed || list.only !== undefined ? nothing : html`
            <button class="primary" aria-label=${strings.threads.new} @click=${() => this.#new('')}>
              <nu-icon name="plus"></nu-icon>${strings.threads.newShort}
            </button>`}
        </div>
        ${this.#problem(list)}
        ${list.threads.length > MANY ? html`<input class="field" type="search" aria-label=${strings.threads.find}
          placeholder=${strings.threads.find} .value=${this.words} @input=${this.#find} />` : nothing}
        ${list.threads.length === 0 ? html`<p class="soft">${strings.threads.none}</p>`
          : shown.length === 0 ? html`<p class="soft" role="status">${strings.threads.noneFound}</p>` : nothing}
        ${this.#rows(shown)}
        ${list.only === undefined ? this.#archive(list) : nothing}
      </nav>
      ${this.#dialogs(list)}
    `;
  }

  get #fixed(): boolean {
    return this.session?.access !== 'full';
  }

  #chooser() {
    const here = this.client && `${this.client}/${this.user}`;
    return chooser(this.workspaces, here, (client, user) => this.send('nu-open', { client, user }));
  }

  #problem(list: ThreadList) {
    if (!list.problem && list.threads) return nothing;
    if (!list.problem) return html`<p class="soft" role="status">${strings.git.loading}</p>`;
    return html`<p class="bad" role="alert">${list.problem}</p>
      <div><button @click=${() => list.read()}>${strings.threads.again}</button></div>`;
  }

  #rows(threads: readonly Thread[]) {
    const here = threads.findIndex(({ threadId }) => threadId === this.current);
    const at = this.at < threads.length && this.at >= 0 ? this.at : Math.max(here, 0);
    return html`<ul @keydown=${this.#key}>${repeat(threads, keyed, (thread, index) => html`<li>
      <nu-thread-row .thread=${thread} .root=${this.api.root} .reached=${index === at}
        .current=${thread.threadId === this.current} .working=${this.working.includes(thread.threadId)}
        .fixed=${this.#fixed} .single=${this.list?.only !== undefined}
        @focusin=${() => (this.at = index)} @nu-do=${(event: CustomEvent<Wish>) => this.#do(thread, event.detail)}>
      </nu-thread-row>
    </li>`)}</ul>`;
  }

  #archive(list: ThreadList) {
    return html`
      <label class="archive"><input type="checkbox" .checked=${this.put}
        @change=${() => (this.put = !this.put)} />${strings.threads.showArchived}</label>
      ${!this.put ? nothing : list.archived.length ? html`<ul>${repeat(list.archived, keyed, (thread) => html`<li>
        <nu-thread-row .thread=${thread} .root=${this.api.root} reached .fixed=${this.#fixed}
          @nu-do=${(event: CustomEvent<Wish>) => this.#do(thread, event.detail)}></nu-thread-row>
      </li>`)}</ul>` : html`<p class="soft">${strings.threads.noneArchived}</p>`}
    `;
  }

  #dialogs(list: ThreadList) {
    return html`
      <nu-new-thread .list=${list} .source=${this.source} ?open=${this.making}
        @nu-made=${this.#made} @nu-close=${() => (this.making = false)}></nu-new-thread>
      <nu-delete-thread .thread=${this.going} @nu-delete=${this.#delete}
        @nu-close=${() => (this.going = undefined)}></nu-delete-thread>
    `;
  }

  #new(source: string): void {
    this.source = source;
    this.making = true;
  }

  readonly #find = (event: InputEvent) => {
    this.words = (event.target as HTMLInputElement).value;
    this.at = 0;
  };

  readonly #made = (event: CustomEvent<{ thread: string }>) => {
    this.making = false;
    this.#open(event.detail.thread);
  };

  #open(thread: string | undefined): void {
    this.send('nu-open', { client: this.client, user: this.user, ...(thread === undefined ? {} : { thread }) });
  }

  get #reachable() {
    return [...this.renderRoot.querySelectorAll<NuThreadRow>('ul:first-of-type nu-thread-row')];
  }

  readonly #key = (event: KeyboardEvent) => {
    const rows = this.#reachable;
    const to = moved(this.at, rows.length, event.key);
    if (!['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return;
    event.preventDefault();
    this.at = to;
    rows[to]?.focus();
  };

  async #do(thread: Thread, wish: Wish): Promise<void> {
    const { list } = this;
    const { threadId } = thread;
    if (!list) return;
    try {
      if (wish.what === 'open') this.#open(threadId);
      else if (wish.what === 'fork') this.#new(threadId);
      else if (wish.what === 'delete') this.going = thread;
      else if (wish.what === 'rename') {
        await list.rename(threadId, wish.title);
        await this.updateComplete;
        // What was changed last is at the top, and whoever changed it goes with it.
        this.#reachable.find((row) => row.thread.threadId === threadId)?.focus();
      }
      else {
        const back = wish.what === 'back';
        await (back ? list.bringBack(threadId) : list.archive(threadId));
        if (!back) this.tell(strings.threads.archived(visible(thread.title || threadId)));
        if (!back && threadId === this.current) this.#open(undefined);
        await this.#land();
      }
    } catch (error) {
      this.tell(sentence(error), 'problem');
    }
  }

  /** Where a row has gone with the focus in it, the next one has it, or what begins another. */
  async #land(): Promise<void> {
    await this.updateComplete;
    const rows = this.#reachable;
    (rows[Math.min(this.at, rows.length - 1)] ?? this.renderRoot.querySelector<HTMLElement>('.head button'))?.focus();
  }

  readonly #delete = async (event: CustomEvent<{ branch: boolean }>) => {
    const thread = this.going;
    this.going = undefined;
    if (!thread) return;
    try {
      const { head } = (await this.list?.remove(thread.threadId, event.detail.branch)) ?? { head: '' };
      this.tell(strings.threads.deleted(visible(thread.title || thread.threadId), head.slice(0, 10)));
      if (thread.threadId === this.current) this.#open(undefined);
      await this.#land();
    } catch (error) {
      this.tell(sentence(error), 'problem');
    }
  };
}

function keyed(thread: Thread): string {
  return thread.threadId;
}

define('nu-threads', NuThreads);
