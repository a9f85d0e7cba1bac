// `<live-edit>`: a conversation and its site on somebody else's page.

import { html, nothing } from 'lit';
import '../chat/chat.ts';
import { begin, settle } from '../chat/actions.ts';
import type { NuChat } from '../chat/chat.ts';
import { randomKey } from '../chat/sending.ts';
import { Api, Problem, type SelectionBody, type Turn } from '../core/api.ts';
import { renewIn } from '../core/renewal.ts';
import { strings } from '../core/strings.ts';
import { THREAD, type ThreadKey, ThreadStore } from '../core/thread.ts';
import '../preview/preview.ts';
import { base } from '../ui/base.ts';
import { define, NuElement, type Told } from '../ui/element.ts';
import { theme } from '../ui/theme.ts';
import '../ui/toasts.ts';
import type { NuToasts } from '../ui/toasts.ts';
import { look } from './look.ts';
import type { Wanting } from './protocol.ts';
import { type Known, news } from './turns.ts';

const VIEWS = ['chat', 'preview'] as const;
const ID = /^[A-Za-z0-9][\w-]{0,63}$/;
const HERE = import.meta.url; // this script is below `assets/` of the server that it asks

/**
 * Says `live-edit-ready`, `live-edit-turn`, `live-edit-problem` and `live-edit-token`: then whoever
 * has it on their page sets `token` to another one.
 */
export class LiveEdit extends NuElement {
  static override properties = {
    server: {}, token: {}, workspace: {}, thread: {}, layout: {}, view: { state: true },
    headed: { state: true }, waits: { state: true }, watching: { state: true },
  };
  /** Where the API is; where this script is from, unless it says otherwise. */
  declare server: string;
  /** What shows who asks. Pages of the server itself may go by their cookie. */
  declare token: string;
  /** `client/user`. */
  declare workspace: string;
  declare thread: string;
  declare layout: 'split' | 'chat' | 'preview';
  declare view: (typeof VIEWS)[number];
  declare headed: boolean;
  declare waits: boolean;
  /** Whether the token lets people look on alone. */
  declare watching: boolean;

  static override styles = [theme, base, look];

  #store: ThreadStore | undefined;
  #known: Known | undefined;
  #said = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.server = this.token = this.workspace = this.thread = '';
    this.layout = 'split';
    this.view = 'chat';
    this.headed = this.waits = this.watching = false;
    this.addEventListener('nu-open', (event) => {
      const { client, user, thread } = (event as CustomEvent<Partial<ThreadKey>>).detail;
      if (thread && `${client}/${user}` === this.workspace) this.thread = thread;
    });
    this.addEventListener('nu-tell', (event) => {
      this.renderRoot.querySelector<NuToasts>('nu-toasts')?.show((event as CustomEvent<Told>).detail);
    });
    this.addEventListener('nu-pick', (event) => {
      const chat = this.#chat;
      if (chat) chat.selection = (event as CustomEvent<{ selection: SelectionBody }>).detail.selection;
      this.view = 'chat';
    });
    this.addEventListener('nu-say', (event) => {
      this.#chat?.say((event as CustomEvent<{ text: string }>).detail.text);
      this.view = 'chat';
    });
  }

  /** Who begins to hear that a token is wanted while one is hears it then, too. */
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ) {
    super.addEventListener(type, listener, options);
    if (type === 'live-edit-token' && this.waits) this.#wantSoon();
  }

  /** Have the agent do something; the turn that was begun. Throws `Problem`. */
  async ask(text: string): Promise<Turn> {
    const store = this.#needed();
    const { turn } = await begin(store, { instruction: text }, randomKey());
    store.show(turn);
    return turn;
  }

  /** Show a thread of the workspace, which is made where there is none. Throws `Problem`. */
  async open(thread: string): Promise<void> {
    this.thread = thread;
    await this.updateComplete;
    const store = this.#needed();
    await store.api.ask(`PUT ${THREAD}`, { path: store.path });
    if (store === this.#store) await store.begin();
  }

  /** Cancel the turn that is under way; whether there was one. Throws `Problem`. */
  async cancel(): Promise<boolean> {
    const store = this.#needed();
    const going = store.conversation.turns.find((turn) => !turn.ended);
    if (!going) return false;
    await settle(store, going.id, 'cancel', false);
    return true;
  }

  override connectedCallback() {
    super.connectedCallback();
    if (this.hasUpdated) this.#connect();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#leave();
  }

  override willUpdate(changed: Map<string, unknown>) {
    const elsewhere = ['server', 'workspace', 'thread'].some((name) => changed.has(name));
    if (elsewhere || (changed.has('token') && !this.#store)) this.#connect();
    else if (changed.has('token')) this.#renewed();
  }

  override render() {
    const store = this.#store;
    return html`
      <div class=${this.headed ? 'head headed' : 'head'}>
        <slot name="header" @slotchange=${this.#slotted}></slot>
        ${store && this.layout === 'split' ? this.#views() : nothing}
      </div>
      ${this.waits ? html`<p class="wait" role="status" part="notice">${strings.embed.waiting}</p>` : nothing}
      ${store ? html`
        <div class="main" data-layout=${this.layout} data-view=${this.view}>
          ${this.layout === 'preview' ? nothing : html`
            <nu-chat part="chat" .thread=${store} ?watching=${this.watching}></nu-chat>`}
          ${this.layout === 'chat' ? nothing : html`
            <nu-preview part="preview" .thread=${store} ?watching=${this.watching}></nu-preview>`}
        </div>` : this.waits ? nothing : html`
        <div class="main alone" part="empty">
          <slot name="empty"><p class="soft">${strings.embed.empty}</p></slot>
        </div>`}
      <nu-toasts></nu-toasts>
    `;
  }

  #views() {
    return html`
      <nav aria-label=${strings.studio.views}>
        ${VIEWS.map((view) => html`
          <button class="quiet" aria-pressed=${this.view === view} @click=${() => (this.view = view)}>
            ${strings.embed[view]}
          </button>`)}
      </nav>
    `;
  }

  get #chat(): NuChat | null {
    return this.renderRoot.querySelector<NuChat>('nu-chat');
  }

  get #root(): URL {
    return new URL(this.server ? './' : '../', this.server ? new URL(this.server, location.href) : HERE);
  }

  #needed(): ThreadStore {
    if (this.#store) return this.#store;
    throw new Problem(0, 'cannot do this yet: set workspace, thread and token first');
  }

  #connect() {
    this.#leave();
    const [client = '', user = '', ...more] = this.workspace.split('/');
    if (more.length || ![client, user, this.thread].every((id) => ID.test(id))) return;
    const root = this.#root;
    this.waits = !this.token && root.origin !== location.origin;
    if (this.waits) return this.#wantSoon();
    const api = new Api(root, () => this.token || undefined);
    this.#store = new ThreadStore(api, { client, user, thread: this.thread });
    this.#store.addEventListener('change', this.#changed);
    void this.#store.begin();
    void this.#schedule();
    this.requestUpdate();
  }

  #leave() {
    clearTimeout(this.#timer);
    this.#store?.removeEventListener('change', this.#changed);
    this.#store?.end();
    this.#store = this.#known = undefined;
    this.#said = '';
    this.waits = false;
  }

  #renewed() {
    if (this.#store?.connection.state === 'refused') void this.#store.begin();
    this.waits = false;
    this.#said = '';
    void this.#schedule();
  }

  /** Ask for another token in time, and see what it lets. Whether it is good the store tells. */
  async #schedule(): Promise<void> {
    clearTimeout(this.#timer);
    const store = this.#store;
    const { token } = this;
    try {
      const session = await store?.api.ask('GET /v1/session', {});
      if (!session || store !== this.#store || token !== this.token) return;
      this.watching = session.access !== 'full';
      const { expires } = session;
      if (!expires) return;
      this.#timer = setTimeout(() => {
        if (renewIn(expires, Date.now()) > 1000) void this.#schedule();
        else this.#want('expiring');
      }, renewIn(expires, Date.now()));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  readonly #changed = () => {
    const store = this.#store;
    if (!store) return;
    const { connection } = store;
    const first = !this.#known && store.exists === true;
    if (store.exists === true) {
      const { known, told } = news(this.#known, store.conversation.turns);
      this.#known = known;
      if (first) this.send('live-edit-ready', { ...store.key });
      for (const turn of told) this.send('live-edit-turn', turn);
    }
    if (connection.state === 'refused') this.#refused(connection.problem);
    else if (store.exists === false) this.#say(404, strings.embed.missing);
    else if (connection.state === 'lost') this.#say(0, connection.why);
    else if (connection.state === 'live') this.#said = '';
    this.requestUpdate();
  };

  #refused({ status, message }: Problem) {
    if (status !== 401) return this.#say(status, message);
    if (this.waits) return;
    this.waits = true;
    this.#want();
  }

  /** Not within an update: what a listener sets at once would be taken for a part of that. */
  #wantSoon() {
    queueMicrotask(() => this.waits && this.#want());
  }

  #want(reason: Wanting = this.token ? 'refused' : 'missing') {
    this.send('live-edit-token', { reason });
  }

  /** Tell of a problem, once for each. */
  #say(status: number, detail: string) {
    if (this.#said === detail) return;
    this.#said = detail;
    this.send('live-edit-problem', { status, detail });
  }

  #slotted(event: Event) {
    this.headed = (event.target as HTMLSlotElement).assignedNodes().length > 0;
  }
}

define('live-edit', LiveEdit);
