// A thread under git: its branch, what is not committed, and what was.

import { html, nothing, type PropertyValues } from 'lit';
import { strings } from '../core/strings.ts';
import { base } from '../ui/base.ts';
import { define, Watch } from '../ui/element.ts';
import '../ui/icon.ts';
import './branch.ts';
import './changes.ts';
import './history.ts';
import { GitPart, panes } from './part.ts';
import { Watching } from './watching.ts';

/** `shown`: somebody sees it, and so it is kept up to date. */
export class NuGit extends GitPart {
  static override properties = { shown: { type: Boolean } };
  declare shown: boolean;

  static override styles = [base, panes];

  readonly #watching = new Watching(this);

  constructor() {
    super();
    new Watch(this, () => this.thread); // whether there is such a thread is not known at once
  }

  override willUpdate(_changed: PropertyValues<this>) {
    this.#watching.watch(this.shown && this.thread.exists ? this.state : undefined);
  }

  override render() {
    const { thread, state } = this;
    if (thread.exists === false) return nothing;
    return html`
      <div class="pane">
        ${state.problem ? html`<div class="card" role="alert">
          <p class="bad quote">${state.problem}</p>
          <div><button @click=${() => state.read()}><nu-icon name="reload"></nu-icon>${strings.git.again}</button></div>
        </div>` : nothing}
        ${state.git ? html`
          <nu-git-branch .thread=${thread}></nu-git-branch>
          <nu-git-changes .thread=${thread}></nu-git-changes>
          <nu-git-history .thread=${thread}></nu-git-history>
        ` : state.problem ? nothing : html`<p class="soft" role="status">${strings.git.loading}</p>`}
      </div>
    `;
  }
}

define('nu-git', NuGit);
