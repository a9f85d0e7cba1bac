// A conversation and its site for a frame, which the page around it may command.

import { css, html } from 'lit';
import { Problem, sentence } from '../core/api.ts';
import { takeProblem } from '../core/session.ts';
import { strings } from '../core/strings.ts';
import '../ui/sign-in.ts';
import { keyOf, placeOf } from '../core/place.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import { theme } from '../ui/theme.ts';
import { Embedder } from './embedder.ts';
import './live-edit.ts';
import type { LiveEdit } from './live-edit.ts';
import type { FromFrame, ToFrame } from './protocol.ts';

const LAYOUTS = ['split', 'chat', 'preview'];
const SCHEMES = ['light', 'dark'];

export class NuEmbed extends NuElement {
  static override properties = { signedOut: { state: true } };
  declare signedOut: boolean;

  static override styles = [
    theme,
    base,
    css`
      :host { display: grid; block-size: 100dvh; background: var(--ground) }
      main { display: grid; min-block-size: 0; min-inline-size: 0 }
    `,
  ];

  readonly #key = keyOf(placeOf(location.pathname));
  readonly #why = takeProblem();
  readonly #embedder = new Embedder((message) => void this.#hear(message));
  #latest: FromFrame | undefined; // how it is: ready, or in want of a token

  constructor() {
    super();
    this.signedOut = false;
  }

  override connectedCallback() {
    super.connectedCallback();
    this.#embedder.begin();
    const scheme = this.#wish('scheme', SCHEMES);
    if (scheme) document.documentElement.style.colorScheme = scheme;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#embedder.end();
  }

  override render() {
    if (this.signedOut) {
      return html`<nu-sign-in .why=${this.#why} @nu-signed-in=${() => (this.signedOut = false)}></nu-sign-in>`;
    }
    const { client, user, thread } = this.#key ?? {};
    return html`<main>
      <h1 class="unseen">${strings.embed.name}</h1>
      <live-edit server=${location.origin} workspace=${`${client}/${user}`} thread=${thread ?? ''}
        layout=${this.#wish('layout', LAYOUTS) ?? 'split'}
        @live-edit-ready=${(event: CustomEvent) => this.#now({ type: 'ready', ...event.detail })}
        @live-edit-turn=${(event: CustomEvent) => this.#embedder.tell({ type: 'turn', ...event.detail })}
        @live-edit-problem=${(event: CustomEvent) => this.#embedder.tell({ type: 'problem', ...event.detail })}
        @live-edit-token=${(event: CustomEvent) => this.#wanted(event.detail)}></live-edit>
    </main>`;
  }

  /** What the address asks for by that name, if it is one of these words. */
  #wish(name: string, words: readonly string[]): string | undefined {
    const word = new URLSearchParams(location.search).get(name);
    return words.find((one) => one === word);
  }

  #wanted({ reason }: { reason: 'missing' | 'expiring' | 'refused' }) {
    if (this.#embedder.exists) this.#now({ type: 'token-wanted', reason });
    else if (reason !== 'expiring') this.signedOut = true;
  }

  #now(message: FromFrame) {
    this.#latest = message;
    this.#embedder.tell(message);
  }

  async #hear(message: ToFrame): Promise<void> {
    const live = this.renderRoot.querySelector<LiveEdit>('live-edit');
    if (!live) return;
    try {
      if (message.type === 'hello' && this.#latest) this.#embedder.tell(this.#latest);
      if (message.type === 'token') live.token = message.token;
      if (message.type === 'ask') await live.ask(message.text);
      if (message.type === 'cancel') await live.cancel();
      if (message.type === 'open') await live.open(message.thread);
    } catch (error) {
      const status = error instanceof Problem ? error.status : 0;
      this.#embedder.tell({ type: 'problem', status, detail: sentence(error) });
    }
  }
}

define('nu-embed', NuEmbed);
