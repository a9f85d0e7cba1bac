// A stream of events that goes on: by fetch, so that a token may stand in a header.

import { type Api, Problem, refusal } from './api.ts';
import { Reader } from './sse.ts';
import { strings } from './strings.ts';

export type Connection =
  | { state: 'connecting' | 'live' | 'paused' }
  | { state: 'lost'; why: string }
  | { state: 'refused'; problem: Problem };

export interface Hearing {
  /** After which event to begin; read again whenever the connection is made anew. */
  after?: () => string | undefined;
  hear(type: string, data: unknown, id: string): void;
  state?(connection: Connection): void;
}

const HIDDEN_MS = 60_000; // after that a page that nobody sees listens no more
const SILENT_MS = 45_000; // three heartbeats of the server's
const LONGEST_MS = 15_000;

/**
 * Listen at `address` until the function that is returned is called.
 *
 * It comes back after whatever breaks, but not after a refusal, which is told once. While the page
 * is hidden for a minute it is closed: browsers give a host six connections.
 */
export function follow(api: Api, address: URL, hearing: Hearing): () => void {
  let ended = false;
  let abort = new AbortController();
  let wake: (() => void) | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;
  let paused = false;
  let failures = 0;
  let last = '';
  const say = (connection: Connection) => ended || hearing.state?.(connection);

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => (clearTimeout(timer), resolve());
    });

  async function listen(): Promise<number> {
    abort = new AbortController();
    const { signal } = abort;
    const reader = new Reader(last || hearing.after?.() || '');
    const headers: Record<string, string> = { ...api.credentials(), Accept: 'text/event-stream' };
    if (reader.last) headers['Last-Event-ID'] = reader.last;
    const answer = await fetch(address, { headers, signal, credentials: 'same-origin', cache: 'no-store' });
    if (!answer.ok || !answer.body) {
      const problem = refusal(answer.status, await answer.json().catch(() => ({})));
      if (problem.passing) throw problem;
      say({ state: 'refused', problem });
      return -1;
    }
    failures = 0;
    say({ state: 'live' });
    const text = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let silence: ReturnType<typeof setTimeout> | undefined;
    try {
      for (;;) {
        clearTimeout(silence);
        silence = setTimeout(() => abort.abort(), SILENT_MS);
        const { done, value } = await text.read();
        if (done) return reader.retry ?? 1000;
        for (const { type, data, id } of reader.feed(value)) {
          if (ended) return -1;
          last = id;
          hearing.hear(type, JSON.parse(data), id);
        }
      }
    } finally {
      clearTimeout(silence);
    }
  }

  async function run(): Promise<void> {
    while (!ended) {
      if (paused) {
        say({ state: 'paused' });
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      say({ state: 'connecting' });
      let wait: number;
      try {
        wait = await listen();
        if (wait < 0) return;
      } catch (error) {
        failures += 1;
        wait = Math.min(LONGEST_MS, 500 * 2 ** Math.min(failures, 6)) * (0.75 + Math.random() / 2);
        const why = error instanceof Problem ? error.message : strings.studio.again;
        if (!paused) say({ state: 'lost', why });
      }
      if (!ended && !paused) await pause(wait);
    }
  }

  function seen(): void {
    clearTimeout(hiding);
    if (document.visibilityState === 'hidden') {
      hiding = setTimeout(() => {
        paused = true;
        abort.abort();
      }, HIDDEN_MS);
    } else {
      paused = false;
      failures = 0;
      wake?.();
    }
  }

  seen(); // or not: what is opened in the background stays there
  document.addEventListener('visibilitychange', seen);
  window.addEventListener('online', seen);
  const stop = () => {
    ended = true;
    clearTimeout(hiding);
    document.removeEventListener('visibilitychange', seen);
    window.removeEventListener('online', seen);
    abort.abort();
    wake?.();
  };
  void run().finally(stop);
  return stop;
}
