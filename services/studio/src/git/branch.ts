// A thread's branch and its remote: how far they are from one another, and what brings them nearer.

import { html, nothing, type PropertyValues } from 'lit';
import { type Git, Problem, sentence } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { THREAD } from '../core/thread.ts';
import { visible, webAddress } from '../core/visible.ts';
import { base } from '../ui/base.ts';
import '../ui/dialog.ts';
import { define } from '../ui/element.ts';
import '../ui/icon.ts';
import './conflicts.ts';
import { conflictsOf } from './conflicts.ts';
import { GitPart, panes } from './part.ts';
import './pull-request.ts';

export class NuGitBranch extends GitPart {
  static override properties = {
    compare: { state: true }, refused: { state: true }, conflict: { state: true }, forcing: { state: true },
  };
  /** Where the forge compares what was pushed. */
  declare compare: string | undefined;
  /** Why a push was refused, as long as that is so. */
  declare refused: string;
  declare conflict: { problem: Problem; branch: string } | undefined;
  declare forcing: boolean;

  static override styles = [base, panes];

  constructor() {
    super();
    this.#forget();
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('thread')) this.#forget();
  }

  #forget(): void {
    this.compare = this.conflict = undefined;
    this.refused = '';
    this.forcing = false;
  }

  override render() {
    const { git, remote } = this.state;
    if (!git) return nothing;
    return html`
      <section class="card" aria-label=${strings.git.branch}>
        <div class="row">
          <nu-icon name="branch"></nu-icon>
          <h2 class="mono quote">${visible(git.branch)}</h2>
          <span class="soft small">${remote ? distance(git) : strings.git.noRemote}</span>
        </div>
        <div class="row">${remote ? this.#withRemote(git) : this.#button('update', git)}</div>
        ${this.#progress()} ${this.#notPushed(git)}
        ${this.conflict ? html`<nu-conflicts .problem=${this.conflict.problem}
          .branch=${this.conflict.branch}></nu-conflicts>` : nothing}
        ${this.compare ? html`
          <p><a href=${this.compare} target="_blank" rel="noreferrer">${strings.git.compare}</a></p>
          <nu-pull-request .thread=${this.thread}></nu-pull-request>` : nothing}
      </section>
      <nu-dialog label=${strings.git.forceTitle(git.branch)} ?open=${this.forcing}
        @nu-close=${() => (this.forcing = false)}>
        <p>${strings.git.forceText(git.behind)}</p>
        <div class="actions">
          <button @click=${() => (this.forcing = false)}>${strings.threads.cancel}</button>
          <button class="danger" @click=${() => this.#push(true)}>${strings.git.forceNow}</button>
        </div>
      </nu-dialog>
    `;
  }

  #withRemote(git: Git) {
    return html`
      <button class=${git.canPush ? 'primary' : ''} ?disabled=${!!this.state.busy || !git.canPush}
        @click=${() => this.#push(false)}><nu-icon name="publish"></nu-icon>${strings.git.push}</button>
      ${git.behind ? html`<button ?disabled=${!!this.state.busy}
        @click=${() => this.#pull(git.branch)}>${strings.git.pull}</button>` : nothing}
      ${this.#button('fetch', git)} ${this.#button('update', git)}
    `;
  }

  #button(what: 'fetch' | 'update', git: Git) {
    const words = what === 'fetch' ? strings.git.fetch : strings.git.update(visible(git.default));
    const work = what === 'fetch' ? this.#fetch : () => this.#pull(git.default);
    return html`<button ?disabled=${!!this.state.busy} @click=${work}>${words}</button>`;
  }

  #progress() {
    const { transfer } = this.thread;
    const { busy } = this.state;
    const what = busy === 'push' ? strings.git.pushing : busy === 'fetch' ? strings.git.fetching
      : busy === 'pull' || busy === 'update' ? strings.git.pulling : '';
    if (!what) return html`<div role="status"></div>`;
    const total = transfer?.total ?? 0;
    return html`
      <div role="status" class="small">${what}</div>
      <progress aria-label=${what} max=${total || nothing} value=${total ? transfer?.done ?? 0 : nothing}></progress>
    `;
  }

  #notPushed(git: Git) {
    if (!this.refused) return nothing;
    if (!git.behind) return html`<p class="bad quote" role="alert">${this.refused}</p>`;
    return html`
      <div class="card" role="alert">
        <h3 class="warn">${strings.git.behindTitle}</h3>
        <p>${strings.git.behindText}</p>
        <div class="row">
          <button class="primary" ?disabled=${!!this.state.busy} @click=${this.#pullAndPush}>${strings.git.fetchAndPull}</button>
          <button class="danger" ?disabled=${!!this.state.busy} @click=${() => (this.forcing = true)}>${strings.git.force}</button>
        </div>
      </div>
    `;
  }

  readonly #fetch = () => this.act('fetch', async () => {
    const { changed } = await this.thread.api.ask(`POST ${THREAD}/fetch`, { path: this.thread.path });
    this.tell(changed.length ? strings.git.moved(changed.length) : strings.git.stood);
  });

  async #pull(branch: string): Promise<boolean> {
    let done = false;
    this.conflict = undefined;
    await this.act(branch === this.state.git?.branch ? 'pull' : 'update', async () => {
      const body = { branch };
      const { outcome } = await this.thread.api.ask(`POST ${THREAD}/pull`, { path: this.thread.path, body });
      done = true;
      this.tell(strings.git.outcome[outcome]);
    }, (error) => {
      if (!conflictsOf(error).length) return false;
      this.conflict = { problem: error as Problem, branch };
      return true;
    });
    return done;
  }

  #push(force: boolean): Promise<void> {
    this.#forget();
    return this.act('push', async () => {
      const { api, path } = this.thread;
      try {
        const pushed = await api.ask(`POST ${THREAD}/push`, { path, body: { force } });
        this.compare = webAddress(pushed.compare);
        this.tell(strings.git.pushed(pushed.branch));
      } catch (error) {
        this.refused = sentence(error);
        // Who is behind whom is known after a look alone.
        await api.ask(`POST ${THREAD}/fetch`, { path }).catch(() => undefined);
      }
    });
  }

  readonly #pullAndPush = async () => {
    const { git } = this.state;
    if (git && (await this.#pull(git.branch))) await this.#push(false);
  };
}

function distance(git: Git): string {
  const { ahead, behind, upstream } = git;
  if (!upstream) return ahead ? strings.git.notPushed(ahead) : strings.git.nothingYet;
  const words = [ahead && strings.git.toPush(ahead), behind && strings.git.toPull(behind)].filter(Boolean);
  return words.join(', ') || strings.git.upToDate;
}

define('nu-git-branch', NuGitBranch);
