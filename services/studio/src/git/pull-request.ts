// Asks at the forge for a pushed branch to be merged.

import { html, nothing } from 'lit';
import type { PullRequest } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { THREAD } from '../core/thread.ts';
import { webAddress } from '../core/visible.ts';
import { base } from '../ui/base.ts';
import { define } from '../ui/element.ts';
import { GitPart, panes } from './part.ts';

export class NuPullRequest extends GitPart {
  static override properties = { made: { state: true } };
  declare made: PullRequest | undefined;

  static override styles = [base, panes];

  override render() {
    const { made } = this;
    const link = webAddress(made?.url);
    if (made) {
      return html`<p role="status" class="good">
        ${made.existing ? strings.git.requestedBefore(made.number) : strings.git.requested(made.number)}
        ${link ? html`<a href=${link} target="_blank" rel="noreferrer">${strings.git.requestLink(made.number)}</a>` : nothing}
      </p>`;
    }
    return html`
      <details>
        <summary>${strings.git.request}</summary>
        <form @submit=${this.#submit}>
          <p class="soft small">${strings.git.requestText}</p>
          <label for="title">${strings.git.requestTitle}</label>
          <input id="title" class="field" required maxlength="200" .value=${this.state.commits[0]?.subject ?? ''} />
          <label for="body">${strings.git.requestBody}</label>
          <textarea id="body" class="field" rows="4"></textarea>
          <label class="row"><input id="draft" type="checkbox" />${strings.git.requestDraft}</label>
          <div><button class="primary" ?disabled=${!!this.state.busy}>${strings.git.requestNow}</button></div>
        </form>
      </details>
    `;
  }

  #submit(event: SubmitEvent) {
    event.preventDefault();
    const field = (id: string) => this.renderRoot.querySelector<HTMLInputElement>(`#${id}`);
    const body = {
      title: field('title')?.value.trim() ?? '', body: field('body')?.value ?? '',
      draft: field('draft')?.checked ?? false,
    };
    void this.act('request', async () => {
      const asked = { path: this.thread.path, body };
      this.made = (await this.thread.api.ask(`POST ${THREAD}/pull-request`, asked)).pullRequest;
    });
  }
}

define('nu-pull-request', NuPullRequest);
