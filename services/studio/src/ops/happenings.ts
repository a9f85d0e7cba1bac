// What happened, when, and why: the latest first.

import { css, html, nothing } from 'lit';
import type { HappeningReply } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { clock } from '../core/times.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import { kindOf, looks } from './looks.ts';

const SHOWN = 40;

export class NuHappenings extends NuElement {
  static override properties = { events: { attribute: false }, most: { state: true } };
  declare events: readonly HappeningReply[];
  declare most: number;

  static override styles = [
    base,
    looks,
    css`
      ol { max-block-size: 28rem; overflow: auto }
      li { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr) auto; gap: 0 0.75rem; align-items: baseline }
      li > .why { grid-column: 2 / -1 }
      :host { container-type: inline-size }
      @container (max-width: 26rem) {
        li { grid-template-columns: minmax(0, 1fr) auto }
        li > .name, li > .why { grid-column: 1 / -1 }
        li > .name { grid-row: 2 }
      }
      button { margin: 0.5rem 1rem }
    `,
  ];

  constructor() {
    super();
    this.most = SHOWN;
  }

  override render() {
    const shown = this.events.slice(-this.most).reverse();
    const more = this.events.length - shown.length;
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title" class="grow">${strings.ops.events} <span class="badge">${this.events.length}</span></h2></header>
        ${shown.length
          ? html`<ol role="list" tabindex="0" aria-labelledby="title">${shown.map((it) => this.#one(it))}</ol>`
          : html`<p class="none">${strings.ops.noEvents}</p>`}
        ${more > 0
          ? html`<button @click=${() => (this.most += 200)}>${strings.ops.older(Math.min(more, 200))}</button>`
          : nothing}
      </section>
    `;
  }

  #one(it: HappeningReply) {
    const judged = it.state !== null && it.before === it.state && it.healthy !== null;
    const word = it.state === null ? strings.ops.vanished
      : !judged ? it.state
      : it.healthy ? strings.ops.healthy : strings.ops.unhealthy;
    const kind = judged ? (it.healthy ? 'good' : 'bad') : kindOf(it.state ?? '', false);
    const facts = [
      it.reason,
      it.exitCode !== null && it.exitCode !== 0 && !it.reason.includes(String(Math.abs(it.exitCode)))
        ? strings.ops.exited(it.exitCode) : '',
    ].filter(Boolean);
    return html`
      <li>
        <time class="soft small number" datetime=${it.at}>${clock(Date.parse(it.at) / 1000, true)}</time>
        <span class="name">${it.service}</span>
        <span class="state ${kind}">${word}</span>
        ${facts.length ? html`<p class="why ${kind === 'bad' ? 'bad' : ''}">${facts.join(' \u00b7 ')}</p>` : nothing}
      </li>
    `;
  }
}

define('nu-happenings', NuHappenings);
