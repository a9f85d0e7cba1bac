// The link to a preview: how long it is used, and when another is asked for.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Api, type Preview } from '../../../services/studio/src/core/api.ts';
import { ThreadStore } from '../../../services/studio/src/core/thread.ts';
import { Link } from '../../../services/studio/src/preview/link.ts';

const HOUR = 3_600_000;
const HALF_A_DAY = 12 * HOUR;
const api = new Api(new URL('http://127.0.0.1/'));

let now = 0; // of the wall clock, in milliseconds
let refuses: number | undefined; // with which status; 0 is that nobody answers
let asked = 0;
let renewed: string[] = [];
let lasts = 0; // in milliseconds, by the wall clock
let thread: ThreadStore;
let link: Link;

beforeEach(() => {
  [now, refuses, asked, renewed, lasts] = [1_800_000_000_000, undefined, 0, [], HALF_A_DAY];
  Object.assign(globalThis, { window: new EventTarget(), document: { visibilityState: 'visible' } });
  mock.timers.enable({ apis: ['setTimeout'] });
  mock.method(Date, 'now', () => now);
  mock.method(globalThis, 'fetch', async () => {
    asked += 1;
    if (refuses === 0) throw new TypeError('Failed to fetch');
    if (refuses) return new Response('{}', { status: refuses });
    const expires = new Date(now + lasts).toISOString();
    return Response.json({ url: `http://p.localhost/?ticket=${asked}`, expires });
  });
  thread = new ThreadStore(api, { client: 'acme', user: 'ann', thread: 'main' });
  link = new Link(thread, 'dev', (url) => renewed.push(new URL(url).search));
});
afterEach(() => {
  link.end();
  mock.timers.reset();
  mock.restoreAll();
});

/** Let what was asked for be answered. */
async function answered(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Let time pass for timers and the wall clock alike. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1000) {
    now += 1000;
    mock.timers.tick(1000);
    await answered();
  }
}

/** The stream of the thread is heard, after it was not. */
function live(): void {
  for (const state of ['connecting', 'live'] as const) {
    thread.connection = { state };
    thread.dispatchEvent(new Event('change'));
  }
}

const again: Record<string, () => unknown> = {
  'somebody comes back': () => window.dispatchEvent(new Event('focus')),
  'the network is back': () => window.dispatchEvent(new Event('online')),
  'the server is heard again, perhaps by another token': live,
};

test('a link is used until shortly before its end, and then another is asked for', async () => {
  const first = await link.get();
  now += HALF_A_DAY - 61_000;
  for (const look of Object.values(again)) look();
  assert.equal(await link.get(), first);
  assert.equal(asked, 1);
  now += 2000;
  assert.notEqual(await link.get(), first);
  assert.equal(asked, 2);
  assert.deepEqual(renewed, []);
});

test('it is renewed in time by itself', async () => {
  await link.get();
  mock.timers.tick(HALF_A_DAY - 60_000); // whose clock is ahead of that on the wall
  await answered();
  assert.deepEqual(renewed, ['?ticket=2']);
});

test('by a clock that is half a day ahead it is not asked for without a pause', async () => {
  lasts = -1;
  await link.get();
  await pass(20_000);
  assert.equal(asked, 5);
});

for (const [when, look] of Object.entries(again)) {
  test(`one that ended while the machine slept is renewed when ${when}`, async () => {
    await link.get();
    now += 2 * HALF_A_DAY;
    look();
    await answered();
    look();
    await answered();
    assert.deepEqual(renewed, ['?ticket=2']);
    assert.equal(asked, 2);
  });

  test(`one that was refused is asked for again when ${when}`, async () => {
    refuses = 401;
    await assert.rejects(link.get());
    await pass(60_000);
    assert.equal(asked, 1);
    refuses = undefined;
    look();
    await answered();
    assert.deepEqual(renewed, ['?ticket=2']);
  });

  test(`none is asked for where nobody wanted one, nor after the end, when ${when}`, async () => {
    look();
    await answered();
    assert.equal(asked, 0);
    await link.get();
    link.end();
    now += 2 * HALF_A_DAY;
    look();
    await answered();
    assert.equal(asked, 1);
  });
}

test('one that nobody could give is asked for less and less often, until there is one', async () => {
  for (const status of [0, 503]) {
    refuses = status;
    const before = asked;
    await assert.rejects(link.get());
    await pass(100_000);
    assert.ok(asked - before > 4 && asked - before <= 6, `${asked - before}`);
    refuses = undefined;
    await pass(100_000);
    assert.deepEqual(renewed.splice(0), [`?ticket=${asked}`]);
    now += HALF_A_DAY;
  }
});

test('whoever asks while it is asked for has the same one, which is not a renewed one', async () => {
  const first = link.get();
  window.dispatchEvent(new Event('focus'));
  assert.equal(await link.get(), await first);
  await answered();
  assert.equal(asked, 1);
  assert.deepEqual(renewed, []);
});

test('who may only look goes without, and does not ask again and again', async () => {
  refuses = 403;
  thread.preview = { url: 'http://p.localhost' } as Preview;
  assert.equal(await link.get(), 'http://p.localhost');
  live();
  await answered();
  assert.equal(asked, 1);
});
