// A thread's store: one stream, however often it is begun, and begun again after what breaks.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Api } from '../../../services/studio/src/core/api.ts';
import { ThreadStore } from '../../../services/studio/src/core/thread.ts';

const page = () => Object.assign(new EventTarget(), { visibilityState: 'visible' });
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** How many streams are open, what comes on each, and what the next answers to questions are. */
let open = 0;
let comes = '';
let answers: Promise<Response>[] = [];

function stream(signal: AbortSignal): Response {
  open += 1;
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(comes));
      signal.addEventListener('abort', () => {
        open -= 1;
        controller.error(signal.reason);
      });
    },
  });
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
}

const turns = () => Response.json({ turns: [], lastEvent: 7 });

beforeEach(() => {
  open = 0;
  comes = '';
  answers = [];
  mock.timers.enable({ apis: ['setTimeout'] });
  Object.assign(globalThis, { document: page(), window: page() });
  mock.method(globalThis, 'fetch', async (url: URL, { signal }: { signal: AbortSignal }) =>
    url.pathname.endsWith('/live') ? stream(signal) : ((await answers.shift()) ?? turns()));
});
afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

const made = (thread = 'main') =>
  new ThreadStore(new Api(new URL('http://127.0.0.1/')), { client: 'acme', user: 'ann', thread });

test('begun twice at once it listens once', async () => {
  const store = made();
  await Promise.all([store.begin(), store.begin(), store.begin()]);
  await settled();
  assert.equal(open, 1);
  store.end();
  await settled();
  assert.equal(open, 0);
});

test('of fifty threads that were shown one after another one is listened to', async () => {
  let store = made('t0');
  void store.begin();
  for (let at = 1; at <= 50; at += 1) {
    store.end();
    store = made(`t${at}`);
    const beginning = store.begin();
    if (at % 2) await beginning; // half of them are left while they are read
    await settled();
  }
  await settled();
  assert.equal(open, 1);
  store.end();
  await settled();
  assert.equal(open, 0);
});

test('an answer to an earlier beginning says nothing', async () => {
  const store = made();
  let late = (_answer: Response) => {};
  answers.push(new Promise((resolve) => (late = resolve)));
  const first = store.begin();
  await store.begin();
  late(new Response('{}', { status: 404 }));
  await first;
  assert.equal(store.exists, true);
  store.end();
});

test('what was there is begun again when the server comes back', async () => {
  const store = made();
  await store.begin();
  await settled();
  answers.push(Promise.resolve(new Response('{}', { status: 503 })));
  await store.begin();
  assert.equal(store.connection.state, 'lost');
  assert.equal(open, 0);
  mock.timers.tick(3000);
  await settled();
  await settled();
  assert.equal(open, 1);
  assert.equal(store.connection.state, 'live');
  store.end();
});

test('a turn that begins or ends is news, however short it was, and so is whatever was missed', async () => {
  const working = (threads: string[]) => `event: working\ndata: ${JSON.stringify({ threads })}\n\n`;
  const heard: number[] = [];
  for (const threads of [[], [['main']], [['main'], []], [['main'], ['other'], ['other', 'main'], []]]) {
    comes = threads.map(working).join('');
    const store = made();
    await store.begin();
    for (let turn = 0; turn < 5; turn += 1) await settled();
    heard.push(store.news);
    store.end();
  }
  assert.deepEqual(heard, [1, 2, 3, 5]);
});
