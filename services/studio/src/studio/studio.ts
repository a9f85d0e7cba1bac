// The studio: conversations, the chat, and the site beside it.

import { css, html, nothing } from 'lit';
import '../chat/chat.ts';
import type { NuChat } from '../chat/chat.ts';
import { Api, type SelectionBody } from '../core/api.ts';
import { told } from '../core/connection.ts';
import { type SessionReply, takeProblem, whoAsks } from '../core/session.ts';
import { strings } from '../core/strings.ts';
import { type ThreadKey, ThreadStore } from '../core/thread.ts';
import '../git/git.ts';
import '../git/publish.ts';
import '../preview/preview.ts';
import '../threads/threads.ts';
import { base } from '../ui/base.ts';
import { define, NuElement, type Told, Watch } from '../ui/element.ts';
import '../ui/icon.ts';
import { theme } from '../ui/theme.ts';
import '../ui/toasts.ts';
import type { NuToasts } from '../ui/toasts.ts';
import { layout } from './layout.ts';
import './missing.ts';
import { keyOf, pathOf, type Place, placeOf } from '../core/place.ts';
import './links.ts';
import '../ui/sign-in.ts';
import './splitter.ts';
import { keptWidth } from './splitter.ts';

const VIEWS = ['chat', 'site', 'git', 'publish'] as const;
type View = (typeof VIEWS)[number];
const WIDE = 800; // pixels, from which on the chat is beside what is shown
const WIDTH = 420; // of the chat, unless a person chose another
const ICONS: Record<View, string> = { chat: 'edit', site: 'screen', git: 'branch', publish: 'publish' };

export class NuStudio extends NuElement {
  static override properties = {
    session: { state: true }, why: { state: true }, place: { state: true }, view: { state: true },
    thread: { state: true }, listed: { state: true }, problem: { state: true }, title: { state: true },
    width: { state: true },
  };
  declare session: SessionReply | null | undefined;
  declare why: string;
  declare place: Place;
  declare view: View;
  declare thread: ThreadStore | undefined;
  declare listed: boolean;
  declare problem: string;
  /** What the thread is called, once somebody has said so. */
  declare title: string;
  /** Of the chat, in pixels. */
  declare width: number;

  static override styles = [theme, base, layout, css`:host { block-size: 100dvh }`];

  readonly #api = new Api(new URL('/', location.href));
  readonly #moved = () => this.#go(placeOf(location.pathname));

  constructor() {
    super();
    this.session = undefined;
    this.why = takeProblem();
    this.problem = '';
    this.place = placeOf(location.pathname);
    this.view = 'site';
    this.listed = false;
    this.title = '';
    this.width = keptWidth() ?? WIDTH;
    new Watch(this, () => this.thread);
    this.addEventListener('nu-open', (event) => {
      const place = (event as CustomEvent<Place>).detail;
      if (pathOf(place) !== location.pathname) history.pushState(null, '', pathOf(place));
      this.#go(place);
    });
    this.addEventListener('nu-titled', (event) => this.#name((event as CustomEvent<{ title: string }>).detail.title));
    this.addEventListener('nu-lost', () => void this.thread?.look());
    this.addEventListener('nu-tell', (event) => this.#tell((event as CustomEvent<Told>).detail));
    this.addEventListener('nu-pick', (event) => {
      const chat = this.#chat;
      if (chat) chat.selection = (event as CustomEvent<{ selection: SelectionBody }>).detail.selection;
      this.#show('chat');
    });
    this.addEventListener('nu-say', (event) => {
      this.#chat?.say((event as CustomEvent<{ text: string }>).detail.text);
      this.#show('chat');
    });
  }

  override connectedCallback() {
    super.connectedCallback();
    window.addEventListener('popstate', this.#moved);
    void this.#enter();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('popstate', this.#moved);
    this.thread?.end();
    this.thread = undefined;
  }

  override render() {
    if (this.session === undefined) {
      return html`<p class="wait" role="status">${this.problem || strings.studio.connecting}</p>`;
    }
    if (this.session === null || this.#refused) {
      const why = this.session === null ? this.why : strings.studio.signedOut;
      return html`<nu-sign-in .why=${why} @nu-signed-in=${this.#enter}></nu-sign-in>`;
    }
    const { thread } = this;
    return html`
      <header>
        <a class="skip" href="#chat" @click=${this.#skip}>${strings.studio.skip}</a>
        <button class="quiet icon" aria-label=${strings.studio.threads} aria-expanded=${this.listed}
          @click=${() => (this.listed = !this.listed)}><nu-icon name="menu"></nu-icon></button>
        <h1 class="cut">${thread ? this.title || this.place.thread : strings.studio.title}</h1>
        <span id="connection" class="soft small cut" data-state=${thread?.connection.state ?? ''} role="status">${this.#connection}</span>
        <span class="grow"></span>
        ${thread ? this.#tabs() : nothing}
      </header>
      <main class=${thread ? '' : 'alone'} data-view=${this.view}>
        <aside class=${this.listed || !thread ? 'listed' : ''} @keydown=${this.#fold}>
          <nu-threads .api=${this.#api} .session=${this.session} .client=${this.place.client}
            .user=${this.place.user} .current=${this.place.thread}
            .working=${thread?.working ?? []} .news=${thread?.news ?? 0}></nu-threads>
          <nu-links .api=${this.#api} .session=${this.session}></nu-links>
        </aside>
        ${thread ? html`
          <nu-chat eager .thread=${thread}
            ?watching=${this.session.access !== 'full'}></nu-chat>
          ${thread.exists === false ? html`<nu-missing .thread=${thread}></nu-missing>` : nothing}
          <nu-splitter .width=${this.width} @nu-width=${this.#widen}></nu-splitter>
          <nu-preview .thread=${thread}
            ?watching=${this.session.access !== 'full'}></nu-preview>
          <nu-git .thread=${thread} .shown=${this.view === 'git'}></nu-git>
          <nu-publish .thread=${thread} .shown=${this.view === 'publish'}></nu-publish>
        ` : nothing}
      </main>
      <nu-toasts></nu-toasts>
    `;
  }

  #tabs() {
    return html`
      <nav aria-label=${strings.studio.views}>
        ${VIEWS.map((view) => html`
          <button class="quiet" data-tab=${view} aria-label=${strings.studio[view]} aria-pressed=${this.view === view}
            @click=${() => (this.view = view)}>
            <nu-icon name=${ICONS[view]}></nu-icon><span>${strings.studio[view]}</span>
          </button>
        `)}
      </nav>
    `;
  }

  override updated() {
    this.style.setProperty('--chat', `${this.width}px`);
  }

  get #chat(): NuChat | null {
    return this.renderRoot.querySelector<NuChat>('nu-chat');
  }

  get #refused(): boolean {
    const { thread } = this;
    return thread?.connection.state === 'refused' && thread.connection.problem.status === 401;
  }

  get #connection(): string {
    return this.thread && this.thread.exists !== false ? told(this.thread.connection) : '';
  }

  readonly #enter = async (): Promise<void> => {
    this.session = await whoAsks(this.#api, (why) => (this.problem = why));
    if (this.session === null) return;
    this.why = '';
    this.#go(placeOf(location.pathname));
  };

  #go(place: Place): void {
    const first = this.session?.first;
    this.place = place.client ? place : { ...(first ? { client: first.clientId, user: first.userId } : {}) };
    this.listed = false;
    const key = keyOf(this.place);
    if (key && this.thread && same(key, this.thread.key)) {
      void this.thread.begin();
      return;
    }
    this.thread?.end();
    this.thread = key && new ThreadStore(this.#api, key);
    void this.thread?.begin();
    if (this.offsetWidth < WIDE) this.view = 'chat';
    this.#name(this.place.thread ?? '');
  }

  /** Show a view where only one fits at a time; beside the site the chat is always there. */
  #show(view: View): void {
    if (!(this.offsetWidth >= WIDE && view === 'chat')) this.view = view;
  }

  /** Escape puts the list away, but not a dialog's or a field's own. */
  #fold(event: KeyboardEvent): void {
    const taken = event.defaultPrevented || event.composedPath().some((it) => it instanceof HTMLDialogElement);
    if (event.key !== 'Escape' || taken || !this.thread) return;
    this.listed = false;
    this.renderRoot.querySelector<HTMLElement>('header button')?.focus();
  }

  #skip(event: Event): void {
    event.preventDefault();
    this.#show('chat');
    this.#chat?.focus();
  }

  #name(title: string): void {
    this.title = title;
    document.title = title || strings.studio.title;
  }

  #widen(event: CustomEvent<{ width: number }>): void {
    this.width = event.detail.width;
  }

  #tell(told: Told): void {
    this.renderRoot.querySelector<NuToasts>('nu-toasts')?.show(told);
  }
}

function same(one: ThreadKey, other: ThreadKey): boolean {
  return one.client === other.client && one.user === other.user && one.thread === other.thread;
}

define('nu-studio', NuStudio);
