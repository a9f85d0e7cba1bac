// The files that a turn changed, each with what is different in it once somebody wants to see that.

import { css, html, nothing } from 'lit';
import { type FileDiff, sentence, type Turn } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { THREAD, type ThreadStore } from '../core/thread.ts';
import { visible } from '../core/visible.ts';
import '../diff/diff.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import type { Told } from '../core/told.ts';

type Read = { diff: readonly FileDiff[] } | { problem: string } | 'reading';

export class NuTurnFiles extends NuElement {
  static override properties = {
    thread: { attribute: false }, turn: { attribute: false }, told: { attribute: false },
    read: { state: true },
  };
  declare thread: ThreadStore;
  declare turn: Turn;
  declare told: Told;
  declare read: ReadonlyMap<string, Read>;

  static override styles = [
    base,
    css`
      .files {
        border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden;
        background: var(--card);
      }
      li + li { border-block-start: 1px solid var(--line) }
      .path {
        display: flex; gap: 0.5rem; align-items: center; padding: 0.3rem 0.7rem;
        overflow-wrap: anywhere;
      }
      summary { cursor: pointer }
      summary:hover { background: var(--raised) }
      summary::-webkit-details-marker { display: none }
      summary:focus-visible { outline-offset: -3px }
      .path::after {
        content: attr(data-mark); margin-inline-start: auto; color: var(--soft);
        font: 0.95em var(--text);
      }
      .path[data-change='added']::after { color: var(--good) }
      .path[data-change='deleted']::after { color: var(--bad) }
      details > :not(summary) { border-block-start: 1px solid var(--line) }
      details > p { padding: 0.5rem 0.7rem }
    `,
  ];

  constructor() {
    super();
    this.read = new Map();
  }

  override willUpdate(changed: Map<PropertyKey, unknown>) {
    const before = changed.get('turn') as Turn | undefined;
    if (before && targetOf(before) !== targetOf(this.turn)) this.read = new Map();
  }

  override render() {
    const paths = [...new Set([...this.turn.files, ...this.told.files.keys()])];
    if (!paths.length) return nothing;
    return html`
      <ul class="files" aria-label=${strings.chat.files}>
        ${paths.map((path) => this.#file(path))}
      </ul>
    `;
  }

  #file(path: string) {
    const change = this.told.files.get(path) ?? 'modified';
    const mark = change === 'modified' ? '' : strings.chat.changes[change];
    const name = visible(path);
    if (!this.turn.base || !targetOf(this.turn)) {
      return html`
        <li><div class="path mono" data-change=${change} data-mark=${mark}>${name}</div></li>
      `;
    }
    return html`
      <li>
        <details @toggle=${(event: Event) => this.#toggled(event, path)}>
          <summary class="path mono" data-change=${change} data-mark=${mark}>${name}</summary>
          ${this.#different(path)}
        </details>
      </li>
    `;
  }

  #different(path: string) {
    const read = this.read.get(path);
    if (read === undefined) return nothing;
    if (read === 'reading') return html`<p class="small soft">${strings.chat.diffComes}</p>`;
    if ('problem' in read) return html`<p class="small bad" role="alert">${read.problem}</p>`;
    if (!read.diff.length) return html`<p class="small soft">${strings.chat.noDiff}</p>`;
    return html`<nu-diff bare .files=${read.diff}></nu-diff>`;
  }

  async #toggled(event: Event, path: string) {
    const { open } = event.target as HTMLDetailsElement;
    const known = this.read.get(path);
    // What goes on is read anew each time; what has ended, once.
    if (!open || known === 'reading' || (known && 'diff' in known && this.turn.ended)) return;
    this.#keep(path, 'reading');
    const target = targetOf(this.turn);
    const query = {
      base: this.turn.base, path: [path], ...(target === WORKTREE ? {} : { target }),
    };
    try {
      const answer = await this.thread.api.ask(`GET ${THREAD}/diff`, {
        path: this.thread.path, query,
      });
      this.#keep(path, { diff: answer.diff.files });
    } catch (error) {
      this.#keep(path, { problem: sentence(error) });
    }
  }

  #keep(path: string, read: Read) {
    this.read = new Map(this.read).set(path, read);
  }
}

const WORKTREE = 'worktree';

/** The commit that has what the turn changed; the files as they are while it goes on; or null. */
function targetOf({ commit, saved, ended }: Turn): string | null {
  return commit ?? saved ?? (ended ? null : WORKTREE);
}

define('nu-turn-files', NuTurnFiles);
