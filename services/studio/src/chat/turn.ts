// One turn: what a person asked for, what the agent said and did, and what may be done about it.

import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { Problem, sentence, type Turn } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import type { ThreadStore } from '../core/thread.ts';
import { visible } from '../core/visible.ts';
import { base } from '../ui/base.ts';
import { define, NuElement } from '../ui/element.ts';
import '../ui/icon.ts';
import { type Action, again, answer, offered, settle } from './actions.ts';
import { errorsOf, factsOf, stateOf } from './facts.ts';
import './files.ts';
import { reheard } from './rereading.ts';
import { pointed } from './selection.ts';
import { check, repair, stepping, steps } from './steps.ts';
import type { Part, Question, Told } from '../core/told.ts';
import { turning } from './turning.ts';
import { wording, words } from './words.ts';

const text = strings.chat;
const ICONS: Partial<Record<Action, string>> = {
  undo: 'undo', redo: 'redo', again: 'reload', carryOut: 'play',
};

/**
 * Says `nu-write` when the box is where a person goes on, and `nu-say`, with `nu-pick` before it,
 * when words and what was pointed at go there.
 */
export class NuTurn extends NuElement {
  static override properties = {
    thread: { attribute: false }, turn: { attribute: false }, told: { attribute: false },
    watching: { attribute: false },
    problem: { state: true }, others: { state: true }, busy: { state: true },
    copied: { state: true }, reheard: { state: true },
  };
  declare thread: ThreadStore;
  declare turn: Turn;
  declare told: Told;
  /** Whether whoever sees it may look on, and no more. */
  declare watching: boolean;
  declare problem: string;
  /** What cannot be done to this turn alone, and to how many others it would be done. */
  declare others: { what: 'undo' | 'redo'; count: number } | null;
  declare busy: boolean;
  declare copied: boolean;
  /** What was read again, of a turn that was known by its words alone. */
  declare reheard: Told | null;

  static override styles = [base, wording, stepping, turning];

  constructor() {
    super();
    this.problem = '';
    this.others = this.reheard = null;
    this.watching = this.busy = this.copied = false;
  }

  override render() {
    const { turn } = this;
    const told = this.#told;
    const errors = errorsOf(turn);
    return html`
      <article aria-labelledby="instruction" data-turn=${turn.id} data-state=${turn.state}
        data-undone=${turn.undone}>
        <div class="asked-for">
          <h3 class="instruction" id="instruction" dir="auto">${turn.instruction}</h3>
          ${this.#with()}
        </div>
        <div class="said" ?hidden=${!told.parts.length}>
          ${told.parts.map((part, at) => this.#part(part, at === told.parts.length - 1))}
        </div>
        ${told.asked.map((question) => this.#question(question))}
        <p class="error bad" ?hidden=${!errors.length}>${errors.join('\n')}</p>
        <nu-turn-files .thread=${this.thread} .turn=${turn} .told=${told}></nu-turn-files>
        ${this.#foot()}
        <p class="problem bad" role="alert" ?hidden=${!this.problem}>${this.problem}</p>
        ${this.#withOthers()}
      </article>
    `;
  }

  get #told(): Told {
    return this.reheard ?? this.told;
  }

  #with() {
    const { selection, images } = this.#told;
    const { mode } = this.turn;
    const chips = [
      mode === 'execute' ? '' : text.modes[mode],
      selection ? pointed(selection) : '',
      images ? text.images(images) : '',
    ].filter(Boolean);
    if (!chips.length) return nothing;
    return html`
      <div class="row">${chips.map((chip) => html`<span class="badge">${chip}</span>`)}</div>
    `;
  }

  #part(part: Part, last: boolean): TemplateResult {
    switch (part.kind) {
      case 'text':
        return html`${guard([part.text], () => words(part.text))}`;
      case 'steps':
        return steps(part.steps, last && !this.turn.ended);
      case 'check':
        return check(part);
      case 'repair':
        return repair(part.repair);
    }
  }

  #question({ permission, tool, summary }: Question) {
    const say = (allow: boolean) => () =>
      this.#do(async () => {
        await answer(this.thread, this.turn.id, permission, allow);
      });
    return html`
      <div class="permission card" role="group" aria-label=${text.may(visible(tool))}>
        <p><b>${text.may(visible(tool))}</b> ${visible(summary)}</p>
        <div class="row" ?hidden=${this.watching}>
          <button class="primary" ?disabled=${this.busy} @click=${say(true)}>${text.allow}</button>
          <button ?disabled=${this.busy} @click=${say(false)}>${text.deny}</button>
        </div>
      </div>
    `;
  }

  #foot() {
    const { turn } = this;
    // Each is a button of its own: one that became another under a finger would be pressed twice.
    const actions = repeat(this.watching ? [] : offered(turn), (what) => what, (what) => html`
      <button class=${what === 'keep' ? '' : 'quiet'} data-do=${what} ?disabled=${this.busy}
        @click=${() => this.#press(what)}>
        ${ICONS[what] ? html`<nu-icon name=${ICONS[what]}></nu-icon>` : nothing}${text[what]}
      </button>
    `);
    const steps = turn.ended && turn.started && this.#told.whole && html`
      <button class="quiet icon" aria-label=${text.showSteps} title=${text.showSteps}
        ?disabled=${this.busy} @click=${this.#reread}><nu-icon name="more"></nu-icon></button>
    `;
    const copy = turn.ended && turn.output && html`
      <button class="quiet icon" aria-label=${this.copied ? text.copied : text.copy}
        @click=${this.#copy}>
        <nu-icon name=${this.copied ? 'check' : 'copy'}></nu-icon>
      </button>
    `;
    return html`
      <div class="foot small">
        <p class="facts soft"><span class="state">${stateOf(turn)}</span>${factsOf(turn).map(
          (fact) => html` · <bdi>${fact}</bdi>`)}</p>
        <div class="actions">${actions}${steps || nothing}${copy || nothing}</div>
      </div>
    `;
  }

  #withOthers() {
    const { others } = this;
    if (!others) return nothing;
    return html`
      <button class="danger" ?disabled=${this.busy} @click=${() => this.#press(others.what, true)}>
        ${text.withOthers(text[others.what], others.count)}
      </button>
    `;
  }

  #press(what: Action, others = false): Promise<void> {
    const { thread, turn } = this;
    if (what === 'again') return this.#again();
    if (what === 'carryOut') {
      // The agent knows the images of its plan.
      return this.#do(async () => again(thread, turn, (await this.#asked()).selection, 'execute'));
    }
    return this.#do(() => settle(thread, turn.id, what, others), what);
  }

  /** What came with the instruction, which a turn that is known by its words alone does not say. */
  async #asked(): Promise<Told> {
    const told = this.#told;
    return told.whole ? reheard(this.thread, this.turn, 'turn.queued') : told;
  }

  /** Ask for the same once more; where there were images, leave that to the person who has them. */
  async #again() {
    const { thread, turn } = this;
    const left = await this.#do(async () => {
      const asked = await this.#asked();
      if (asked.images) return asked;
      await again(thread, turn, asked.selection, turn.mode);
      return null;
    });
    if (!left) return;
    this.problem = text.imagesAgain;
    if (left.selection) this.send('nu-pick', { selection: left.selection });
    this.send('nu-say', { text: turn.instruction });
  }

  async #do<T>(act: () => Promise<T>, what?: Action): Promise<T | undefined> {
    if (this.busy) return undefined;
    const root = this.renderRoot as ShadowRoot;
    const focused = root.activeElement as HTMLElement | null;
    this.busy = true;
    this.problem = '';
    this.others = null;
    try {
      return await act();
    } catch (error) {
      this.problem = sentence(error);
      const more = error instanceof Problem && (error.reply['others'] as string[] | undefined);
      if (more && more.length && (what === 'undo' || what === 'redo')) {
        this.others = { what, count: more.length };
      }
      return undefined;
    } finally {
      this.busy = false;
      void this.thread.refresh();
      await this.updateComplete;
      // Where the button is gone, a person at the keyboard goes on writing.
      if (focused?.isConnected) focused.focus();
      else if (focused) this.send('nu-write');
    }
  }

  readonly #reread = () =>
    this.#do(async () => {
      this.reheard = await reheard(this.thread, this.turn, 'turn.finished');
    });

  readonly #copy = async () => {
    try {
      await navigator.clipboard.writeText(this.turn.output);
      this.copied = true;
      setTimeout(() => (this.copied = false), 2000);
    } catch {
      this.tell(text.cannotCopy, 'problem');
    }
  };
}

define('nu-turn', NuTurn);
