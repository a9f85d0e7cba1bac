// Who asks, and what a person is told of a token that an address brought.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Api } from '../../../services/studio/src/core/api.ts';
import { problemOf, whoAsks } from '../../../services/studio/src/core/session.ts';

test('each word that the server says is a sentence', () => {
  for (const word of ['expired', 'unknown', 'other', 'wait']) {
    assert.match(problemOf(`#problem=${word}`), /\.$/);
  }
});

test('a link puts no words of its own on the page', () => {
  for (const hash of ['', '#', '#problem=', '#problem=<b>', '#problem=toString', '#problem=expired!']) {
    assert.equal(problemOf(hash), '', hash);
  }
});

test('who asks is found out when the server answers, and why it does not is told until then', async () => {
  const answers = [
    () => Promise.reject(new TypeError('gone')),
    () => Promise.reject(new TypeError('gone')),
    () => Promise.resolve(Response.json({ detail: 'starting' }, { status: 503 })),
    () => Promise.resolve(Response.json({ scope: 'operator' })),
  ];
  mock.method(globalThis, 'fetch', () => answers.shift()?.());
  mock.method(globalThis, 'setTimeout', setImmediate); // no time passes
  const told: string[] = [];
  const asks = whoAsks(new Api(new URL('http://127.0.0.1/')), (why) => told.push(why));
  assert.equal((await asks)?.scope, 'operator');
  assert.deepEqual(told, ['the server does not answer; try again in a moment', 'starting']);
  mock.restoreAll();
});

test('somebody whose token is not known is nobody', async () => {
  mock.method(globalThis, 'fetch', async () => new Response('{}', { status: 401 }));
  assert.equal(await whoAsks(new Api(new URL('http://127.0.0.1/')), assert.fail), null);
  mock.restoreAll();
});
