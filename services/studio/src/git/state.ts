// What git says of a thread: read when somebody looks, and again when something has changed it.

import {
  type Answered, type Api, type Commit, type FileDiff, type Git, Problem, sentence, type Workspace,
} from '../core/api.ts';
import { Rereading } from '../core/rereading.ts';
import { type Happened, THREAD, type ThreadStore } from '../core/thread.ts';

const PAGE = 30; // commits that are read at once
const SOON_MS = 250; // changes come in showers
const CHANGING = new Set([
  'commit', 'file.changed', 'turn.finished', 'turn.undone', 'turn.redone', 'turn.settled', 'turn.given_up',
]);

export type Busy = 'fetch' | 'pull' | 'push' | 'update' | 'commit' | 'discard' | 'restore' | 'request';

/** Dispatches `change`. One for each `ThreadStore`: see `gitOf`. */
export class GitState extends EventTarget {
  readonly thread: ThreadStore;
  git: Git | undefined;
  /** What is not committed. */
  files: readonly FileDiff[] = [];
  truncated = false;
  commits: readonly Commit[] = [];
  /** Whether there are more commits than those. */
  older = false;
  workspace: Workspace | undefined;
  /** What is being done because somebody asked for it here. */
  busy: Busy | undefined;
  /** Why it could not be read. */
  problem = '';
  #shown = 0;
  #stale = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reading: Promise<void> | undefined;
  #transferring = false;
  readonly #rereading: Rereading;

  constructor(thread: ThreadStore) {
    super();
    this.thread = thread;
    const { client, user, thread: id } = thread.key;
    this.#rereading = new Rereading(`nu-git ${client}/${user}/${id}`, () => this.#soon());
  }

  get api(): Api {
    return this.thread.api;
  }

  get remote(): boolean {
    return this.workspace === undefined || this.workspace.repoUrl !== null;
  }

  /** To be kept up to date until the function is called that is returned. */
  watch(): () => void {
    this.#shown += 1;
    if (this.#shown === 1) {
      this.thread.addEventListener('happened', this.#happened);
      this.thread.addEventListener('change', this.#moved);
      this.#rereading.begin();
    }
    if (this.#stale) void this.read();
    return () => {
      this.#shown -= 1;
      if (this.#shown) return;
      // What happens from here on is not heard.
      this.#stale = true;
      clearTimeout(this.#timer);
      this.thread.removeEventListener('happened', this.#happened);
      this.thread.removeEventListener('change', this.#moved);
      this.#rereading.end();
    };
  }

  /** Read it all again. Never throws. */
  async read(): Promise<void> {
    this.#stale = true;
    while (this.#stale || this.#reading) {
      this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
      await this.#reading;
    }
  }

  /** Read what comes after the last commit that is known; throws `Problem`. */
  async readOlder(): Promise<void> {
    const before = this.commits.at(-1)?.hash;
    if (before === undefined) return;
    const commits = await this.#log(before);
    this.commits = [...this.commits, ...commits];
    this.older = commits.length === PAGE;
    this.#changed();
  }

  /** Do something that changes this; throws what `work` throws. */
  async doing<T>(busy: Busy, work: () => Promise<T>): Promise<T> {
    this.busy = busy;
    this.#changed();
    try {
      return await work();
    } finally {
      this.busy = undefined;
      this.#rereading.tell();
      await this.read();
    }
  }

  /** What is different from `base` to `target`; throws `Problem`. */
  async diff(base?: string, target?: string): Promise<Exclude<Answered<`GET ${typeof THREAD}/diff`>, string>['diff']> {
    const { diff } = await this.api.ask(`GET ${THREAD}/diff`, {
      path: this.thread.path, query: { base: base ?? null, target: target ?? null },
    });
    return diff;
  }

  async #read(): Promise<void> {
    this.#stale = false;
    const { path } = this.thread;
    try {
      const [{ git }, { files, truncated }, commits] = await Promise.all([
        this.api.ask(`GET ${THREAD}/git`, { path }),
        this.diff(),
        this.#log(),
        this.#findWorkspace(),
      ]);
      this.git = git;
      this.files = files;
      this.truncated = truncated;
      const known = this.commits.findIndex(({ hash }) => hash === commits.at(-1)?.hash);
      // Older ones that were asked for stay where the history only grew.
      this.commits = known < 0 ? commits : [...commits, ...this.commits.slice(known + 1)];
      if (this.commits.length === commits.length) this.older = commits.length === PAGE;
      this.problem = '';
      this.#rereading.done();
    } catch (error) {
      this.problem = sentence(error);
      this.#rereading.failed(error);
    }
    this.#changed();
  }

  async #log(before?: string): Promise<Commit[]> {
    const query = before === undefined ? { limit: PAGE } : { limit: PAGE, before };
    return (await this.api.ask(`GET ${THREAD}/log`, { path: this.thread.path, query })).commits;
  }

  async #findWorkspace(): Promise<void> {
    if (this.workspace !== undefined) return;
    const { client, user } = this.thread.key;
    try {
      const path = { client, user };
      this.workspace = (await this.api.ask('GET /v1/workspaces/{client}/{user}', { path })).workspace;
    } catch (error) {
      // A token for one thread is not told.
      if (!(error instanceof Problem && [401, 403, 404].includes(error.status))) throw error;
    }
  }

  #soon(): void {
    this.#stale = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.read(), SOON_MS);
  }

  readonly #happened = (event: Event): void => {
    if (CHANGING.has((event as CustomEvent<Happened>).detail.type)) this.#soon();
  };

  readonly #moved = (): void => {
    const transferring = this.thread.transfer !== null;
    if (this.#transferring && !transferring) this.#soon();
    this.#transferring = transferring;
    this.#changed();
  };

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

const states = new WeakMap<ThreadStore, GitState>();

/** The one that all parts of the page share. */
export function gitOf(thread: ThreadStore): GitState {
  const known = states.get(thread);
  if (known) return known;
  const made = new GitState(thread);
  states.set(thread, made);
  return made;
}
