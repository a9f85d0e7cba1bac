// What somebody sees whose token is not there, or not good any more.

import { css, html, nothing } from 'lit';
import { Api, sentence } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { base } from './base.ts';
import { define, NuElement } from './element.ts';

/** Says `nu-signed-in` once the server keeps the token in a cookie. */
export class NuSignIn extends NuElement {
  static override properties = { why: {}, problem: { state: true } };
  declare why: string;
  declare problem: string;

  static override styles = [
    base,
    css`
      :host { display: grid; grid-row: 1 / -1; place-items: center; min-block-size: 100%; padding: 1rem }
      main { max-inline-size: 100% }
      form { display: grid; gap: 0.75rem; inline-size: min(26rem, 100%); padding: 1.5rem }
      h1 { font-size: 1.4rem }
    `,
  ];

  override render() {
    return html`
      <main><form class="card" @submit=${this.#submit}>
        <h1>${strings.studio.signIn}</h1>
        ${this.why ? html`<p role="status">${this.why}</p>` : nothing}
        <label for="token">${strings.studio.token}</label>
        <input id="token" class="field" type="password" autocomplete="off" required spellcheck="false" />
        <p class="soft small">${strings.studio.signInHelp}</p>
        <p class="bad" role="alert">${this.problem}</p>
        <button class="primary">${strings.studio.signIn}</button>
      </form></main>
    `;
  }

  override firstUpdated() {
    this.renderRoot.querySelector('input')?.focus();
  }

  async #submit(event: SubmitEvent) {
    event.preventDefault();
    const token = this.renderRoot.querySelector('input')?.value.trim() ?? '';
    this.problem = '';
    try {
      await new Api(new URL('/', location.href), () => token).ask('PUT /v1/session', {});
      this.send('nu-signed-in');
    } catch (error) {
      this.problem = sentence(error);
    }
  }
}

define('nu-sign-in', NuSignIn);
