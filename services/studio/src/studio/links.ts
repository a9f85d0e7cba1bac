// Ways out of the studio: the operator's page, the API's, and the end of the session.

import { css, html, nothing } from 'lit';
import { type Api, sentence } from '../core/api.ts';
import type { SessionReply } from '../core/session.ts';
import { strings } from '../core/strings.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';

export class NuLinks extends NuElement {
  static override properties = { api: { attribute: false }, session: { attribute: false } };
  declare api: Api;
  declare session: SessionReply;

  static override styles = [
    base,
    css`
      nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: center; padding: 0.6rem 0.9rem }
      a, button { color: var(--soft); font-size: 0.85rem; text-decoration: none }
      a:hover { text-decoration: underline }
      button { padding: 0; min-block-size: 1.5rem }
    `,
  ];

  override render() {
    return html`
      <nav aria-label=${strings.studio.elsewhere}>
        ${this.session.scope === 'operator' ? html`<a href="/ops">${strings.studio.operator}</a>` : nothing}
        <a href="/docs">${strings.studio.apiDocs}</a>
        <button class="quiet" @click=${this.#leave}>${strings.studio.signOut}</button>
      </nav>
    `;
  }

  async #leave(): Promise<void> {
    try {
      await this.api.ask('DELETE /v1/session', {});
      location.assign('/');
    } catch (error) {
      this.tell(sentence(error), 'problem');
    }
  }
}

define('nu-links', NuLinks);
