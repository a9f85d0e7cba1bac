// The log of one service, line by line as it is written, at the foot of the page.

import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Api, LogLine, Missed } from '../core/api.ts';
import { told } from '../core/connection.ts';
import { type Connection, follow } from '../core/stream.ts';
import { strings } from '../core/strings.ts';
import { clock } from '../core/times.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import '../ui/icon.ts';
import { appended, type Entry, found, gapOf, type Line, lineOf, pieces } from './lines.ts';
import { log } from './log.css.ts';
import { looks } from './looks.ts';

const DRAWN = 1000; // lines at once: more are slow, and nobody reads them
const STREAMS = ['stdout', 'stderr', 'log'] as const;

/** Whether there are other names: the list is made anew each time, and the lines need not be. */
function differs(now: readonly string[], before: readonly string[] | undefined): boolean {
  return now.join() !== before?.join();
}

/** Shows `service`; says `nu-log` with another one, or none, when a person wants so. */
export class NuLog extends NuElement {
  static override properties = {
    api: { attribute: false }, service: {}, names: { attribute: false, hasChanged: differs },
    entries: { state: true }, held: { state: true }, wanted: { state: true }, stream: { state: true },
    follows: { state: true }, wraps: { state: true }, connection: { state: true },
  };
  declare api: Api;
  declare service: string;
  declare names: readonly string[];
  declare entries: readonly Entry[];
  /** What came since the pause; undefined while there is none. */
  declare held: readonly Entry[] | undefined;
  declare wanted: string;
  declare stream: string;
  declare follows: boolean;
  declare wraps: boolean;
  declare connection: Connection;

  static override styles = [base, looks, log];

  #arrived: Entry[] = [];
  #end: (() => void) | undefined;

  constructor() {
    super();
    this.entries = [];
    this.held = undefined;
    this.wanted = this.stream = '';
    this.follows = true;
    this.wraps = false;
    this.connection = { state: 'connecting' };
  }

  override connectedCallback() {
    super.connectedCallback();
    if (this.hasUpdated) this.#listen();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#end?.();
  }

  override willUpdate(changed: Map<string, unknown>) {
    if (changed.has('service')) this.#listen();
  }

  override updated() {
    const list = this.renderRoot.querySelector('.lines');
    if (list && this.follows && this.held === undefined) list.scrollTop = list.scrollHeight;
  }

  override firstUpdated() {
    this.renderRoot.querySelector<HTMLElement>('input')?.focus();
  }

  override render() {
    const shown = found(this.entries, { text: this.wanted, stream: this.stream });
    const all = this.entries.filter((entry) => 'text' in entry).length;
    const lines = shown.filter((entry) => 'text' in entry).length;
    const names = this.names.includes(this.service) ? this.names : [this.service, ...this.names];
    return html`
      <section aria-label=${`${strings.ops.logOf} ${this.service}`} @keydown=${this.#key}>
        <header>
          <label for="service" class="unseen">${strings.ops.logOf}</label>
          <select id="service" @change=${this.#choose}>
            ${names.map((name) => html`<option value=${name} ?selected=${name === this.service}>${name}</option>`)}
          </select>
          <input class="field" type="search" aria-label=${strings.ops.search} placeholder=${strings.ops.search}
            .value=${this.wanted} @input=${(event: Event) => (this.wanted = (event.target as HTMLInputElement).value)} />
          <label for="stream" class="unseen">${strings.ops.stream}</label>
          <select id="stream" @change=${(event: Event) => (this.stream = (event.target as HTMLSelectElement).value)}>
            <option value="">${strings.ops.everyStream}</option>
            ${STREAMS.map((name) => html`<option value=${name}>${name}</option>`)}
          </select>
          <span class="soft small number grow" role="status">${this.#counted(lines, all)}</span>
          ${this.#toggle(strings.ops.follow, this.follows, () => (this.follows = !this.follows))}
          ${this.#toggle(strings.ops.wrap, this.wraps, () => (this.wraps = !this.wraps))}
          <button aria-pressed=${this.held !== undefined} @click=${this.#pause}>
            ${this.held === undefined ? strings.ops.pause : strings.ops.resume}</button>
          <button class="icon" aria-label=${strings.ops.copy} title=${strings.ops.copy}
            @click=${() => this.#copy(shown)}><nu-icon name="copy"></nu-icon></button>
          <button class="quiet icon close" aria-label=${strings.ops.closeLog} title=${strings.ops.closeLog}
            @click=${() => this.send('nu-log', { service: '' })}><nu-icon name="close"></nu-icon></button>
        </header>
        <div class="lines ${this.wraps ? 'wraps' : ''}" role="log" aria-live="off" tabindex="0"
          aria-label=${`${strings.ops.logOf} ${this.service}`} @scroll=${this.#scrolled}>
          ${shown.length > DRAWN ? html`<p class="soft gap">${strings.ops.earlier(shown.length - DRAWN)}</p>` : nothing}
          ${repeat(shown.slice(-DRAWN), (entry) => entry.key, (entry) => this.#entry(entry))}
          ${lines ? nothing : html`<p class="soft gap">${all ? strings.ops.noFound : strings.ops.noLines}</p>`}
        </div>
      </section>
    `;
  }

  #entry(entry: Entry) {
    if ('missed' in entry) return html`<p class="gap warn">${strings.ops.missed(entry.missed, entry.anew)}</p>`;
    return html`
      <p class=${entry.level}>
        <time>${entry.at === null ? '' : clock(entry.at, true)}</time>
        <span class="stream ${entry.stream}">${entry.stream}</span>
        <span class="text">${this.#marked(entry)}</span>
      </p>
    `;
  }

  #marked({ text }: Line) {
    return pieces(text, this.wanted).map((part, n) => (n % 2 ? html`<mark>${part}</mark>` : part));
  }

  #toggle(label: string, on: boolean, change: () => void) {
    return html`<button aria-pressed=${on} @click=${change}>${label}</button>`;
  }

  #counted(lines: number, all: number): string {
    if (['lost', 'refused'].includes(this.connection.state)) return told(this.connection);
    return this.held?.length ? strings.ops.waiting(this.held.length) : strings.ops.counted(lines, all);
  }

  #listen(): void {
    this.#end?.();
    this.entries = [];
    this.#arrived = [];
    this.held = undefined;
    if (!this.service) return;
    const address = this.api.address('/v1/services/{name}/logs', { name: this.service });
    this.#end = follow(this.api, address, {
      hear: (type, data, id) => {
        if (type === 'line') this.#take(lineOf(data as LogLine));
        if (type === 'missed') this.#take(gapOf(data as Missed, id));
      },
      state: (connection) => (this.connection = connection),
    });
  }

  /** What comes together is shown together. */
  #take(entry: Entry): void {
    this.#arrived.push(entry);
    if (this.#arrived.length > 1) return;
    requestAnimationFrame(() => {
      const arrived = this.#arrived;
      this.#arrived = [];
      if (this.held === undefined) this.entries = appended(this.entries, arrived);
      else this.held = appended(this.held, arrived);
    });
  }

  #pause(): void {
    if (this.held === undefined) {
      this.held = [];
    } else {
      this.entries = appended(this.entries, this.held);
      this.held = undefined;
    }
  }

  /** Who reads further up is not taken away from there. */
  #scrolled(event: Event): void {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget as HTMLElement;
    this.follows = scrollHeight - scrollTop - clientHeight < 24;
  }

  #choose(event: Event): void {
    this.send('nu-log', { service: (event.target as HTMLSelectElement).value });
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    if (this.wanted) this.wanted = '';
    else this.send('nu-log', { service: '' });
  }

  async #copy(shown: readonly Entry[]): Promise<void> {
    const texts = shown.flatMap((entry) => ('text' in entry ? [entry.text] : []));
    try {
      await navigator.clipboard.writeText(texts.join('\n'));
      this.tell(strings.ops.copied(texts.length));
    } catch {
      this.tell(strings.ops.cannotCopy, 'problem');
    }
  }
}

define('nu-log', NuLog);
