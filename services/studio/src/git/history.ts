// What was committed, newest first, and what is kept beside the branch.

import { css, html, nothing, type PropertyValues } from 'lit';
import { ago, moment } from '../core/times.ts';
import { type Commit, type Diff, sentence } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { THREAD } from '../core/thread.ts';
import { visible } from '../core/visible.ts';
import { base } from '../ui/base.ts';
import '../ui/dialog.ts';
import { define } from '../ui/element.ts';
import '../ui/icon.ts';
import '../diff/diff.ts';
import { GitPart, panes } from './part.ts';

const TRAILERS = /^(Thread|Turn)-ID: .*$/gm; // what the server writes for itself

export class NuGitHistory extends GitPart {
  static override properties = { restoring: { state: true } };
  /** The hash of the commit whose files are to be restored, while that is being asked. */
  declare restoring: string;

  static override styles = [
    base,
    panes,
    css`
      ol { display: grid }
      li { border-block-start: 1px solid var(--line) }
      li:first-child { border: 0 }
      .entry {
        display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0.1rem 0.6rem;
        inline-size: 100%; padding: 0.4rem 0.25rem; text-align: start; white-space: normal;
      }
      .entry nu-icon { grid-row: 1 / 3; align-self: start; margin-block-start: 0.2rem; transition: transform 0.15s }
      .entry[aria-expanded='false'] nu-icon { transform: rotate(-90deg) }
      .entry:dir(rtl)[aria-expanded='false'] nu-icon { transform: rotate(90deg) }
      .entry .about { grid-column: 2 / -1 }
      .body { display: grid; gap: 0.6rem; padding: 0 0.25rem 0.9rem }
      .message { white-space: pre-wrap; font-family: inherit }
    `,
  ];

  readonly #open = new Set<string>();
  readonly #diffs = new Map<string, Diff | string>();

  constructor() {
    super();
    this.restoring = '';
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has('thread')) return;
    this.#open.clear();
    this.#diffs.clear();
    this.restoring = '';
  }

  override render() {
    const { git, commits, older } = this.state;
    if (!git) return nothing;
    return html`
      ${git.kept.length ? html`
        <section class="card" aria-labelledby="kept">
          <h2 id="kept">${strings.git.kept}</h2>
          <p class="soft">${strings.git.keptText}</p>
          <ol>${git.kept.map((hash) => this.#kept(hash, git.head))}</ol>
        </section>` : nothing}
      <section class="card" aria-labelledby="history">
        <h2 id="history">${strings.git.history}</h2>
        ${commits.length ? nothing : html`<p class="soft">${strings.git.noHistory}</p>`}
        <ol>${commits.map((commit) => this.#entry(commit))}</ol>
        ${older ? html`<div><button @click=${this.#older}>${strings.git.older}</button></div>` : nothing}
      </section>
      <nu-dialog label=${strings.git.restoreTitle} ?open=${this.restoring !== ''}
        @nu-close=${() => (this.restoring = '')}>
        <p>${strings.git.restoreText}</p>
        <div class="actions">
          <button @click=${() => (this.restoring = '')}>${strings.threads.cancel}</button>
          <button class="primary" @click=${this.#restore}>${strings.git.restoreNow}</button>
        </div>
      </nu-dialog>
    `;
  }

  #entry(commit: Commit) {
    const time = new Date(commit.time);
    const head = html`
      <span class="quote">${visible(commit.subject)}</span>
      <code class="soft">${commit.hash.slice(0, 8)}</code>
      <span class="about soft small">
        <time datetime=${commit.time} title=${moment(time)}>${ago(time, new Date())}</time>
        · <bdi>${visible(commit.author)}</bdi>${commit.turnId ? ` · ${strings.git.byAgent}` : ''}
      </span>`;
    const rest = commit.message.slice(commit.subject.length).replace(TRAILERS, '').trim();
    const before = commit.parents[0];
    return this.#foldable(commit.hash, head, html`
      ${rest ? html`<p class="message quote small">${rest.split('\n').map((line) => html`${visible(line)}\n`)}</p>` : nothing}
      ${before === undefined ? html`<p class="soft">${strings.git.firstCommit}</p>` : this.#diff(commit.hash)}
    `, () => before !== undefined && this.#look(commit.hash, before));
  }

  #kept(hash: string, head: string) {
    const title = html`<code>${hash.slice(0, 10)}</code><span></span>`;
    return this.#foldable(hash, title, html`
      <p class="soft small">${strings.git.keptDiff}</p>${this.#diff(hash)}
    `, () => this.#look(hash, head));
  }

  #foldable(hash: string, head: unknown, body: unknown, look: () => unknown) {
    const open = this.#open.has(hash);
    const toggle = () => {
      if (open) this.#open.delete(hash);
      else this.#open.add(hash), look();
      this.requestUpdate();
    };
    return html`
      <li>
        <button class="quiet entry" aria-expanded=${open} @click=${toggle}>
          <nu-icon name="down"></nu-icon>${head}
        </button>
        ${open ? html`<div class="body">
          ${body}
          ${hash === this.state.git?.head ? nothing : html`<div>
            <button ?disabled=${!!this.state.busy} @click=${() => (this.restoring = hash)}>
              <nu-icon name="undo"></nu-icon>${strings.git.restore}
            </button>
          </div>`}
        </div>` : nothing}
      </li>
    `;
  }

  #diff(hash: string) {
    const diff = this.#diffs.get(hash);
    if (diff === undefined) return html`<p class="soft" role="status">${strings.git.loading}</p>`;
    if (typeof diff === 'string') return html`<p class="bad quote" role="alert">${diff}</p>`;
    return html`<nu-diff .files=${diff.files} .truncated=${diff.truncated}></nu-diff>`;
  }

  /** Read it, unless it was; what a commit changed stays the same. */
  async #look(hash: string, before: string): Promise<void> {
    if (typeof this.#diffs.get(hash) === 'object') return;
    const { state } = this;
    try {
      this.#diffs.set(hash, await state.diff(before, hash));
    } catch (error) {
      this.#diffs.set(hash, sentence(error));
    }
    this.requestUpdate();
  }

  readonly #older = () => this.state.readOlder().catch((error) => this.tell(sentence(error), 'problem'));

  readonly #restore = () => {
    const commit = this.restoring;
    const expectedHead = this.state.git?.head ?? null;
    this.restoring = '';
    void this.act('restore', async () => {
      const asked = { path: this.thread.path, body: { commit, expectedHead } };
      const { outcome } = await this.thread.api.ask(`POST ${THREAD}/restore`, asked);
      this.tell(strings.git.outcome[outcome]);
    });
  };
}

define('nu-git-history', NuGitHistory);
