// Takes a thread to the live site, step by step.

import {
  type BuildError, type Git, type MergedReply, Problem, sentence,
} from '../core/api.ts';
import { strings } from '../core/strings.ts';
import { THREAD, type ThreadStore } from '../core/thread.ts';
import { webAddress } from '../core/visible.ts';
import { marked, next, over, planned, retried, type Step, type StepId, type Way } from './publishing.ts';
import { type GitState, gitOf } from './state.ts';

/** Dispatches `change`. One for each thread, so that it goes on while another view is shown. */
export class Publishing extends EventTarget {
  readonly thread: ThreadStore;
  way: Way = 'review';
  steps: readonly Step[] = [];
  running = false;
  /** What the build found wrong, and the last lines that it wrote. */
  errors: readonly BuildError[] = [];
  output = '';
  /** Why the last step failed, with the conflicts where there are some. */
  problem: Problem | undefined;
  /** Where the forge compares the branch. */
  compare: string | undefined;
  readonly #git: GitState;

  constructor(thread: ThreadStore) {
    super();
    this.thread = thread;
    this.#git = gitOf(thread);
  }

  /** What is to be done, or was, from how things are. */
  plan(git: Git): readonly Step[] {
    return this.steps.length ? this.steps : planned(this.way, { git, remote: this.#git.remote });
  }

  get over(): boolean {
    return over(this.steps);
  }

  get failed(): StepId | undefined {
    return this.steps.find(({ state }) => state === 'failed')?.id;
  }

  /** Go another way; what was begun is forgotten. */
  go(way: Way): void {
    if (this.running) return;
    this.way = way;
    this.forget();
  }

  forget(): void {
    this.steps = this.errors = [];
    this.output = '';
    this.problem = this.compare = undefined;
    this.#changed();
  }

  /** Do what is left to do; ends with the last step, or with one that fails. Never throws. */
  async run(message: string): Promise<void> {
    const { git } = this.#git;
    if (this.running || !git) return;
    this.running = true;
    this.errors = [];
    this.output = '';
    this.problem = undefined;
    this.steps = retried(this.plan(git));
    for (let id = next(this.steps); id !== undefined; id = next(this.steps)) {
      this.#mark(id, 'running');
      try {
        this.#mark(id, 'done', await this.#do(id, message, git));
      } catch (error) {
        this.problem = error instanceof Problem ? error : new Problem(0, sentence(error));
        this.errors = (this.problem.reply['errors'] as BuildError[] | undefined) ?? [];
        this.output = String(this.problem.reply['output'] ?? '');
        this.#mark(id, 'failed', this.problem.message.split('\n', 1)[0]);
      }
    }
    this.running = false;
    this.#changed();
    await this.#git.read();
  }

  async #do(id: StepId, message: string, git: Git): Promise<string> {
    const { api, path } = this.thread;
    switch (id) {
      case 'commit': {
        const { commit } = await api.ask(`POST ${THREAD}/commit`, { path, body: { message } });
        return commit ? strings.publish.committed(commit.hash.slice(0, 10)) : strings.git.nothingToCommit;
      }
      case 'build': {
        const { seconds } = await api.ask(`POST ${THREAD}/preview/build`, { path });
        return strings.publish.built(seconds);
      }
      case 'push': {
        const pushed = await api.ask(`POST ${THREAD}/push`, { path, body: {} });
        this.compare = webAddress(pushed.compare);
        return '';
      }
      case 'update':
        return told(await api.ask(`POST ${THREAD}/pull`, { path, body: { branch: git.default } }));
      case 'merge':
        return told(await api.ask(`POST ${THREAD}/merge`, { path }));
      case 'push-default':
        await api.ask(`POST ${THREAD}/push`, { path, body: { defaultBranch: true } });
        return '';
    }
  }

  #mark(id: StepId, state: Step['state'], said = ''): void {
    this.steps = marked(this.steps, id, state, said);
    this.#changed();
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

function told({ outcome }: MergedReply): string {
  return strings.git.outcome[outcome];
}

const known = new WeakMap<ThreadStore, Publishing>();

export function publishingOf(thread: ThreadStore): Publishing {
  const found = known.get(thread) ?? new Publishing(thread);
  known.set(thread, found);
  return found;
}
