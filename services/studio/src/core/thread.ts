// What is so of one thread, at this moment: read once, then kept up by one stream of events.

import { begun, type Conversation, empty, type Heard, heard, more, read } from './conversation.ts';
import {
  type Api, type Preview, Problem, sentence, type Transfer, type Turn, type WatchThread,
} from './api.ts';
import { AGAIN_MS } from './rereading.ts';
import { type Connection, follow } from './stream.ts';

export interface ThreadKey {
  client: string;
  user: string;
  thread: string;
}

/** A thread in the API: what is of it has a path that begins so. */
export const THREAD = '/v1/threads/{client}/{user}/{thread}';
const PAGE = 50; // turns that are read at once
const WORDS_MS = 50; // between two looks at words that grow

/** An event of the thread's journal, as `happened` tells it. */
export interface Happened {
  type: string;
}

/**
 * Dispatches `change` whenever anything here is another, and `happened` (a `CustomEvent` of
 * `Happened`) for each event of the journal from the moment on that it was read.
 */
export class ThreadStore extends EventTarget {
  readonly api: Api;
  readonly key: ThreadKey;
  connection: Connection = { state: 'connecting' };
  /** Whether there is such a thread; unknown until somebody has answered. */
  exists: boolean | undefined;
  conversation: Conversation = empty();
  preview: Preview | null = null;
  built: Preview | null = null;
  /** What is under way between the user's project and its remote. */
  transfer: Transfer | null = null;
  /** The ids of the user's threads in which a turn is queued or running. */
  working: readonly string[] = [];
  /** Counts what may have changed any of them: turns that begin and end, and whatever was missed. */
  news = 0;
  #stop: (() => void) | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #reading: Promise<void> | undefined;
  #wanted = false;
  #begun = 0; // how often: what an earlier time still waits for is of no use
  #ended = false;

  constructor(api: Api, key: ThreadKey) {
    super();
    this.api = api;
    this.key = key;
  }

  /** The values of the braces in paths of this thread. */
  get path(): { client: string; user: string; thread: string } {
    return { ...this.key };
  }

  /**
   * Read the turns, then listen; again, in the place of whatever was begun before. Never throws.
   *
   * Whoever began ends it with `end`.
   */
  async begin(): Promise<void> {
    if (this.#ended) return;
    this.#begun += 1;
    const time = this.#begun;
    this.#silence();
    try {
      const { turns, lastEvent } = await this.#turns();
      if (!turns.length) await this.#find();
      if (this.#ended || time !== this.#begun) return;
      this.exists = true;
      this.conversation = begun(turns, lastEvent, PAGE);
      this.#listen();
    } catch (error) {
      if (this.#ended || time !== this.#begun) return;
      this.#failed(error);
    }
    this.#changed();
  }

  end(): void {
    this.#ended = true;
    this.#silence();
    clearTimeout(this.#soon);
  }

  /** Read the latest turns again; asked for meanwhile, once more. Never throws. */
  refresh(): Promise<void> {
    this.#wanted = true;
    this.#reading ??= this.#refresh().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** Take in a turn that an answer told of. */
  show(turn: Turn): void {
    this.conversation = read(this.conversation, [turn]);
    this.#changed();
  }

  /** Read the turns before those that are known; throws `Problem`. */
  async earlier(): Promise<void> {
    const before = this.conversation.turns[0]?.id;
    if (before === undefined) return;
    const { turns } = await this.#turns(before);
    this.conversation = more(this.conversation, turns, PAGE);
    this.#changed();
  }

  async #refresh(): Promise<void> {
    while (this.#wanted && !this.#ended) {
      this.#wanted = false;
      try {
        const { turns } = await this.#turns();
        this.conversation = read(this.conversation, turns);
        this.#changed();
      } catch (error) {
        if (this.#ended) return;
        this.#failed(error);
        this.#changed();
      }
    }
  }

  #silence(): void {
    this.#stop?.();
    clearTimeout(this.#again);
  }

  #turns(before?: string): Promise<{ turns: Turn[]; lastEvent: number }> {
    const query = before === undefined ? { limit: PAGE } : { limit: PAGE, before };
    return this.api.ask(`GET ${THREAD}/turns`, { path: this.path, query });
  }

  #listen(): void {
    const address = this.api.address(`${THREAD}/live`, this.path);
    this.#stop = follow(this.api, address, {
      after: () => String(this.conversation.seen),
      hear: (type, data) => this.#hear(type, data as object),
      state: (connection) => {
        this.connection = connection;
        if (connection.state === 'live') {
          this.news += 1;
          void this.refresh();
        }
        if (connection.state === 'refused') this.#failed(connection.problem);
        this.#changed();
      },
    });
  }

  #hear(type: string, data: object): void {
    if (type === 'preview') {
      const had = this.preview;
      ({ preview: this.preview, built: this.built } = data as WatchThread['preview']);
      if (had && !this.preview) this.#doubt();
    } else if (type === 'transfer') {
      ({ transfer: this.transfer } = data as WatchThread['transfer']);
    } else if (type === 'working') {
      const { threads } = data as WatchThread['working'];
      if (threads.join() !== this.working.join()) this.news += 1;
      this.working = threads;
    } else if ((data as Heard).id <= this.conversation.seen) {
      void this.begin(); // another journal: the thread was made anew
      return;
    } else {
      const { next, stale } = heard(this.conversation, type, data as Heard);
      this.conversation = next;
      if (stale) void this.refresh();
      this.dispatchEvent(new CustomEvent<Happened>('happened', { detail: { type } }));
      if (type === 'text.delta') {
        this.#soon ??= setTimeout(() => this.#changed(), WORDS_MS);
        return;
      }
    }
    this.#changed();
  }

  /** Look whether it is still there. Never throws. */
  async look(): Promise<void> {
    try {
      await this.#find();
    } catch (error) {
      if (this.#ended) return;
      this.#failed(error);
      this.#changed();
    }
  }

  // The turns of a thread that was deleted are none, as are those of one in which nothing was said.
  #find(): Promise<unknown> {
    return this.api.ask(`GET ${THREAD}`, { path: this.path });
  }

  /** A preview that goes may have gone with its thread, whose files go after it. */
  #doubt(): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.look(), AGAIN_MS);
  }

  #failed(error: unknown): void {
    clearTimeout(this.#again);
    if (error instanceof Problem && error.status === 404) {
      this.#stop?.();
      this.exists = false;
      this.connection = { state: 'paused' };
    } else if (error instanceof Problem && [401, 403].includes(error.status)) {
      this.#stop?.();
      this.connection = { state: 'refused', problem: error };
    } else {
      this.connection = { state: 'lost', why: sentence(error) };
      this.#again = setTimeout(() => void this.begin(), AGAIN_MS);
    }
  }

  #changed(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.dispatchEvent(new Event('change'));
  }
}
