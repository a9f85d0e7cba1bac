// All services: how they are, what they take, and to start, stop and restart them.

import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Service } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { clock, lasting, since } from '../core/times.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import '../ui/icon.ts';
import type { Verb } from './commanding.ts';
import type { Ops } from './fold.ts';
import { kindOf, looks } from './looks.ts';
import { services as layout } from './services.css.ts';
import './spark.ts';
import { bytes, percent } from './telling.ts';

const DAEMON = 'nurseryd';

/** Says `nu-command` with a `verb` and a `service`, and `nu-log` with one and its `opener`. */
export class NuServices extends NuElement {
  static override properties = {
    ops: { attribute: false }, now: { type: Number }, may: { type: Boolean },
    busy: { attribute: false }, filter: { state: true },
  };
  declare ops: Ops;
  declare now: number;
  /** Whether the token may command. */
  declare may: boolean;
  /** The services for which a command is under way. */
  declare busy: ReadonlySet<string>;
  declare filter: string;

  static override styles = [base, looks, layout, css`
    input.field { flex: 0 1 14rem; min-inline-size: 8rem }
    header h2 { flex: 1 0 auto }
  `];

  constructor() {
    super();
    this.filter = '';
  }

  override render() {
    const wanted = this.filter.trim().toLowerCase();
    const shown = [...this.ops.services.values()].filter((it) => it.name.toLowerCase().includes(wanted));
    return html`
      <section class="panel" aria-labelledby="title">
        <header>
          <h2 id="title">${strings.ops.services} <span class="badge">${this.ops.services.size}</span></h2>
          <input class="field" type="search" aria-label=${strings.ops.filter} placeholder=${strings.ops.filter}
            .value=${this.filter} @input=${(event: InputEvent) => (this.filter = (event.target as HTMLInputElement).value)} />
        </header>
        <div role="table" aria-labelledby="title">
          <div role="row" class="line head">
            <span role="columnheader">${strings.ops.service}</span>
            <span role="columnheader">${strings.ops.state}</span>
            <span role="columnheader" class="end">${strings.ops.uptime}</span>
            <span role="columnheader" class="end">${strings.ops.restarts}</span>
            <span role="columnheader" class="end">${strings.ops.cpu}</span>
            <span role="columnheader" class="end">${strings.ops.memory}</span>
            <span role="columnheader" class="end">${strings.ops.actions}</span>
          </div>
          ${DAEMON.includes(wanted) ? this.#daemon() : nothing}
          ${repeat(shown, (it) => it.name, (it) => this.#line(it))}
        </div>
        ${shown.length ? nothing : html`<p class="none">${strings.ops.noMatch}</p>`}
      </section>
    `;
  }

  #daemon() {
    return html`
      <div role="row" class="line">
        <div role="cell" class="who">
          <span class="name">${DAEMON}</span>
          <p class="why">${strings.ops.daemon}</p>
        </div>
        <div role="cell"><span class="state good">RUNNING</span></div>
        <div role="cell" class="end number">${this.ops.about ? lasting(since(this.ops.about.began, this.now)) : ''}</div>
        <div role="cell" class="end"></div>
        ${this.#taken(DAEMON)}
        <div role="cell" class="commands">${this.#log(DAEMON)}</div>
      </div>
    `;
  }

  #line(it: Service) {
    const kind = it.healthy === false ? 'warn' : kindOf(it.state, it.failed);
    return html`
      <div role="row" class="line">
        <div role="cell" class="who">
          <span class="name">${it.name}</span>
          ${it.pid === null ? nothing : html`<span class="soft small">${strings.ops.pid(it.pid)}</span>`}
          ${it.essential ? html`<span class="badge">${strings.ops.essential}</span>` : nothing}
          ${this.#why(it)}
        </div>
        <div role="cell" class="how">
          <span class="state ${kind}">${it.state}</span>
          ${it.healthy === null ? nothing : html`
            <span class="why ${it.healthy ? '' : 'bad'}">${it.healthy ? strings.ops.healthy : strings.ops.unhealthy}</span>`}
        </div>
        <div role="cell" class="end number" title=${it.since ?? ''}>
          ${it.since ? lasting(since(it.since, this.now)) : strings.ops.nothing}
        </div>
        <div role="cell" class="end number ${it.restarts ? 'warn' : 'soft'}">
          <span class="label">${strings.ops.restarts}</span> ${it.restarts}
        </div>
        ${this.#taken(it.name)}
        <div role="cell" class="commands">${this.#commands(it)}${this.#log(it.name)}</div>
      </div>
    `;
  }

  #why(it: Service) {
    const bad = it.failed || it.healthy === false || it.state === 'BACKOFF' || it.state === 'FATAL';
    const facts = [
      it.reason,
      it.note,
      it.exitCode !== null && it.exitCode !== 0 && !it.reason ? strings.ops.exited(it.exitCode) : '',
      it.nextRestart ? strings.ops.next(clock(Date.parse(it.nextRestart) / 1000, true)) : '',
      it.nextStart ? strings.ops.next(clock(Date.parse(it.nextStart) / 1000)) : '',
    ].filter(Boolean);
    return facts.length ? html`<p class="why ${bad ? 'bad' : ''}">${facts.join(' \u00b7 ')}</p>` : nothing;
  }

  #taken(name: string) {
    const taken = this.ops.sample?.services[name];
    const cores = this.ops.history.services.get(name)?.cores;
    if (!taken) {
      const task = this.ops.services.get(name)?.kind === 'task';
      const why = task ? strings.ops.inDaemon : '';
      return html`
        <div role="cell" class="end soft nothing" title=${why}>${strings.ops.nothing}</div>
        <div role="cell" class="end soft nothing" title=${why}>${strings.ops.nothing}</div>
      `;
    }
    return html`
      <div role="cell" class="end number cpu">
        ${cores ? html`<nu-spark .values=${cores}></nu-spark>` : nothing}
        <span><span class="label">${strings.ops.cpu}</span> ${percent(taken.cores)}</span>
      </div>
      <div role="cell" class="end number" title=${strings.ops.processes(taken.processes)}>
        <span class="label">${strings.ops.memory}</span> ${bytes(taken.memory)}
      </div>
    `;
  }

  #commands({ name, state }: Service) {
    const resting = ['STOPPED', 'EXITED', 'FATAL'].includes(state);
    const own = name === this.ops.about?.own;
    const unable = !this.may || this.busy.has(name);
    return html`
      ${resting
        ? this.#button('start', 'play', name, unable)
        : this.#button('stop', 'stop', name, unable || own || state === 'STOPPING', own ? strings.ops.ownStop : '')}
      ${this.#button('restart', 'reload', name, unable)}
    `;
  }

  #button(verb: Verb, icon: string, service: string, disabled: boolean, why = '') {
    const label = strings.ops.of(strings.ops[verb], service);
    return html`
      <button class="icon" aria-label=${label} title=${why || label} ?disabled=${disabled}
        @click=${() => this.send('nu-command', { verb, service })}><nu-icon name=${icon}></nu-icon></button>
    `;
  }

  #log(service: string) {
    return html`
      <button aria-label=${strings.ops.of(strings.ops.logs, service)}
        @click=${(event: Event) => this.send('nu-log', { service, opener: event.currentTarget })}>${strings.ops.logs}</button>
    `;
  }
}

define('nu-services', NuServices);
