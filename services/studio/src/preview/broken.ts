// An error of the site, explained over the last good page, which it does not take away.

import { css, html, nothing } from 'lit';
import type { BuildError } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import '../ui/icon.ts';
import { mending, placeOf } from './scene.ts';

const words = strings.preview;

/**
 * Says `nu-hide` when a person wants to see what is behind it, `nu-again` when they want another
 * try, and `nu-say` when they want it mended.
 */
export class NuPreviewBroken extends NuElement {
  static override properties = {
    error: { attribute: false }, label: {}, help: {}, again: { type: Boolean },
    watching: { type: Boolean },
  };
  declare error: BuildError;
  declare label: string;
  declare help: string;
  /** Whether another try may help. */
  declare again: boolean;
  /** Whether the person may only look on. */
  declare watching: boolean;

  static override styles = [base, css`
    :host { position: absolute; inset-inline: 0.75rem; inset-block-end: 0.75rem; z-index: 2 }
    section {
      display: grid; gap: 0.5rem; max-inline-size: 46rem; margin-inline: auto; padding: 0.9rem 1rem;
      border: 1px solid var(--line); border-inline-start: 4px solid var(--bad);
      border-radius: var(--radius); background: var(--card); box-shadow: var(--shadow);
    }
    header { display: flex; gap: 0.5rem; align-items: center }
    header > nu-icon { color: var(--bad) }
    header h2 { flex: 1 }
    .message { max-block-size: 8rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere }
    pre {
      max-block-size: 11rem; padding: 0.6rem 0.75rem; overflow: auto; border-radius: var(--radius);
      background: var(--raised); font-size: 0.8rem; line-height: 1.5; tab-size: 2;
    }
    .place { overflow-wrap: anywhere }
  `];

  override render() {
    const { error } = this;
    const place = placeOf(error);
    return html`
      <section aria-labelledby="label">
        <header>
          <nu-icon name="warning"></nu-icon>
          <h2 id="label"><span role="alert">${this.label}</span></h2>
          <button class="quiet icon" aria-label=${words.hide} title=${words.hide}
            @click=${() => this.#want('nu-hide')}><nu-icon name="close"></nu-icon></button>
        </header>
        <p class="message" tabindex="0">${error.message}</p>
        ${place ? html`<p class="place mono soft" dir="ltr">${place}</p>` : nothing}
        ${error.frame ? html`<pre tabindex="0" dir="ltr" aria-label=${words.source}>${error.frame}</pre>` : nothing}
        <div class="row">
          ${this.watching ? nothing : html`
            <button class="primary" @click=${() => this.send('nu-say', { text: mending(words.fixSaid, error) })}>
              ${words.fix}</button>`}
          ${this.again && !this.watching ? html`<button @click=${() => this.#want('nu-again')}>${words.again}</button>` : nothing}
          ${this.help ? html`<span class="soft small">${this.help}</span>` : nothing}
        </div>
      </section>
    `;
  }

  #want(name: string): void {
    this.dispatchEvent(new Event(name));
  }
}

define('nu-preview-broken', NuPreviewBroken);
