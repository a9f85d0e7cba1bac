// The site as it is, beside the chat: in a frame of its own origin, whatever state it is in.

import { html, nothing } from 'lit';
import { type BuildError, Problem, sentence } from '../core/api.ts';
import { THREAD, type ThreadStore } from '../core/thread.ts';
import { strings } from '../core/strings.ts';
import { clock } from '../core/times.ts';
import { base } from '../ui/base.ts';
import { define, NuElement, Watch } from '../ui/element.ts';
import { addressOf, leadingTo } from './address.ts';
import './bar.ts';
import type { Wish } from './bar.ts';
import './broken.ts';
import './cover.ts';
import { Doing } from './doing.ts';
import { Frame } from './frame.ts';
import { Link } from './link.ts';
import { pane } from './pane.ts';
import './problem.ts';
import { type Scene, sceneOf, type Which } from './scene.ts';
import { Stage } from './stage.ts';
import type { Device } from './widths.ts';

const PREVIEW = `${THREAD}/preview` as const;
const PATIENCE_MS = 1500; // for a page to come back by itself, when its server did
const UNTOLD_MS = 1000; // until no word of a preview means that there is none
const SANDBOX =
  'allow-scripts allow-same-origin allow-forms allow-popups allow-modals allow-downloads';
const words = strings.preview;

export class NuPreview extends NuElement {
  static override properties = {
    thread: { attribute: false }, watching: { type: Boolean }, device: { state: true }, which: { state: true },
    link: { state: true }, dismissed: { state: true },
    failed: { state: true }, renewal: { state: true },
  };
  declare thread: ThreadStore;
  /** Whether the person may only look on. */
  declare watching: boolean;
  declare device: Device;
  declare which: Which;
  declare link: string;
  /** The error that a person has put away. */
  declare dismissed: string;
  /** Why the last build failed. */
  declare failed: BuildError | null;
  declare renewal: string;

  static override styles = [base, pane];

  readonly #frame = new Frame(this, () => this.renderRoot.querySelector('#site'), (picked) =>
    this.send('nu-pick', picked));
  readonly #doing = new Doing(this, () => this.thread);
  #links: Record<Which, Link> | undefined;
  #shown: ThreadStore | undefined;
  #address = '/';
  #wasReady = false;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #absence: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.device = 'full';
    this.which = 'dev';
    this.link = this.dismissed = this.renewal = '';
    this.watching = false;
    this.failed = null;
    new Watch(this, () => this.thread);
    new Stage(this, () => this.device);
  }

  override connectedCallback() {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#look);
    document.addEventListener('keydown', this.#escape);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#look);
    document.removeEventListener('keydown', this.#escape);
    this.#leave();
  }

  override willUpdate() {
    if (this.thread !== this.#shown) this.#enter();
    if (this.#frame.page) this.#address = this.#frame.page.address;
  }

  override updated() {
    this.#follow();
  }

  override render() {
    const scene = this.#scene;
    const { page, isPicking, isAlive } = this.#frame;
    return html`
      <nu-preview-bar .page=${page} .address=${this.#address} .link=${this.#tab} .device=${this.device}
        .which=${this.which} ?picking=${isPicking} ?usable=${this.link !== ''}
        ?pickable=${isAlive && this.which === 'dev' && !this.watching} @nu-do=${this.#do}></nu-preview-bar>
      <div class="stage" @pointerenter=${this.#look} @focusin=${this.#look}>
        <div class="sheet">
          <iframe id="site" title=${words.frame} sandbox=${SANDBOX} allow="clipboard-write"
            @load=${() => this.#frame.loaded()}></iframe>
        </div>
        ${this.renewal ? html`<iframe class="unseen" title="" tabindex="-1" aria-hidden="true"
          sandbox="allow-same-origin" src=${this.renewal}></iframe>` : nothing}
        ${this.#notices(scene)}
      </div>
    `;
  }

  #notices({ cover, broken }: Scene) {
    const { problem, problems, isPicking } = this.#frame;
    const shown = broken && !this.failed && JSON.stringify(broken.error) !== this.dismissed;
    return html`
      ${isPicking ? html`<p class="hint" role="status">${words.picking}</p>` : nothing}
      ${cover ? html`<nu-preview-cover .cover=${cover} ?busy=${this.#doing.isBusy} @nu-wish=${this.#wake}>
        </nu-preview-cover>` : this.#builtAt()}
      ${this.failed ? html`<nu-preview-broken .error=${this.failed} label=${words.buildFailed} again ?watching=${this.watching}
        @nu-again=${this.#build} @nu-hide=${() => (this.failed = null)}></nu-preview-broken>` : nothing}
      ${shown ? html`
        <nu-preview-broken .error=${broken.error} label=${broken.ended ? words.ended : words.pageBroken}
          help=${this.#frame.isAlive ? words.pageBrokenHelp : ''}
          ?again=${broken.ended} ?watching=${this.watching} @nu-again=${this.#restart}
          @nu-hide=${() => (this.dismissed = JSON.stringify(broken.error))}></nu-preview-broken>` : nothing}
      ${problem && !shown && !this.failed && !cover ? html`
        <nu-preview-problem .problem=${problem} .count=${problems} ?watching=${this.watching}
          @nu-hide=${() => this.#frame.dismiss()}></nu-preview-problem>` : nothing}
    `;
  }

  #builtAt() {
    const at = this.which === 'built' ? this.thread.built?.built : null;
    if (!at) return nothing;
    return html`
      <p class="built small">${words.builtAt} ${clock(Date.parse(at) / 1000)}
        ${this.watching ? nothing : html`
          <button class="quiet small" ?disabled=${this.#doing.isBusy} @click=${this.#build}>
            ${this.#doing.isBusy ? words.building : words.buildAgain}</button>`}</p>`;
  }

  get #scene(): Scene {
    const { exists, preview, built, transfer } = this.thread;
    const { watching, which } = this;
    return sceneOf({ exists, watching, which, preview, built, transfer, loaded: this.#frame.wasLoaded });
  }

  get #tab(): string {
    return this.link && leadingTo(this.link, this.#address);
  }

  #enter(): void {
    this.#leave();
    this.#shown = this.thread;
    const { thread } = this;
    const renewed = (which: Which) => (url: string) => {
      if (which !== this.which || thread !== this.thread) return;
      if (!this.#frame.wasLoaded) return void this.#load(); // the page that could not be had before
      this.link = url;
      this.renewal = leadingTo(url, '/favicon.ico');
    };
    this.#links = {
      dev: new Link(thread, 'dev', renewed('dev')),
      built: new Link(thread, 'built', renewed('built')),
    };
    this.which = 'dev';
    this.#reset();
  }

  #leave(): void {
    this.#links?.dev.end();
    this.#links?.built.end();
    clearTimeout(this.#patience);
    clearTimeout(this.#absence);
    this.#absence = undefined;
    this.#shown = undefined;
  }

  #reset(): void {
    this.#address = '/';
    this.link = this.dismissed = this.renewal = '';
    this.failed = null;
    this.#wasReady = false;
    this.#frame.forget();
    this.#look();
  }

  /** Have a page in the frame whenever there is one, whatever became of its server. */
  #follow(): void {
    const shown = this.which === 'built' ? this.thread.built : this.thread.preview;
    const isReady = shown?.state === 'ready';
    if (isReady && !this.#wasReady) {
      clearTimeout(this.#patience);
      if (!this.#frame.wasLoaded) void this.#load();
      else this.#patience = setTimeout(() => this.#frame.isThere || void this.#load(), PATIENCE_MS);
    }
    if (!isReady) this.#frame.leave();
    this.#wasReady = isReady;
    // Whoever opens a conversation wants to see its site; asked for once, whatever comes of it.
    if (this.thread.exists && this.thread.connection.state === 'live') {
      this.#absence ??= setTimeout(() => this.#scene.cover?.kind === 'absent' && void this.#wake(), UNTOLD_MS);
    }
  }

  async #load(address = this.#address): Promise<void> {
    const { which, thread } = this;
    try {
      const url = await this.#links?.[which].get();
      if (url === undefined || which !== this.which || thread !== this.thread) return;
      this.link = url;
      this.#address = address;
      this.#frame.load(leadingTo(url, address));
    } catch (error) {
      if (thread !== this.thread) return;
      if (!(error instanceof Problem && error.status === 404)) this.tell(sentence(error), 'problem');
    }
  }

  /** Somebody is here: what sleeps is woken. */
  readonly #look = (): void => {
    const kind = this.thread && this.#scene.cover?.kind;
    if (document.visibilityState === 'hidden' || !this.checkVisibility({ visibilityProperty: true })) return;
    if (kind === 'asleep') void this.#wake();
  };

  readonly #wake = async (): Promise<void> => {
    const kind = this.#scene.cover?.kind;
    if (kind === 'unbuilt') return this.#build();
    if (this.which === 'built' || this.watching) return this.#load(); // a visit wakes it, too
    await this.#during(() => this.thread.api.ask(`POST ${PREVIEW}`, { path: this.thread.path }));
  };

  readonly #restart = () =>
    this.#during(() => this.thread.api.ask(`POST ${PREVIEW}/restart`, { path: this.thread.path }));

  readonly #build = async (): Promise<void> => {
    const { thread } = this;
    this.failed = null;
    await this.#during(async () => {
      await thread.api.ask(`POST ${PREVIEW}/build`, { path: thread.path });
      if (thread === this.thread && this.which === 'built') await this.#load();
    });
  };

  /** Do one thing at a time; what is refused is said, and errors of a build are shown. */
  #during(work: () => Promise<unknown>): Promise<void> {
    return this.#doing.begin(work, (error) => {
      const reply = error instanceof Problem ? error.reply : {};
      const [first] = (reply['errors'] ?? []) as BuildError[];
      // A server that cannot start says so itself, as the preview's state.
      if (first) this.failed = first;
      else if (!reply['preview']) this.tell(sentence(error), 'problem');
    });
  }

  readonly #do = ({ detail }: CustomEvent<Wish>): void => {
    if (detail.what === 'device') this.device = detail.device;
    else if (detail.what === 'which') this.#choose(detail.which);
    else if (detail.what === 'pick') this.#frame.pick(!this.#frame.isPicking);
    else if (detail.what === 'go') this.#go(detail.typed);
    else if (!this.#frame.send({ type: detail.what })) void this.#load();
  };

  #choose(which: Which): void {
    if (which === this.which) return;
    this.which = which;
    this.#reset();
  }

  #go(typed: string): void {
    const address = addressOf(typed, this.#frame.origin, this.#address);
    if (address === undefined) this.tell(words.elsewhere, 'problem');
    else if (!this.#frame.send({ type: 'go', address })) void this.#load(address);
  }

  readonly #escape = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.#frame.isPicking) this.#frame.pick(false);
  };
}

define('nu-preview', NuPreview);
