// The bar above a previewed page: where it is, how wide, and what to point at.

import { css, html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { strings } from '../core/strings.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import '../ui/icon.ts';
import type { PageFacts } from './protocol.ts';
import type { Which } from './scene.ts';
import type { Device } from './widths.ts';

/** What a person wants, in `nu-do`. */
export type Wish =
  | { what: 'back' | 'forward' | 'reload' | 'pick' }
  | { what: 'go'; typed: string }
  | { what: 'device'; device: Device }
  | { what: 'which'; which: Which };

const DEVICES: readonly [Device, string][] = [['phone', 'phone'], ['tablet', 'tablet'], ['full', 'screen']];
const words = strings.preview;

export class NuPreviewBar extends NuElement {
  static override properties = {
    page: { attribute: false }, address: {}, link: {}, device: {}, which: {},
    picking: { type: Boolean }, pickable: { type: Boolean }, usable: { type: Boolean },
  };
  declare page: PageFacts | null;
  declare address: string;
  /** Where a new tab finds what is shown; empty where nothing is. */
  declare link: string;
  declare device: Device;
  declare which: Which;
  declare picking: boolean;
  declare pickable: boolean;
  declare usable: boolean;

  #typed: string | undefined; // what a person is writing, and the site does not take away

  static override styles = [base, css`
    :host {
      container-type: inline-size; border-block-end: 1px solid var(--line); background: var(--ground);
    }
    .bar { display: flex; gap: 0.25rem; align-items: center; padding: 0.375rem 0.5rem }
    form { flex: 1; min-inline-size: 6rem }
    input.field {
      min-block-size: 2rem; border-radius: 1rem; padding-inline: 0.9rem; background: var(--card);
    }
    .devices { display: flex; gap: 0.125rem }
    a.button {
      display: inline-flex; align-items: center; justify-content: center; inline-size: 2rem;
      block-size: 2rem; border-radius: var(--radius); color: inherit;
    }
    a.button:hover { background: var(--raised) }
    .pick[aria-pressed='true'] { background: var(--accent); color: var(--on-accent) }
    select { max-inline-size: 9.5rem; min-block-size: 2rem; padding-inline: 0.5rem }
    @container (inline-size < 38rem) { .pick span { display: none } .pick { inline-size: 2rem; padding: 0 } }
    @container (inline-size < 32rem) {
      .bar { flex-wrap: wrap }
      form { order: 1; flex-basis: 100% }
      .gap { flex: 1 }
    }
    @container (inline-size < 23rem) { .devices { display: none } }
  `];

  constructor() {
    super();
    this.picking = this.pickable = this.usable = false;
  }

  override render() {
    const { page, usable } = this;
    return html`
      <div class="bar" role="group" aria-label=${words.bar}>
        ${this.#button('back', !page?.back)} ${this.#button('forward', !page?.forward)}
        ${this.#button('reload', !usable)}
        <form @submit=${this.#go}>
          <label class="unseen" for="address">${words.address}</label>
          <input id="address" class="field" type="text" inputmode="url" autocomplete="off"
            autocapitalize="off" spellcheck="false" enterkeyhint="go" dir="ltr"
            .value=${live(this.#typed ?? this.address)} @input=${this.#type} @blur=${this.#leave}
            @keydown=${this.#leaveByKey} ?disabled=${!usable} title=${page?.title ?? ''}>
        </form>
        <span class="gap"></span>
        ${this.#pick()}
        <div class="devices" role="group" aria-label=${words.widths}>
          ${DEVICES.map(([device, icon]) => html`
            <button class="quiet icon" aria-label=${words[device]} title=${words[device]}
              aria-pressed=${this.device === device} @click=${() => this.#want({ what: 'device', device })}>
              <nu-icon name=${icon}></nu-icon></button>`)}
        </div>
        <select aria-label=${words.which} .value=${this.which} @change=${this.#choose}>
          <option value="dev" ?selected=${this.which === 'dev'}>${words.dev}</option>
          <option value="built" ?selected=${this.which === 'built'}>${words.built}</option>
        </select>
        ${this.link ? html`
          <a class="button" href=${this.link} target="_blank" rel="noopener noreferrer"
            aria-label=${words.open} title=${words.open}><nu-icon name="open"></nu-icon></a>` : nothing}
      </div>
    `;
  }

  #button(what: 'back' | 'forward' | 'reload', disabled: boolean) {
    return html`
      <button class="quiet icon" aria-label=${words[what]} title=${words[what]} ?disabled=${disabled}
        @click=${() => this.#want({ what })}><nu-icon name=${what}></nu-icon></button>`;
  }

  #pick() {
    const why = this.which === 'built' ? words.noPick : words.pick;
    return html`
      <button class="pick" aria-pressed=${this.picking} aria-label=${words.pick} title=${why}
        ?disabled=${!this.pickable} @click=${() => this.#want({ what: 'pick' })}>
        <nu-icon name="pick"></nu-icon><span>${strings.preview.pickShort}</span></button>`;
  }

  readonly #type = (event: Event): void => {
    this.#typed = (event.target as HTMLInputElement).value;
  };

  /** Show where the site is, whatever was being written. */
  readonly #leave = (): void => {
    this.#typed = undefined;
    this.requestUpdate();
  };

  readonly #leaveByKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') this.#leave();
  };

  readonly #go = (event: Event): void => {
    event.preventDefault();
    const typed = this.#typed ?? this.address;
    this.#leave();
    this.#want({ what: 'go', typed });
  };

  readonly #choose = (event: Event): void => {
    const which = (event.target as HTMLSelectElement).value === 'built' ? 'built' : 'dev';
    this.#want({ what: 'which', which });
  };

  #want(wish: Wish): void {
    this.dispatchEvent(new CustomEvent<Wish>('nu-do', { detail: wish }));
  }
}

define('nu-preview-bar', NuPreviewBar);
