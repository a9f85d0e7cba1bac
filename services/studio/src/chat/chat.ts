// The chat: what was said and done in a thread, and the box to say more.

import { css, html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { repeat } from 'lit/directives/repeat.js';
import { type SelectionBody, sentence, type UsageSummary } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import type { Happened, ThreadStore } from '../core/thread.ts';
import { base } from '../ui/base.ts';
import { define, NuElement, Watch } from '../ui/element.ts';
import '../ui/icon.ts';
import './composer.ts';
import type { NuComposer } from './composer.ts';
import { stateOf } from './facts.ts';
import { Stick } from './stick.ts';
import './turn.ts';
import { unheard } from '../core/told.ts';

const text = strings.chat;

export class NuChat extends NuElement {
  static override properties = {
    thread: { attribute: false }, selection: { attribute: false }, usage: { state: true },
    eager: { type: Boolean }, watching: { type: Boolean }, news: { state: true }, reading: { state: true },
  };
  declare thread: ThreadStore;
  /** What a person pointed at in the preview; goes with the next instruction. */
  declare selection: SelectionBody | null;
  /** Whether whoever comes here comes to write; not so in somebody else's page. */
  declare eager: boolean;
  /** Whether whoever is here may look on, and no more. */
  declare watching: boolean;
  declare usage: UsageSummary | null;
  /** The last change of a turn's state, for who hears the page. */
  declare news: string;
  declare reading: boolean;

  static override styles = [
    base,
    css`
      :host {
        display: grid; grid-template-rows: minmax(0, 1fr) auto; position: relative;
        container-type: inline-size; background: var(--ground);
      }
      #turns { padding: 1rem 0.9rem; overflow-y: auto; overscroll-behavior: contain }
      #turns:focus-visible { outline-offset: -3px }
      .list { display: grid; gap: 1.6rem; max-inline-size: 46rem; margin-inline: auto }
      .list > * { min-inline-size: 0 }
      .list:has(.empty) { min-block-size: 100% }
      .earlier { justify-self: center }
      .latest {
        position: absolute; inset-block-end: 0.75rem; inset-inline: 0; inline-size: fit-content;
        margin-inline: auto; border-radius: 1rem; box-shadow: var(--shadow);
      }
      .middle {
        position: relative; display: grid; grid-template-rows: minmax(0, 1fr); min-block-size: 0;
      }
      .watching { padding: 0.75rem 0.9rem; border-block-start: 1px solid var(--line) }
      .empty { display: grid; gap: 0.75rem; align-content: center; padding-block: 2rem }
      .empty h3 { font-size: 1.25rem }
      .empty button {
        justify-content: start; padding: 0.5rem 0.8rem; white-space: normal; text-align: start;
      }
    `,
  ];

  readonly #stick = new Stick(this, () => this.renderRoot.querySelector('#turns'));
  #states = new Map<string, string>();
  #of: ThreadStore | undefined;
  #begun = false;
  #picked: SelectionBody | null = null;
  readonly #happened = (event: Event) => {
    const { type } = (event as CustomEvent<Happened>).detail;
    if (type === 'turn.finished' || type === 'usage') void this.#count();
  };

  constructor() {
    super();
    this.selection = this.usage = null;
    this.news = '';
    this.eager = this.watching = this.reading = false;
    new Watch(this, () => this.thread);
    for (const type of ['dragover', 'dragleave', 'drop'] as const) {
      this.addEventListener(type, (event) => this.#composer?.dragged(event));
    }
    this.addEventListener('nu-write', () => this.#composer?.focus());
    this.addEventListener('nu-unpick', () => (this.selection = null));
    this.addEventListener('nu-sent', () => this.#stick.toEnd());
  }

  /** Put an instruction into the box, below what a person wrote there, for them to send. */
  say(instruction: string): void {
    this.#composer?.say(instruction);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#of?.removeEventListener('happened', this.#happened);
    this.#of = undefined;
  }

  override willUpdate() {
    if (this.#of !== this.thread) {
      this.#of?.removeEventListener('happened', this.#happened);
      this.#of = this.thread;
      this.#of?.addEventListener('happened', this.#happened);
      this.#states.clear();
      this.news = '';
      this.usage = this.selection = null;
      this.#begun = false;
      this.#stick.toEnd();
      void this.#count();
    }
    for (const turn of this.thread?.conversation.turns ?? []) {
      const state = stateOf(turn);
      const before = this.#states.get(turn.id);
      if (before !== undefined && before !== state) this.news = text.news(state);
      this.#states.set(turn.id, state);
    }
  }

  override focus(): void {
    this.#composer?.focus();
  }

  override render() {
    const { thread } = this;
    if (!thread?.exists) return nothing;
    const { turns, told, earlier } = thread.conversation;
    return keyed(thread, html`
      <div class="middle">
        <h2 class="unseen">${text.conversation}</h2>
        <div id="turns" tabindex="0" role="region" aria-label=${text.conversation}
          @scroll=${this.#stick.scrolled} @click=${this.#stick.clicked}>
          <div class="list">
            ${earlier ? html`<button class="earlier" ?disabled=${this.reading}
              @click=${this.#earlier}>${text.earlier}</button>` : nothing}
            ${turns.length || this.watching ? nothing : this.#empty()}
            ${repeat(turns, ({ id }) => id, (turn) => html`
              <nu-turn .thread=${thread} .turn=${turn} .watching=${this.watching}
                .told=${told.get(turn.id) ?? unheard()}></nu-turn>
            `)}
          </div>
        </div>
        ${this.#stick.away ? html`<button class="latest" @click=${this.#latest}>
          <nu-icon name="down"></nu-icon>${text.latest}</button>` : nothing}
      </div>
      <p id="news" class="unseen" role="status">${this.news}</p>
      ${this.watching ? html`<p class="watching soft small">${text.watching}</p>` : html`
        <nu-composer .thread=${thread} .selection=${this.selection}
          .usage=${this.usage}></nu-composer>`}
    `);
  }

  #empty() {
    return html`
      <div class="empty">
        <h3>${text.emptyTitle}</h3>
        <p class="soft">${text.emptyHelp}</p>
        ${text.suggestions.map((suggestion) => html`
          <button @click=${() => this.say(suggestion)}>${suggestion}</button>`)}
      </div>
    `;
  }

  override updated() {
    this.#stick.watch(this.renderRoot.querySelector('.list'));
    if (this.selection && this.selection !== this.#picked) this.#composer?.focus();
    this.#picked = this.selection;
    if (!this.thread?.exists || this.#begun) return;
    this.#begun = true;
    // What has the focus already keeps it.
    if (this.eager && document.activeElement === document.body) this.#composer?.focus();
  }

  get #composer(): NuComposer | null {
    return this.renderRoot.querySelector('nu-composer');
  }

  readonly #latest = () => {
    this.#stick.toEnd();
    this.#composer?.focus();
  };

  readonly #earlier = async () => {
    this.reading = true;
    this.#stick.hold();
    try {
      await this.thread.earlier();
    } catch (error) {
      this.tell(sentence(error), 'problem');
    } finally {
      this.reading = false;
    }
  };

  async #count() {
    const { thread } = this;
    if (!thread) return;
    const { client, user } = thread.key;
    const path = { client, user };
    try {
      const usage = await thread.api.ask('GET /v1/usage/{client}/{user}', { path });
      if (thread === this.thread) this.usage = usage;
    } catch {
      // Whose token is for less than the user is not told what the user has left.
      if (thread === this.thread) this.usage = null;
    }
  }
}

define('nu-chat', NuChat);
