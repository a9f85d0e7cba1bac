// The probes: what each check says of its service, what it found the last time, and when.

import { css, html } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { CheckReply } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { lasting, since } from '../core/times.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import { looks } from './looks.ts';

export class NuChecks extends NuElement {
  static override properties = { checks: { attribute: false }, now: { type: Number } };
  declare checks: readonly CheckReply[];
  declare now: number;

  static override styles = [
    base,
    looks,
    css`
      li { display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; align-items: baseline }
      li > p { flex: 1 0 100% }
    `,
  ];

  override render() {
    const bad = this.checks.filter((it) => it.healthy === false).length;
    return html`
      <section class="panel" aria-labelledby="title">
        <header>
          <h2 id="title" class="grow">${strings.ops.checks} <span class="badge">${this.checks.length}</span></h2>
          ${bad ? html`<span class="state bad">${bad} ${strings.ops.failing}</span>` : ''}
        </header>
        ${this.checks.length
          ? html`<ul>${repeat(this.checks, (it) => `${it.check} ${it.service}`, (it) => this.#one(it))}</ul>`
          : html`<p class="none">${strings.ops.noChecks}</p>`}
      </section>
    `;
  }

  #one(it: CheckReply) {
    const said = { true: strings.ops.healthy, false: strings.ops.failing, null: strings.ops.unknown };
    const kind = { true: 'good', false: 'bad', null: '' }[`${it.healthy}`];
    const result = it.found ? strings.ops.failed : strings.ops.passed;
    const reason = it.found || it.reason;
    return html`
      <li>
        <span class="grow"><span class="name">${it.check}</span> <span class="soft small">${it.service} · ${it.level}</span></span>
        <span class="state ${kind}">${said[`${it.healthy}`]}</span>
        <p class="why ${it.found ? 'bad' : ''}">
          ${it.looked ? strings.ops.looked(result, lasting(since(it.looked, this.now))) : strings.ops.unknown}${reason ? `: ${reason}` : ''}
        </p>
      </li>
    `;
  }
}

define('nu-checks', NuChecks);
