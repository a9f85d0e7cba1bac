// The previews: how they are, the memory that they take, and to start, stop, restart and open them.

import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Preview } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import '../ui/icon.ts';
import type { Verb } from './commanding.ts';
import { kindOf, looks } from './looks.ts';
import { bytes } from './telling.ts';

/** Says `nu-command-preview` with a `verb` and a `preview`, `nu-open-preview`, and `nu-log`. */
export class NuPreviews extends NuElement {
  static override properties = {
    previews: { attribute: false }, may: { type: Boolean }, busy: { attribute: false },
  };
  declare previews: readonly Preview[];
  declare may: boolean;
  declare busy: ReadonlySet<string>;

  static override styles = [
    base,
    looks,
    css`
      li { display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; align-items: center }
      .who { flex: 1 1 12rem; min-inline-size: 0 }
      .memory { min-inline-size: 4.5rem; text-align: end }
    `,
  ];

  override render() {
    return html`
      <section class="panel" aria-labelledby="title">
        <header>
          <h2 id="title" class="grow">${strings.ops.previews} <span class="badge">${this.previews.length}</span></h2>
          <span class="soft small number">${this.#sum}</span>
        </header>
        ${this.previews.length
          ? html`<ul>${repeat(this.previews, (it) => it.id, (it) => this.#one(it))}</ul>`
          : html`<p class="none">${strings.ops.noPreviews}</p>`}
      </section>
    `;
  }

  #one(it: Preview) {
    const thread = `${it.clientId}/${it.userId}/${it.threadId}`;
    const asleep = ['asleep', 'failed', 'stopped'].includes(it.state);
    const why = it.error?.message ?? it.reason;
    return html`
      <li aria-label=${thread}>
        <div class="who">
          <span class="name">${thread}</span>
          ${it.built ? html`<span class="badge">${strings.ops.built}</span>` : nothing}
          <p class="why ${it.state === 'failed' || it.error ? 'bad' : ''}">${why}</p>
        </div>
        <span class="state ${kindOf(it.state)}">${it.state}</span>
        <span class="soft small number">${strings.ops.clients(it.clients)}</span>
        <span class="number memory">${it.memory ? bytes(it.memory) : strings.ops.nothing}</span>
        <div class="commands">
          ${asleep && !it.built ? this.#button('start', 'play', it) : this.#button('stop', 'stop', it)}
          ${it.built ? nothing : this.#button('restart', 'reload', it)}
          ${this.#say('open', 'open', it, () => this.send('nu-open-preview', { preview: it }))}
          <button aria-label=${strings.ops.of(strings.ops.logs, thread)}
            @click=${(event: Event) =>
              this.send('nu-log', { service: `astro@${it.id}`, opener: event.currentTarget })}>${strings.ops.logs}</button>
        </div>
      </li>
    `;
  }

  #button(verb: Verb, icon: string, preview: Preview) {
    const say = () => this.send('nu-command-preview', { verb, preview });
    return this.#say(verb, icon, preview, say, !this.may || this.busy.has(preview.id));
  }

  #say(word: Verb | 'open', icon: string, it: Preview, say: () => void, disabled = false) {
    const label = strings.ops.of(strings.ops[word], `${it.clientId}/${it.userId}/${it.threadId}`);
    return html`
      <button class="icon" aria-label=${label} title=${label} ?disabled=${disabled} @click=${say}>
        <nu-icon name=${icon}></nu-icon></button>
    `;
  }

  get #sum(): string {
    const sum = this.previews.reduce((total, { memory }) => total + memory, 0);
    return sum ? bytes(sum) : '';
  }
}

define('nu-previews', NuPreviews);
