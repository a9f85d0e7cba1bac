// What the parts have in common that show a thread under git.

import { css, type PropertyDeclarations } from 'lit';
import { sentence } from '../core/api.ts';
import type { ThreadStore } from '../core/thread.ts';
import { NuElement, Watch } from '../ui/element.ts';
import { type Busy, type GitState, gitOf } from './state.ts';

export const panes = css`
  :host { container-type: inline-size }
  .pane { display: grid; gap: 0.9rem; padding: 1rem; max-inline-size: 80rem; margin-inline: auto }
  .pane > * { min-inline-size: 0 }
  .card { display: grid; gap: 0.75rem }
  .card > * { min-inline-size: 0 }
  [role='status']:empty { display: none }
  .quote { overflow-wrap: anywhere; unicode-bidi: plaintext }
  form { display: grid; gap: 0.6rem }
  label { font-size: 0.85em; color: var(--soft) }
  .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; justify-content: end; margin-block-start: 1rem }
  @container (inline-size < 30rem) {
    .pane { padding: 0.6rem }
  }
`;

export class GitPart extends NuElement {
  static override properties: PropertyDeclarations = { thread: { attribute: false } };
  declare thread: ThreadStore;

  constructor() {
    super();
    new Watch<GitState>(this, () => this.thread && gitOf(this.thread));
  }

  protected get state(): GitState {
    return gitOf(this.thread);
  }

  /** Do something; what is refused is said at the edge of the page, unless `refused` sees to it. */
  protected async act(
    busy: Busy,
    work: () => Promise<void>,
    refused: (error: unknown) => boolean = () => false,
  ): Promise<void> {
    try {
      await this.state.doing(busy, work);
    } catch (error) {
      if (!refused(error)) this.tell(sentence(error), 'problem');
    }
  }
}
