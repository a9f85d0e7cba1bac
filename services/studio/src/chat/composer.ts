// The box in which a person says what should change, and what goes with that.

import { css, html, nothing } from 'lit';
import type { Mode, SelectionBody, TurnBody, UsageSummary } from '../core/api.ts';
import { Problem, sentence } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import type { ThreadStore } from '../core/thread.ts';
import { base } from '../ui/base.ts';
import { define, NuElement, Watch } from '../ui/element.ts';
import '../ui/icon.ts';
import { begin, settle } from './actions.ts';
import './attachments.ts';
import type { NuAttachments } from './attachments.ts';
import { composing } from './composing.ts';
import { going } from '../core/conversation.ts';
import { keepDraft, loadDraft } from './draft.ts';
import { moneyOf } from './facts.ts';
import { encoded, filesOf, TYPES } from './images.ts';
import { recalled } from './recall.ts';
import { Saying } from './saying.ts';
import { pointed } from './selection.ts';
import { Keys } from './sending.ts';

const text = strings.chat;
const LONGEST = 20_000; // characters of an instruction
const MODES: readonly Mode[] = ['execute', 'plan', 'analyze'];

/** Says `nu-unpick` when the selection goes no longer, `nu-sent` when a turn was begun. */
export class NuComposer extends NuElement {
  static override properties = {
    thread: { attribute: false }, selection: { attribute: false }, usage: { attribute: false },
    problem: { state: true }, sending: { state: true }, dropping: { state: true },
  };
  declare thread: ThreadStore;
  declare selection: SelectionBody | null;
  declare usage: UsageSummary | null;
  declare problem: string;
  declare sending: boolean;
  declare dropping: boolean;

  static override styles = [base, composing, css`:host { position: relative }`];

  readonly #keys = new Keys();
  readonly #saying = new Saying();
  #at: number | null = null;

  constructor() {
    super();
    this.selection = this.usage = null;
    this.problem = '';
    this.sending = this.dropping = false;
    new Watch(this, () => this.thread);
  }

  /** Put an instruction into the box, below what a person wrote there, for them to send. */
  say(instruction: string): void {
    this.#write(this.#saying.put(instruction, this.#box?.value ?? ''));
    this.focus();
  }

  /** Somebody drags something over the chat: what is dropped anywhere there comes here. */
  dragged(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault(); // or else the browser leaves this page for the file
    this.dropping = event.type === 'dragover';
    if (event.type === 'drop') this.#add(filesOf(event.dataTransfer));
  }

  override focus(): void {
    this.#box?.focus();
    if (this.#box?.matches(':focus')) return;
    // Whoever leads here from another view shows this one with the next frame.
    const before = focused();
    requestAnimationFrame(() => focused() === before && this.#box?.focus());
  }

  override render() {
    const turn = going(this.thread.conversation);
    const money = this.usage ? moneyOf(this.usage, this.thread.key.thread) : [];
    return html`
      <form class=${this.dropping ? 'dropping' : ''} @submit=${this.#submitted}>
        <label for="instruction">${text.ask}</label>
        <div class="box">
          ${this.#pointedAt()}
          <nu-attachments></nu-attachments>
          <textarea id="instruction" rows="1" maxlength=${LONGEST} placeholder=${text.placeholder}
            aria-describedby="hint" @input=${this.#typed} @keydown=${this.#pressed}
            @paste=${this.#pasted}></textarea>
          <div class="tools">
            <button type="button" class="quiet icon" aria-label=${text.image} title=${text.image}
              @click=${() => this.#file?.click()}><nu-icon name="image"></nu-icon></button>
            <input type="file" hidden multiple accept=${TYPES.join()} @change=${this.#chosen} />
            <select id="mode" aria-label=${text.mode} class="quiet small">
              ${MODES.map((mode) => html`<option value=${mode}>${text.modes[mode]}</option>`)}
            </select>
            <span class="ends">
              ${turn ? html`<button type="button" class="danger" @click=${() => this.#stop(turn.id)}>
                <nu-icon name="stop"></nu-icon>${text.stop}</button>` : nothing}
              <button class="primary" ?disabled=${this.sending}>
                <nu-icon name="send"></nu-icon>${text.send}</button>
            </span>
          </div>
          ${this.dropping ? html`<p class="drop">${text.dropHere}</p>` : nothing}
        </div>
        <p id="problem" class="bad small" role="alert">${this.problem}</p>
        <p id="hint" class="soft small">
          <span>${turn ? text.queues : ''}</span>
          <span class="money">${money.join(' · ')}</span>
        </p>
      </form>
    `;
  }

  #pointedAt() {
    const { selection } = this;
    if (!selection) return nothing;
    return html`
      <p class="chip small">
        <nu-icon name="pick"></nu-icon><span class="unseen">${text.pointsAt}</span>
        <span class="mono cut">${pointed(selection)}</span>
        <button type="button" class="quiet icon" aria-label=${text.removeSelection}
          @click=${this.#unpick}><nu-icon name="close"></nu-icon></button>
      </p>
    `;
  }

  override firstUpdated() {
    this.#write(loadDraft(this.thread.key));
  }

  get #box() {
    return this.renderRoot.querySelector('textarea');
  }

  get #file() {
    return this.renderRoot.querySelector<HTMLInputElement>('input[type=file]');
  }

  get #images() {
    return this.renderRoot.querySelector('nu-attachments') as NuAttachments;
  }

  #write(instruction: string) {
    const box = this.#box;
    if (!box) return;
    box.value = instruction;
    box.setSelectionRange(instruction.length, instruction.length);
    this.#typed();
  }

  readonly #typed = () => {
    const box = this.#box as HTMLTextAreaElement;
    keepDraft(this.thread.key, box.value);
    box.style.blockSize = 'auto';
    box.style.blockSize = `${box.scrollHeight}px`;
  };

  readonly #pressed = (event: KeyboardEvent) => {
    const box = this.#box as HTMLTextAreaElement;
    // While a word is composed, Enter takes the word; some browsers tell that by the code only.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void this.#send();
    } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      const said = this.thread.conversation.turns.map(({ instruction }) => instruction);
      const found = recalled(said, box.value, event.key === 'ArrowUp' ? -1 : 1, this.#at);
      if (!found) return;
      event.preventDefault();
      this.#at = found.at;
      this.#write(found.text);
    }
  };

  readonly #submitted = (event: SubmitEvent) => {
    event.preventDefault();
    void this.#send();
  };

  async #send() {
    const box = this.#box as HTMLTextAreaElement;
    const { selection } = this;
    const { files } = this.#images;
    const written = box.value;
    if (this.sending || !written.trim()) return;
    this.sending = true;
    this.problem = '';
    try {
      const mode = this.renderRoot.querySelector('select')?.value as Mode;
      const images = await Promise.all(files.map(encoded));
      const body: TurnBody = { instruction: written.trim(), mode, images };
      if (selection) body.selection = selection;
      const key = this.#keys.of(JSON.stringify(body));
      const { turn } = await begin(this.thread, body, key);
      this.#keys.answered(200);
      // What was added, typed or pointed at meanwhile is for the next one.
      this.#images.takeAway(files);
      if (box.value === written) this.#write('');
      if (this.selection === selection) this.send('nu-unpick');
      this.#at = null;
      this.thread.show(turn);
      this.send('nu-sent');
    } catch (error) {
      this.#keys.answered(error instanceof Problem ? error.status : 400);
      this.problem = sentence(error);
    } finally {
      this.sending = false;
    }
  }

  async #stop(turn: string) {
    this.problem = '';
    this.focus();
    try {
      await settle(this.thread, turn, 'cancel', false);
    } catch (error) {
      this.problem = sentence(error);
    }
  }

  readonly #unpick = () => {
    this.send('nu-unpick');
    this.focus();
  };

  #add(files: readonly File[]) {
    this.problem = this.#images.add(files);
  }

  readonly #chosen = () => {
    const input = this.#file as HTMLInputElement;
    this.#add([...(input.files ?? [])]);
    input.value = '';
    this.focus();
  };

  readonly #pasted = (event: ClipboardEvent) => {
    const files = filesOf(event.clipboardData);
    if (!files.length || event.clipboardData?.getData('text')) return;
    event.preventDefault();
    this.#add(files);
  };

}

/** What has the focus, in whatever element it is. */
function focused(): Element | null {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found;
}

define('nu-composer', NuComposer);
