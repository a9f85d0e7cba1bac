// When what a page shows is read again: by what other windows tell, and after what went wrong.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Api } from '../../../services/studio/src/core/api.ts';
import { ThreadStore } from '../../../services/studio/src/core/thread.ts';
import { gitOf } from '../../../services/studio/src/git/state.ts';
import { ThreadList } from '../../../services/studio/src/threads/list.ts';

const api = new Api(new URL('http://127.0.0.1/'));
let refuses: number | undefined; // with which status; 0 is that nobody answers
let asked = 0;
let leave = () => {};

beforeEach(() => {
  refuses = undefined;
  asked = 0;
  leave = () => {};
  Object.assign(globalThis, { window: new EventTarget(), document: { visibilityState: 'visible' } });
  mock.method(globalThis, 'fetch', async () => {
    asked += 1;
    if (refuses === 0) throw new TypeError('Failed to fetch');
    if (refuses) return new Response('{}', { status: refuses });
    return Response.json({
      git: {}, workspace: {}, diff: { files: [], truncated: false }, commits: [], threads: [],
      thread: { threadId: 'main' },
    });
  });
});
afterEach(() => {
  leave();
  mock.restoreAll();
  mock.timers.reset();
});

test('what is done is told to other windows, though nobody looks at it any more', async () => {
  const state = gitOf(new ThreadStore(api, { client: 'acme', user: 'ann', thread: 'main' }));
  const other = new BroadcastChannel('nu-git acme/ann/main');
  const heard = once(other, 'message');
  leave = state.watch();
  const done = await state.doing('push', async () => {
    leave();
    return 'pushed';
  });
  assert.equal(done, 'pushed');
  await heard;
  other.close();
});

test('a list that nobody sees any more ends what it was asked for', async () => {
  const list = new ThreadList(api, 'acme', 'ann');
  const renamed = list.rename('main', 'Another');
  list.end();
  await renamed;
});

test('a list of one conversation forgets what went wrong before', async () => {
  const list = new ThreadList(api, 'acme', 'ann', 'main');
  leave = () => list.end();
  refuses = 503;
  await list.read();
  assert.notEqual(list.problem, '');
  refuses = undefined;
  await list.read();
  assert.equal(list.problem, '');
  assert.equal(list.threads?.length, 1);
});

test('a list that is asked for while it is read is read once more, after that, and tells the last', async () => {
  const list = new ThreadList(api, 'acme', 'ann', 'main');
  leave = () => list.end();
  const answers: ((title: string) => void)[] = [];
  mock.method(globalThis, 'fetch', async () => {
    const title = await new Promise<string>((resolve) => answers.push(resolve));
    return Response.json({ thread: { threadId: 'main', title } });
  });
  const readings = [list.read(), list.read(), list.read()];
  assert.equal(answers.length, 1);
  answers[0]?.('before');
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(answers.length, 2);
  answers[1]?.('after');
  await Promise.all(readings);
  assert.equal(answers.length, 2);
  assert.equal(list.threads?.[0]?.title, 'after');
});

const WHILE_MS = 100_000;

/** Let what was asked for be answered, and everything that waits for a moment of this while pass. */
async function pass(ms = WHILE_MS): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    mock.timers.tick(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

for (const [what, made] of Object.entries({
  list: () => {
    const list = new ThreadList(api, 'acme', 'ann', 'main');
    leave = () => list.end();
    return list;
  },
  'git of a thread': () => {
    const git = gitOf(new ThreadStore(api, { client: 'acme', user: 'ann', thread: 'main' }));
    leave = git.watch();
    return git;
  },
})) {
  for (const status of [0, 429, 503]) {
    test(`the ${what} that was refused for now (${status || 'no answer'}) is read again until it is not`, async () => {
      mock.timers.enable({ apis: ['setTimeout'] });
      refuses = status;
      const it = made();
      void it.read();
      await pass();
      assert.notEqual(it.problem, '');
      refuses = undefined;
      await pass();
      assert.equal(it.problem, '');
      const before = asked;
      await pass();
      assert.equal(asked, before);
    });
  }

  test(`the ${what} is asked for less and less often, and then as before`, async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const it = made();
    await it.read();
    const once = asked;
    refuses = 503;
    await it.read();
    const before = asked;
    await pass();
    assert.ok(asked - before > 4 && asked - before <= 6 * once, `${asked - before}`);
    refuses = undefined;
    window.dispatchEvent(new Event('online'));
    await pass();
    refuses = 503;
    await it.read();
    const again = asked;
    await pass(4000);
    assert.ok(asked > again);
  });

  test(`one that was read by other means waits no more: the ${what}`, async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const it = made();
    refuses = 503;
    await it.read();
    refuses = undefined;
    await it.read();
    const before = asked;
    await pass();
    assert.equal(asked, before);
  });

  test(`the ${what} is read again when the network is back`, async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const it = made();
    await it.read();
    const before = asked;
    window.dispatchEvent(new Event('online'));
    await pass();
    assert.ok(asked > before);
  });

  for (const [why, status, end] of [
    ['it is refused for good', 403, () => undefined],
    ['nobody sees the page', 503, () => Object.assign(document, { visibilityState: 'hidden' })],
    ['nobody shows it any more', 503, () => leave()],
  ] as const) {
    test(`the ${what} is not read again where ${why}`, async () => {
      mock.timers.enable({ apis: ['setTimeout'] });
      refuses = status;
      const it = made();
      end();
      await it.read();
      const before = asked;
      await pass();
      assert.equal(asked, before);
    });
  }

  test(`the ${what} that waits to be read again waits no more when it is left`, async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    refuses = 503;
    const it = made();
    await it.read();
    leave();
    const before = asked;
    await pass();
    assert.equal(asked, before);
  });
}
