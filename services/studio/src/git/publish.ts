// The way from a conversation to the live site, as steps that a person sees.

import { html, nothing, type PropertyValues } from 'lit';
import { type Git, sentence } from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { THREAD } from '../core/thread.ts';
import { visible } from '../core/visible.ts';
import { base } from '../ui/base.ts';
import { define, Watch } from '../ui/element.ts';
import '../ui/icon.ts';
import './conflicts.ts';
import { conflictsOf } from './conflicts.ts';
import './mistakes.ts';
import { GitPart, panes } from './part.ts';
import { type Publishing, publishingOf } from './publish-run.ts';
import { publishStyles } from './publish-styles.ts';
import type { Step, StepId, Way } from './publishing.ts';
import './pull-request.ts';
import { Watching } from './watching.ts';

const ICONS: Partial<Record<Step['state'], string>> = { done: 'check', failed: 'close', running: 'publish' };

/** `shown`: somebody sees it, and so it is kept up to date. */
export class NuPublish extends GitPart {
  static override properties = { shown: { type: Boolean } };
  declare shown: boolean;

  static override styles = [base, panes, publishStyles];

  readonly #watching = new Watching(this);

  constructor() {
    super();
    new Watch(this, () => this.thread);
    new Watch<Publishing>(this, () => this.thread && publishingOf(this.thread));
  }

  override willUpdate(_changed: PropertyValues<this>) {
    this.#watching.watch(this.shown && this.thread.exists ? this.state : undefined);
    const run = publishingOf(this.thread);
    if (!this.state.remote && run.way === 'review') run.go('merge');
  }

  override render() {
    const { git, problem } = this.state;
    if (this.thread.exists === false) return nothing;
    if (!git) {
      return html`<div class="pane"><p class=${problem ? 'bad quote' : 'soft'} role="status">
        ${problem || strings.git.loading}</p></div>`;
    }
    const run = publishingOf(this.thread);
    return html`
      <div class="pane">
        <h2>${strings.publish.title}</h2>
        ${this.#ways(run, git)}
        <section class="card" aria-label=${strings.publish.name}>
          <ol>${run.plan(git).map((step, at) => this.#step(step, at, git, run))}</ol>
          ${this.#form(run, git)}
        </section>
        ${run.over ? this.#outcome(run, git) : nothing}
      </div>
    `;
  }

  #ways(run: Publishing, git: Git) {
    const { remote } = this.state;
    const words = (way: Way) => (way === 'review' ? strings.publish.wayText.review
      : remote ? strings.publish.wayText.merge(visible(git.default)) : strings.publish.wayTextLocal);
    const ways: Way[] = remote ? ['review', 'merge'] : ['merge'];
    return html`
      <fieldset ?disabled=${run.running}>
        <legend class="unseen">${strings.publish.ways}</legend>
        <div class="ways">${ways.map((way) => html`
          <label class="way">
            <input type="radio" name="way" .checked=${run.way === way} @change=${() => run.go(way)} />
            <b>${strings.publish.way[way]}</b>
            <span class="soft small">${words(way)}</span>
          </label>`)}
        </div>
      </fieldset>
    `;
  }

  #step(step: Step, at: number, git: Git, run: Publishing) {
    const icon = ICONS[step.state];
    return html`
      <li class="step ${step.state}" aria-current=${step.state === 'running' ? 'step' : nothing}>
        <span class="sign" aria-hidden="true">${icon ? html`<nu-icon name=${icon}></nu-icon>` : at + 1}</span>
        <span>${words(step.id, git)}</span>
        <span class="small ${step.state === 'failed' ? 'bad' : 'soft'}">${strings.publish.state[step.state]}</span>
        ${step.told ? html`<p class="more small quote ${step.state === 'failed' ? 'bad' : 'soft'}">${step.told}</p>` : nothing}
        ${this.#progress(step)}
        ${step.state === 'failed' ? html`<div class="more">${this.#failure(step.id, run, git)}</div>` : nothing}
        ${step.id === 'build' && step.state === 'done' ? html`<div class="more">
          <button @click=${this.#see}><nu-icon name="open"></nu-icon>${strings.publish.seeBuilt}</button>
        </div>` : nothing}
      </li>
    `;
  }

  #progress(step: Step) {
    if (step.state !== 'running') return nothing;
    const transfer = step.id.startsWith('push') ? this.thread.transfer : null;
    const total = transfer?.total ?? 0;
    return html`<progress class="more" aria-label=${strings.publish.state.running}
      max=${total || nothing} value=${total ? transfer?.done ?? 0 : nothing}></progress>`;
  }

  #failure(id: StepId, run: Publishing, git: Git) {
    const { problem } = run;
    if (problem && conflictsOf(problem).length) {
      return html`<nu-conflicts .problem=${problem} .branch=${git.default}></nu-conflicts>`;
    }
    if (id !== 'build') return nothing;
    return html`<nu-mistakes .errors=${run.errors} .output=${run.output}></nu-mistakes>`;
  }

  #form(run: Publishing, git: Git) {
    const working = this.thread.working.includes(this.thread.key.thread);
    const commits = run.plan(git).some(({ id, state }) => id === 'commit' && state !== 'done');
    const label = run.over ? strings.publish.restart : run.failed ? strings.publish.resume : strings.publish.start;
    return html`
      <form @submit=${this.#submit}>
        ${commits ? html`
          <label for="message">${strings.publish.messageLabel}</label>
          <input id="message" class="field" required ?disabled=${run.running} value=${strings.publish.message} />` : nothing}
        <div class="row">
          <button class=${run.over ? '' : 'primary'} ?disabled=${run.running || working}>
            <nu-icon name="publish"></nu-icon>${label}
          </button>
          ${run.failed && !run.running
            ? html`<button type="button" class="quiet" @click=${() => run.forget()}>${strings.publish.restart}</button>` : nothing}
          ${working ? html`<span class="soft small" role="status">${strings.publish.workingFirst}</span>` : nothing}
        </div>
      </form>
    `;
  }

  #outcome(run: Publishing, git: Git) {
    const { remote } = this.state;
    const { over } = strings.publish;
    const told = run.way === 'review' ? over.review(visible(git.branch))
      : remote ? over.merge(visible(git.default)) : over.local(visible(git.default));
    return html`
      <section class="card outcome" role="status">
        <p class="good">${told}</p>
        ${run.compare ? html`
          <p><a href=${run.compare} target="_blank" rel="noreferrer">${strings.git.compare}</a></p>
          <nu-pull-request .thread=${this.thread}></nu-pull-request>` : nothing}
      </section>
    `;
  }

  readonly #submit = (event: SubmitEvent) => {
    event.preventDefault();
    const run = publishingOf(this.thread);
    if (run.over) {
      run.forget();
      return;
    }
    const box = this.renderRoot.querySelector<HTMLInputElement>('#message');
    void run.run(box?.value.trim() || strings.publish.message);
  };

  readonly #see = async () => {
    // At once, since a browser lets a page open windows for a moment after a click alone.
    const tab = window.open('about:blank');
    try {
      const asked = { path: this.thread.path, body: { built: true } };
      const { url } = await this.thread.api.ask(`POST ${THREAD}/preview/link`, asked);
      if (tab) {
        tab.opener = null;
        tab.location.replace(url);
      }
    } catch (error) {
      tab?.close();
      this.tell(sentence(error), 'problem');
    }
  };
}

function words(id: StepId, git: Git): string {
  const said = strings.publish.step[id];
  return typeof said === 'string' ? said : said(visible(git.default));
}

define('nu-publish', NuPublish);
