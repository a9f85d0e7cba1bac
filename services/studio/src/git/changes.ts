// What is not committed: to look at, to commit, or to discard.

import { html, nothing, type PropertyValues } from 'lit';
import { strings } from '../core/strings.ts';
import { THREAD } from '../core/thread.ts';
import { base } from '../ui/base.ts';
import '../ui/dialog.ts';
import { define } from '../ui/element.ts';
import '../ui/icon.ts';
import '../diff/diff.ts';
import { GitPart, panes } from './part.ts';

export class NuGitChanges extends GitPart {
  static override properties = { discarding: { state: true }, saved: { state: true } };
  declare discarding: boolean;
  /** The commit that holds what was discarded last; empty for none. */
  declare saved: string;

  static override styles = [base, panes];

  constructor() {
    super();
    this.discarding = false;
    this.saved = '';
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('thread')) this.saved = '';
  }

  override render() {
    const { git, files, truncated } = this.state;
    if (!git) return nothing;
    return html`
      <section class="card" aria-labelledby="title">
        <div class="row">
          <h2 id="title">${strings.git.changes}</h2>
          ${git.clean ? nothing : html`<span class="badge">${count(git)}</span>`}
        </div>
        ${git.clean ? html`<p class="soft">${strings.git.clean}</p>` : html`
          <nu-diff .files=${files} .truncated=${truncated}></nu-diff>
          ${this.#form()}
        `}
        ${this.saved ? html`<div class="row" role="status">
          <span>${strings.git.discarded(this.saved.slice(0, 10))}</span>
          <button ?disabled=${!!this.state.busy} @click=${this.#bringBack}>
            <nu-icon name="undo"></nu-icon>${strings.git.undiscard}
          </button>
        </div>` : nothing}
      </section>
      <nu-dialog label=${strings.git.discardTitle} ?open=${this.discarding}
        @nu-close=${() => (this.discarding = false)}>
        <p>${strings.git.discardText(count(git))}</p>
        <div class="actions">
          <button @click=${() => (this.discarding = false)}>${strings.threads.cancel}</button>
          <button class="danger" @click=${this.#discard}>${strings.git.discardNow}</button>
        </div>
      </nu-dialog>
    `;
  }

  #form() {
    const busy = !!this.state.busy || this.thread.working.includes(this.thread.key.thread);
    return html`
      <form @submit=${this.#commit}>
        <label for="message">${strings.git.message}</label>
        <textarea id="message" class="field" rows="2" required></textarea>
        <div class="row">
          <button class="primary" ?disabled=${busy}>${strings.git.commit}</button>
          <span class="grow"></span>
          <button type="button" class="quiet bad" ?disabled=${busy}
            @click=${() => (this.discarding = true)}>${strings.git.discard}</button>
        </div>
      </form>
    `;
  }

  #commit(event: SubmitEvent) {
    event.preventDefault();
    const box = this.renderRoot.querySelector<HTMLTextAreaElement>('#message');
    const message = box?.value.trim() ?? '';
    if (!message) return;
    void this.act('commit', async () => {
      const asked = { path: this.thread.path, body: { message } };
      const { commit } = await this.thread.api.ask(`POST ${THREAD}/commit`, asked);
      if (box) box.value = '';
      const [subject = ''] = message.split('\n');
      this.tell(commit ? strings.git.committed(subject) : strings.git.nothingToCommit);
    });
  }

  readonly #discard = () => {
    this.discarding = false;
    void this.act('discard', async () => {
      const { saved } = await this.thread.api.ask(`POST ${THREAD}/discard`, { path: this.thread.path });
      this.saved = saved ?? '';
      if (!saved) this.tell(strings.git.nothingToDiscard);
    });
  };

  readonly #bringBack = () => this.act('restore', async () => {
    const asked = { path: this.thread.path, body: { commit: this.saved } };
    await this.thread.api.ask(`POST ${THREAD}/restore`, asked);
    this.saved = '';
  });
}

function count(git: Record<'added' | 'modified' | 'deleted' | 'untracked', string[]>): number {
  return git.added.length + git.modified.length + git.deleted.length + git.untracked.length;
}

define('nu-git-changes', NuGitChanges);
