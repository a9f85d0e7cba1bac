// What a new conversation is about, and what it starts from.

import { css, html, nothing, type PropertyValues } from 'lit';
import { sentence } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { visible } from '../core/visible.ts';
import { base } from '../ui/base.ts';
import { define, NuElement, Watch } from '../ui/element.ts';
import '../ui/dialog.ts';
import type { NuDialog } from '../ui/dialog.ts';
import { idOf } from './ids.ts';
import type { Start, ThreadList } from './list.ts';
import './making.ts';

type From = Start['from'];

/** Says `nu-made` with the id of the conversation, and `nu-close` when it is left. */
export class NuNewThread extends NuElement {
  static override properties = {
    open: { type: Boolean }, list: { attribute: false }, source: {}, from: { state: true },
    about: { state: true }, problem: { state: true }, busy: { state: true },
  };
  declare open: boolean;
  declare list: ThreadList;
  /** The id of the conversation to begin with, where somebody chose one. */
  declare source: string;
  declare from: From | undefined;
  declare about: string;
  declare problem: string;
  declare busy: boolean;

  static override styles = [
    base,
    css`
      form { display: grid; gap: 0.7rem }
      fieldset { display: grid; gap: 0.35rem; margin: 0; padding: 0; border: 0; min-inline-size: 0 }
      legend, .label { padding: 0; color: var(--soft); font-size: 0.85em }
      .choice { display: flex; gap: 0.6rem; align-items: center; min-block-size: 1.7rem }
      .choice input { accent-color: var(--accent) }
      .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; justify-content: end }
    `,
  ];

  constructor() {
    super();
    this.open = this.busy = false;
    this.source = this.about = this.problem = '';
    new Watch<ThreadList>(this, () => this.list);
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has('open') || !this.open) return;
    this.problem = this.about = '';
    this.from = this.source ? 'thread' : undefined;
  }

  override updated(changed: PropertyValues<this>) {
    if (!changed.has('open') || !this.open) return;
    // What shows the dialog gives the focus to the first of its buttons.
    const dialog = this.renderRoot.querySelector<NuDialog>('nu-dialog');
    void dialog?.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('#title')?.focus());
  }

  override render() {
    return html`
      <nu-dialog label=${strings.threads.new} ?open=${this.open} @nu-close=${this.#close}>
        ${this.open ? this.#form() : nothing}
      </nu-dialog>
    `;
  }

  /** What it can start from: a project that is there already is the start of all others. */
  get #choices(): From[] {
    if (!this.list.workspace) return ['starter', 'repository', 'empty'];
    return this.list.threads?.length ? ['site', 'thread'] : ['site'];
  }

  get #chosen(): From {
    const choices = this.#choices;
    return this.from && choices.includes(this.from) ? this.from : (choices[0] as From);
  }

  #form() {
    const { threads } = strings;
    const words: Record<From, string> = {
      site: threads.fromSite, thread: threads.fromThread, starter: threads.fromStarter,
      repository: threads.fromRepository, empty: threads.fromEmpty,
    };
    const chosen = this.#chosen;
    return html`
      <form @submit=${this.#submit}>
        <label class="label" for="title">${threads.title}</label>
        <input id="title" class="field" required maxlength="200" autocomplete="off" ?disabled=${this.busy}
          placeholder=${threads.titleHint} .value=${this.about}
          @input=${(event: InputEvent) => (this.about = (event.target as HTMLInputElement).value)} />
        ${this.about.trim() ? html`<p class="soft small">${threads.address(this.#id)}</p>` : nothing}
        ${this.#choices.length > 1 ? html`
          <fieldset ?disabled=${this.busy}>
            <legend>${threads.startFrom}</legend>
            ${this.#choices.map((from) => html`<label class="choice">
              <input type="radio" name="from" .checked=${from === chosen} @change=${() => (this.from = from)} />
              ${words[from]}
            </label>`)}
          </fieldset>` : nothing}
        ${chosen === 'thread' ? this.#others() : chosen === 'repository' ? this.#repository() : nothing}
        <p class="bad" role="alert">${this.problem}</p>
        ${this.busy ? html`<nu-making .list=${this.list}></nu-making>` : nothing}
        <div class="actions">
          <button type="button" @click=${this.#close}>${threads.cancel}</button>
          <button class="primary" ?disabled=${this.busy}>${threads.create}</button>
        </div>
      </form>
    `;
  }

  #others() {
    return html`
      <label class="label" for="source">${strings.threads.which}</label>
      <select id="source" class="field" ?disabled=${this.busy}>
        ${this.list.threads?.map(({ threadId, title }) => html`
          <option value=${threadId} ?selected=${threadId === this.source}>${visible(title || threadId)}</option>`)}
      </select>
      <p class="soft small">${strings.threads.copyHint}</p>
    `;
  }

  #repository() {
    return html`
      <label class="label" for="repository">${strings.threads.repository}</label>
      <input id="repository" class="field" required autocomplete="off" spellcheck="false" ?disabled=${this.busy}
        placeholder=${strings.threads.repositoryHint} />
      <label class="label" for="branch">${strings.threads.branch}</label>
      <input id="branch" class="field" autocomplete="off" spellcheck="false" ?disabled=${this.busy} />
    `;
  }

  get #id(): string {
    return idOf(this.about, this.list.taken);
  }

  async #submit(event: SubmitEvent) {
    event.preventDefault();
    const field = (id: string) =>
      this.renderRoot.querySelector<HTMLInputElement | HTMLSelectElement>(`#${id}`)?.value.trim() ?? '';
    const from = this.#chosen;
    const start: Start = from === 'thread' ? { from, thread: field('source') }
      : from === 'repository' ? { from, repoUrl: field('repository'), branch: field('branch') } : { from };
    const thread = this.#id;
    this.busy = true;
    this.problem = '';
    try {
      await this.list.begin(thread, this.about.trim(), start);
      this.send('nu-made', { thread });
    } catch (error) {
      this.problem = sentence(error);
    } finally {
      this.busy = false;
    }
  }

  readonly #close = () => this.send('nu-close');
}

define('nu-new-thread', NuNewThread);
