// A user's conversations: read when somebody looks, and again when something has changed them.

import {
  type Api, type Deleted, Problem, sentence, type Thread, type Transfer, type Transfers, type Workspace,
} from '../core/api.ts';
import { Rereading } from '../core/rereading.ts';
import { follow } from '../core/stream.ts';
import { THREAD } from '../core/thread.ts';

const THREADS = '/v1/threads/{client}/{user}';

/** Where a new one begins; a `thread` is the id of another. */
export type Start =
  | { from: 'site' | 'starter' | 'empty' }
  | { from: 'thread'; thread: string }
  | { from: 'repository'; repoUrl: string; branch: string };

/** Dispatches `change`. A token for one conversation alone sees that `only`. */
export class ThreadList extends EventTarget {
  readonly api: Api;
  readonly client: string;
  readonly user: string;
  readonly only: string | undefined;
  threads: readonly Thread[] | undefined;
  archived: readonly Thread[] = [];
  /** The user's project; null where there is none, and unknown until somebody has answered. */
  workspace: Workspace | null | undefined;
  problem = '';
  /** What is under way with the remote while a conversation is made. */
  transfer: Transfer | undefined;
  readonly #rereading: Rereading;
  #reading: Promise<void> | undefined;
  #wanted = false;

  constructor(api: Api, client: string, user: string, only?: string) {
    super();
    this.api = api;
    [this.client, this.user, this.only] = [client, user, only];
    this.#rereading = new Rereading(`nu-threads ${client}/${user}`, () => void this.read());
    this.#rereading.begin();
  }

  end(): void {
    this.#rereading.end();
  }

  /** The ids that are in use. */
  get taken(): string[] {
    return [...(this.threads ?? []), ...this.archived].map(({ threadId }) => threadId);
  }

  /** Read them again; asked for meanwhile, once more. Never throws. */
  read(): Promise<void> {
    this.#wanted = true;
    this.#reading ??= this.#readAll().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    while (this.#wanted) {
      this.#wanted = false;
      await this.#read();
    }
  }

  async #read(): Promise<void> {
    const { api, client, user } = this;
    const path = { client, user };
    try {
      if (this.only !== undefined) {
        const { thread } = await api.ask(`GET ${THREAD}`, { path: this.#path(this.only) });
        this.#know({ threads: [thread] });
        return;
      }
      const [{ threads }, { threads: archived }, workspace] = await Promise.all([
        api.ask(`GET ${THREADS}`, { path }),
        api.ask(`GET ${THREADS}`, { path, query: { archived: true } }),
        this.#findWorkspace(),
      ]);
      this.#know({ threads, archived, workspace });
    } catch (error) {
      this.problem = sentence(error);
      this.#rereading.failed(error);
      this.#changed();
    }
  }

  #know(found: Partial<ThreadList>): void {
    Object.assign(this, found, { problem: '' });
    this.#rereading.done();
    this.#changed();
  }

  /** Open one that was not there before; what is copied meanwhile is in `transfer`. */
  async begin(thread: string, title: string | null, start: Start): Promise<void> {
    const path = { ...this.#path(thread) };
    if (start.from === 'thread') {
      const body = { threadId: thread, title };
      await this.#doing(() => this.api.ask(`POST ${THREAD}/fork`, { path: { ...path, thread: start.thread }, body }));
      return;
    }
    const body = {
      title, preview: true,
      ...(start.from === 'repository' ? { repoUrl: start.repoUrl, branch: start.branch || null } : {}),
      ...(start.from === 'empty' ? { empty: true } : {}),
    };
    const stop = this.#listen();
    try {
      await this.#doing(() => this.api.ask(`PUT ${THREAD}`, { path, body }));
    } finally {
      stop();
      this.transfer = undefined;
      this.#changed();
    }
  }

  rename(thread: string, title: string): Promise<unknown> {
    return this.#change(thread, { title });
  }

  archive(thread: string): Promise<unknown> {
    return this.#change(thread, { archived: true });
  }

  bringBack(thread: string): Promise<unknown> {
    return this.#change(thread, { archived: false });
  }

  /** Remove one; what is left of it. */
  async remove(thread: string, branch: boolean): Promise<Deleted> {
    const asked = { path: this.#path(thread), query: { branch } };
    return (await this.#doing(() => this.api.ask(`DELETE ${THREAD}`, asked))).deleted;
  }

  #change(thread: string, body: { title?: string; archived?: boolean }): Promise<unknown> {
    return this.#doing(() => this.api.ask(`PATCH ${THREAD}`, { path: this.#path(thread), body }));
  }

  /** Do something that changes them; throws `Problem`. */
  async #doing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.#rereading.tell();
      await this.read();
    }
  }

  #listen(): () => void {
    const whose = `${this.client}/${this.user}`;
    return follow(this.api, this.api.address('/v1/transfers'), {
      hear: (_type, data) => {
        this.transfer = (data as Transfers).running[whose];
        this.#changed();
      },
    });
  }

  async #findWorkspace(): Promise<Workspace | null> {
    const path = { client: this.client, user: this.user };
    try {
      return (await this.api.ask('GET /v1/workspaces/{client}/{user}', { path })).workspace;
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return null;
      throw error;
    }
  }

  #path(thread: string): { client: string; user: string; thread: string } {
    return { client: this.client, user: this.user, thread };
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}
