// The operator's page: who may see it, and its parts.

import { html, nothing } from 'lit';
import { Api, Problem, type Preview, sentence } from '../core/api.ts';
import { told } from '../core/connection.ts';
import { type SessionReply, takeProblem, whoAsks } from '../core/session.ts';
import { strings } from '../core/strings.ts';
import { THREAD } from '../core/thread.ts';
import { lasting, since } from '../core/times.ts';
import '../ui/sign-in.ts';
import { base } from '../ui/base.ts';
import '../ui/dialog.ts';
import { define, NuElement, type Told, Watch } from '../ui/element.ts';
import { theme } from '../ui/theme.ts';
import '../ui/toasts.ts';
import type { NuToasts } from '../ui/toasts.ts';
import './checks.ts';
import { type Command, command, commandPreview, type Verb, warning } from './commanding.ts';
import { ailing } from './fold.ts';
import './happenings.ts';
import './log.ts';
import { looks } from './looks.ts';
import { page } from './main.css.ts';
import './plots.ts';
import './previews.ts';
import './services.ts';
import { OpsStore } from './store.ts';

const OPERATOR = 'operator';
const TICK_MS = 1000;

export class NuOps extends NuElement {
  static override properties = {
    session: { state: true }, problem: { state: true }, why: { state: true }, now: { state: true },
    log: { state: true }, asked: { state: true }, busy: { state: true }, other: { state: true },
  };
  declare session: SessionReply | null | undefined;
  declare problem: string;
  /** Why somebody has to sign in again. */
  declare why: string;
  declare now: number;
  declare log: string;
  /** What is done once a person says that it is meant. */
  declare asked: Command | undefined;
  declare busy: ReadonlySet<string>;
  declare other: boolean;

  static override styles = [theme, base, looks, page];

  readonly #api = new Api(new URL('/', location.href));
  readonly #store = new OpsStore(this.#api);
  #opener: HTMLElement | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.session = undefined;
    this.problem = this.log = '';
    this.why = takeProblem();
    this.now = Date.now() / 1000;
    this.asked = undefined;
    this.busy = new Set();
    this.other = false;
    new Watch(this, () => this.#store);
    this.addEventListener('nu-log', (event) => {
      const { service, opener } = (event as CustomEvent<{ service: string; opener?: HTMLElement }>).detail;
      this.#show(service, opener);
    });
    this.addEventListener('nu-tell', (event) => this.#say((event as CustomEvent<Told>).detail));
    this.addEventListener('nu-command', (event) => this.#consider((event as CustomEvent<Command>).detail));
    this.addEventListener('nu-command-preview', (event) => {
      const { verb, preview } = (event as CustomEvent<{ verb: Verb; preview: Preview }>).detail;
      const name = `${preview.clientId}/${preview.userId}/${preview.threadId}`;
      void this.#do(preview.id, async () => {
        await commandPreview(this.#api, verb, preview);
        return `${strings.ops.of(strings.ops[verb], name)} \u2713`;
      });
    });
    this.addEventListener('nu-open-preview', (event) => {
      void this.#open((event as CustomEvent<{ preview: Preview }>).detail.preview);
    });
  }

  override connectedCallback() {
    super.connectedCallback();
    this.#ticking = setInterval(() => {
      if (document.visibilityState === 'visible') this.now = Date.now() / 1000;
    }, TICK_MS);
    void this.#enter();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#ticking);
    this.#store.end();
  }

  override updated() {
    // In a row of tabs it is seen that something is wrong.
    const ill = ailing(this.#store.ops.services.values()).length;
    document.title = ill ? `(${ill}) ${strings.ops.title}` : strings.ops.title;
  }

  override render() {
    if (this.session === undefined) {
      return html`<p class="wait" role="status">${this.problem || strings.studio.connecting}</p>`;
    }
    const refused = this.#refused;
    if (this.session === null || this.other || refused?.status === 401) {
      const why = refused && this.session ? strings.studio.signedOut : this.why;
      return html`<nu-sign-in .why=${why} @nu-signed-in=${this.#enter}></nu-sign-in>`;
    }
    if (this.session.scope !== OPERATOR || refused) return this.#notForYou(refused);
    return this.#page(this.session);
  }

  #page({ access }: SessionReply) {
    const { ops } = this.#store;
    const may = access === 'full';
    const names = ['nurseryd', ...ops.services.keys()];
    return html`
      <div class="all">
        ${this.#header()}
        <main>
          ${may ? nothing : html`<p class="card warn" role="note">${strings.ops.readsOnly}</p>`}
          <nu-plots .ops=${ops} .now=${this.now}></nu-plots>
          <div class="wide"><nu-services .ops=${ops} .now=${this.now} .may=${may} .busy=${this.busy}></nu-services></div>
          <div class="columns">
            <div class="stack">
              <nu-previews .previews=${ops.previews} .may=${may} .busy=${this.busy}></nu-previews>
              <nu-checks .checks=${ops.checks} .now=${this.now}></nu-checks>
            </div>
            <nu-happenings .events=${ops.events}></nu-happenings>
          </div>
        </main>
      </div>
      ${this.log
        ? html`<nu-log .api=${this.#api} .service=${this.log} .names=${names}></nu-log>`
        : nothing}
      ${this.#dialog()}
      <nu-toasts></nu-toasts>
    `;
  }

  #header() {
    const { ops, connection } = this.#store;
    const ill = ailing(ops.services.values());
    return html`
      <header>
        <h1>${strings.ops.title}</h1>
        ${ops.about ? html`
          <span class="soft small cut">${strings.ops.version(ops.about.version)} ·
            ${strings.ops.up(lasting(since(ops.about.began, this.now)))}</span>` : nothing}
        <span class="grow"></span>
        <p class="state ${ill.length ? 'bad' : 'good'}" role="status">
          ${ops.services.size ? (ill.length ? strings.ops.ailing(ill.length) : strings.ops.allWell(ops.services.size)) : ''}
        </p>
        <span class="connection small ${connection.state === 'live' ? 'soft' : 'warn'}" role="status">${told(connection)}</span>
        <nav aria-label=${strings.studio.views}>
          <a href="/">${strings.ops.studio}</a>
          <a href="/docs">${strings.studio.apiDocs}</a>
          <button class="quiet" @click=${this.#leave}>${strings.studio.signOut}</button>
        </nav>
      </header>
    `;
  }

  #dialog() {
    const { asked } = this;
    const verb = asked ? strings.ops[asked.verb] : '';
    const essential = Boolean(asked && this.#store.ops.services.get(asked.service)?.essential);
    return html`
      <nu-dialog ?open=${asked !== undefined} label=${asked ? strings.ops.sure(verb, asked.service) : ''}
        @nu-close=${() => (this.asked = undefined)}>
        <p>${asked ? warning(asked, essential, this.#store.ops.about?.own ?? '') : ''}</p>
        <div class="row choose">
          <button @click=${() => (this.asked = undefined)}>${strings.ops.cancel}</button>
          <button class="danger" @click=${this.#mean}>${verb} ${asked?.service}</button>
        </div>
      </nu-dialog>
    `;
  }

  #notForYou(refused: Problem | undefined) {
    return html`
      <div class="alone">
        <div class="card">
          <h1>${strings.ops.notForYou}</h1>
          <p>${refused ? refused.message : strings.ops.scoped(this.session?.scope ?? '')}</p>
          <div class="row">
            <button class="primary" @click=${() => (this.other = true)}>${strings.ops.otherToken}</button>
            <a href="/">${strings.ops.toStudio}</a>
          </div>
        </div>
      </div>
    `;
  }

  get #refused(): Problem | undefined {
    const { connection } = this.#store;
    return connection.state === 'refused' ? connection.problem : undefined;
  }

  readonly #enter = async (): Promise<void> => {
    this.#store.end();
    this.#store.connection = { state: 'connecting' };
    this.session = await whoAsks(this.#api, (why) => (this.problem = why));
    if (this.session === null) return;
    this.other = false;
    this.why = '';
    if (this.session.scope === OPERATOR) this.#store.begin();
  };

  async #leave(): Promise<void> {
    try {
      await this.#api.ask('DELETE /v1/session', {});
      this.#store.end();
      this.session = null;
    } catch (error) {
      this.tell(sentence(error), 'problem');
    }
  }

  /** Show the log of a service; with none, close it and be again where it was opened. */
  #show(service: string, opener?: HTMLElement): void {
    if (service && !this.log) this.#opener = opener;
    this.log = service;
    if (!service) this.#opener?.focus();
  }

  #consider(wish: Command): void {
    const { ops } = this.#store;
    const essential = Boolean(ops.services.get(wish.service)?.essential);
    if (warning(wish, essential, ops.about?.own ?? '')) this.asked = wish;
    else void this.#carryOut(wish);
  }

  #mean(): void {
    const wish = this.asked;
    this.asked = undefined;
    if (wish) void this.#carryOut(wish);
  }

  async #carryOut(wish: Command): Promise<void> {
    await this.#do(wish.service, async () => {
      const { service, warning } = await command(this.#api, wish);
      return warning ?? strings.ops.done(service.name, service.state);
    });
  }

  /** Do it, and say what came of it; while it is done its buttons rest. */
  async #do(name: string, work: () => Promise<string>): Promise<void> {
    this.busy = new Set(this.busy).add(name);
    try {
      this.tell(await work());
    } catch (error) {
      this.tell(sentence(error), 'problem');
    } finally {
      this.busy = new Set([...this.busy].filter((it) => it !== name));
    }
  }

  async #open({ clientId: client, userId: user, threadId: thread, built, url }: Preview): Promise<void> {
    let address = url;
    try {
      const path = { client, user, thread };
      const body = { built: built !== null };
      address = (await this.#api.ask(`POST ${THREAD}/preview/link`, { path, body })).url;
    } catch {
      // A token that may not make links may still have a cookie there.
    }
    window.open(address, '_blank', 'noopener');
  }

  #say(told: Told): void {
    this.renderRoot.querySelector<NuToasts>('nu-toasts')?.show(told);
  }
}

define('nu-ops', NuOps);
