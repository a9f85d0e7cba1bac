// How a stream goes on: after what breaks, after a refusal, and while nobody looks.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Api } from '../../../services/studio/src/core/api.ts';
import { follow } from '../../../services/studio/src/core/stream.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));
const api = new Api(new URL('http://127.0.0.1/'), () => 'shown');
const address = api.address('/v1/live');
const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
const around = new EventTarget();

/** The headers of each request, and the connections that are open. */
let asked: Record<string, string>[] = [];
let open: ReadableStreamDefaultController<Uint8Array>[] = [];
let answer: (() => Response) | undefined;
let heard: string[] = [];
let states: string[] = [];
let stop = () => {};

function stream(signal: AbortSignal): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      open.push(controller);
      signal.addEventListener('abort', () => {
        open = open.filter((one) => one !== controller);
        controller.error(signal.reason);
      });
    },
  });
  return new Response(body);
}

function say(text: string): void {
  for (const one of open) one.enqueue(new TextEncoder().encode(text));
}

/** Seconds, with a heartbeat of the server's in each. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    mock.timers.tick(1000);
    say(': beat\n\n');
    await settled();
  }
}

function show(visibilityState: 'hidden' | 'visible'): void {
  page.visibilityState = visibilityState;
  page.dispatchEvent(new Event('visibilitychange'));
}

async function begin(): Promise<void> {
  stop = follow(api, address, {
    after: () => '3',
    hear: (type, data, id) => heard.push(`${id} ${type} ${JSON.stringify(data)}`),
    state: ({ state }) => states.push(state),
  });
  await settled();
}

const listeners = () =>
  getEventListeners(page, 'visibilitychange').length + getEventListeners(around, 'online').length;

beforeEach(async () => {
  [asked, open, heard, states, answer] = [[], [], [], [], undefined];
  page.visibilityState = 'visible';
  Object.assign(globalThis, { document: page, window: around });
  mock.timers.enable({ apis: ['setTimeout'] });
  mock.method(Math, 'random', () => 0.5);
  mock.method(globalThis, 'fetch', async (_url: URL, { headers, signal }: RequestInit) => {
    asked.push(headers as Record<string, string>);
    return answer?.() ?? stream(signal as AbortSignal);
  });
  await begin();
});
afterEach(() => {
  stop();
  mock.timers.reset();
  mock.restoreAll();
  assert.equal(listeners(), 0);
});

test('it shows its token, and goes on after the last event', async () => {
  assert.deepEqual(asked[0], { Authorization: 'Bearer shown', Accept: 'text/event-stream', 'Last-Event-ID': '3' });
  say('id: 4\nevent: one\ndata: {}\n\n');
  await settled();
  assert.deepEqual(heard, ['4 one {}']);
  open[0]?.error(new TypeError('gone'));
  await settled();
  assert.equal(states.at(-1), 'lost');
  mock.timers.tick(1000);
  await settled();
  assert.equal(asked[1]?.['Last-Event-ID'], '4');
  assert.equal(states.at(-1), 'live');
});

test('a refusal is told once, and nothing is left of it', async () => {
  answer = () => Response.json({ detail: 'not for you' }, { status: 403 });
  open[0]?.close();
  await settled();
  mock.timers.tick(1000);
  await settled();
  assert.equal(states.at(-1), 'refused');
  assert.equal(listeners(), 0);
  mock.timers.tick(60_000);
  await settled();
  assert.equal(asked.length, 2);
});

test('a server that is overloaded is asked again', async () => {
  answer = () => Response.json({ detail: 'later' }, { status: 503 });
  open[0]?.close();
  await settled();
  mock.timers.tick(1000);
  await settled();
  assert.equal(states.at(-1), 'lost');
  answer = undefined;
  mock.timers.tick(1000);
  await settled();
  assert.equal(states.at(-1), 'live');
});

test('a page that is hidden for a minute listens no more until it is seen', async () => {
  show('hidden');
  await pass(59);
  show('visible');
  assert.equal(open.length, 1);
  show('hidden');
  await pass(60);
  assert.equal(open.length, 0);
  assert.equal(states.at(-1), 'paused');
  show('visible');
  await settled();
  assert.equal(open.length, 1);
  assert.equal(states.at(-1), 'live');
});

test('a page that nobody has seen yet listens for a minute, too, and then once it is seen', async () => {
  stop();
  page.visibilityState = 'hidden';
  await begin();
  await pass(59);
  assert.equal(open.length, 1);
  await pass(1);
  assert.equal(open.length, 0);
  assert.equal(states.at(-1), 'paused');
  show('visible');
  await settled();
  assert.equal(open.length, 1);
});

test('a connection on which nothing is heard, not even a heartbeat, is made anew', async () => {
  mock.timers.tick(45_000);
  await settled();
  assert.equal(open.length, 0);
  mock.timers.tick(1000);
  await settled();
  assert.equal(open.length, 1);
});

test('whoever stopped hears no more', async () => {
  stop();
  await settled();
  assert.equal(open.length, 0);
  assert.equal(states.at(-1), 'live');
});
