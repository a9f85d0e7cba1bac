// What is said while there is no page to see, or over one that waits.

import { css, html, nothing } from 'lit';
import { strings } from '../core/strings.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import type { Cover } from './scene.ts';

const words = strings.preview;
const DOING = { asleep: words.wake, absent: words.begin, unbuilt: words.build } as const;
const isDoing = (kind: Cover['kind']): kind is keyof typeof DOING => kind in DOING;

/** Says `nu-wish` when a person wants what its button says. */
export class NuPreviewCover extends NuElement {
  static override properties = { cover: { attribute: false }, busy: { type: Boolean } };
  declare cover: Cover;
  /** Whether what the button does is under way. */
  declare busy: boolean;

  static override styles = [base, css`
    :host { position: absolute; inset: 0; pointer-events: none; display: grid }
    :host([kind='asleep']) { pointer-events: auto } /* so that it is noticed who comes back */
    :host([whole]) { background: var(--ground); pointer-events: auto; place-items: center }
    .said {
      display: grid; gap: 0.6rem; pointer-events: auto; text-align: center; justify-items: center;
    }
    :host([whole]) .said { inline-size: min(22rem, calc(100% - 2rem)) }
    :host(:not([whole])) .said {
      align-self: start; justify-self: center; grid-auto-flow: column; align-items: center;
      margin: 0.75rem; padding: 0.4rem 0.9rem; border: 1px solid var(--line); border-radius: 2rem;
      background: var(--card); box-shadow: var(--shadow); max-inline-size: calc(100% - 1.5rem);
    }
    :host(:not([whole])) .note { display: none }
    :host(:not([whole])) progress { inline-size: 6rem }
    h2 { font-size: 1.05rem }
    :host(:not([whole])) h2 { font-size: 0.9rem }
    progress { block-size: 0.5rem }
    .note { overflow-wrap: anywhere; min-block-size: 1.5em }
  `];

  override updated() {
    this.toggleAttribute('whole', this.cover.whole);
    this.setAttribute('kind', this.cover.kind);
  }

  override render() {
    const { kind, value, note } = this.cover;
    const waits = (!isDoing(kind) && kind !== 'nothing') || this.busy;
    const title = this.busy && kind === 'unbuilt' ? words.building : words[kind];
    const percent = value === null ? '' : `${Math.floor(value * 100)} %`;
    const said = kind === 'unbuilt' ? words.unbuiltHelp : isDoing(kind) ? '' : note;
    return html`
      <div class="said">
        <div role="status"><h2>${title}</h2></div>
        ${waits ? html`
          ${value === null
            ? html`<progress aria-label=${title}></progress>`
            : html`<progress aria-label=${title} max="1" .value=${value}></progress>`}
          ${percent ? html`<span class="soft small" id="percent">${percent}</span>` : nothing}
        ` : nothing}
        ${said ? html`<p class="note soft small">${said}</p>` : nothing}
        ${isDoing(kind) && !this.busy ? html`
          <button class="primary" @click=${() => this.dispatchEvent(new Event('nu-wish'))}>
            ${DOING[kind]}</button>` : nothing}
      </div>
    `;
  }
}

define('nu-preview-cover', NuPreviewCover);
