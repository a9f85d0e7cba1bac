// What is said at the edge of the page: it goes by itself, problems stay until they are dismissed.

import { css, html } from 'lit';
import { strings } from '../core/strings.ts';
import { base } from './base.ts';
import { define, NuElement, type Told } from './element.ts';
import './icon.ts';

const SHOWN_MS = 6000;
const MOST = 4;

export class NuToasts extends NuElement {
  static override properties = { told: { state: true } };
  declare told: readonly Told[];

  static override styles = [
    base,
    css`
      :host {
        position: fixed; inset-block-end: 1rem; inset-inline: 1rem; z-index: 10; display: grid;
        gap: 0.5rem; justify-items: center; pointer-events: none;
      }
      .card {
        display: flex; gap: 0.75rem; align-items: center; max-inline-size: 40rem;
        padding-block: 0.4rem; box-shadow: var(--shadow); overflow-wrap: anywhere;
        pointer-events: auto;
      }
    `,
  ];

  constructor() {
    super();
    this.told = [];
  }

  /** Show it; what was said before in the same words is not said twice. */
  show(told: Told): void {
    this.told = [...this.told.filter(({ text }) => text !== told.text), told].slice(-MOST);
    if (told.kind === 'info') setTimeout(() => this.#drop(told), SHOWN_MS);
  }

  override render() {
    return html`
      <div role="status">${this.told.filter(({ kind }) => kind === 'info').map((it) => this.#one(it))}</div>
      <div role="alert">${this.told.filter(({ kind }) => kind === 'problem').map((it) => this.#one(it))}</div>
    `;
  }

  #one(told: Told) {
    return html`
      <div class="card">
        <span class=${told.kind === 'problem' ? 'bad grow' : 'grow'}>${told.text}</span>
        <button class="quiet icon" aria-label=${strings.studio.dismiss} @click=${() => this.#drop(told)}>
          <nu-icon name="close"></nu-icon>
        </button>
      </div>
    `;
  }

  #drop(told: Told): void {
    this.told = this.told.filter((it) => it !== told);
  }
}

define('nu-toasts', NuToasts);
