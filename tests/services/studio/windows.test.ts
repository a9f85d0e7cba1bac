// What changes in one window, as the others hear of it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Api } from '../../../services/studio/src/core/api.ts';
import { ThreadStore } from '../../../services/studio/src/core/thread.ts';
import { gitOf } from '../../../services/studio/src/git/state.ts';
import { ThreadList } from '../../../services/studio/src/threads/list.ts';

const api = new Api(new URL('http://127.0.0.1/'));
let refuses = false;

beforeEach(() => {
  refuses = false;
  Object.assign(globalThis, { window: new EventTarget() });
  mock.method(globalThis, 'fetch', async () =>
    refuses ? new Response('{}', { status: 503 }) : Response.json({
      git: {}, workspace: {}, diff: { files: [], truncated: false }, commits: [], threads: [],
      thread: { threadId: 'main' },
    }));
});
afterEach(() => mock.restoreAll());

test('what is done is told to other windows, though nobody looks at it any more', async () => {
  const state = gitOf(new ThreadStore(api, { client: 'acme', user: 'ann', thread: 'main' }));
  const other = new BroadcastChannel('nu-git acme/ann/main');
  const heard = once(other, 'message');
  const leave = state.watch();
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
  refuses = true;
  await list.read();
  assert.notEqual(list.problem, '');
  refuses = false;
  await list.read();
  assert.equal(list.problem, '');
  assert.equal(list.threads?.length, 1);
  list.end();
});
