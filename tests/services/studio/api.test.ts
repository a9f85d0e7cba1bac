// What a page asks the API, and what becomes of it when nobody answers.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Api, Problem } from '../../../services/studio/src/core/api.ts';

const api = new Api(new URL('http://127.0.0.1/'));
const path = { client: 'acme', user: 'ada', thread: 'first' };
const gone = () => Promise.reject(new TypeError('Failed to fetch'));
let asked: string[];
let answers: (() => Promise<Response>)[];

beforeEach(() => {
  asked = [];
  answers = [];
  mock.method(globalThis, 'setTimeout', setImmediate); // no time passes
  mock.method(globalThis, 'fetch', async (_url: URL, { method, signal }: RequestInit) => {
    asked.push(String(method));
    signal?.throwIfAborted();
    return answers.shift()?.();
  });
});

afterEach(() => mock.restoreAll());

test('what is lost while it is read is read again', async () => {
  answers = [gone, () => Promise.resolve(Response.json({ scope: 'operator' }))];
  assert.equal((await api.ask('GET /v1/session', {})).scope, 'operator');
  assert.deepEqual(asked, ['GET', 'GET']);
});

test('who does not answer twice is said not to answer', async () => {
  answers = [gone, gone];
  await assert.rejects(api.ask('GET /v1/session', {}), (error) => error instanceof Problem && error.status === 0);
  assert.deepEqual(asked, ['GET', 'GET']);
});

test('what changes something is asked once', async () => {
  answers = [gone];
  await assert.rejects(
    api.ask('PATCH /v1/threads/{client}/{user}/{thread}', { path, body: { title: 'Home' } }),
    (error) => error instanceof Problem && error.status === 0,
  );
  assert.deepEqual(asked, ['PATCH']);
});

test('nobody who has left meanwhile is told', async () => {
  const leaving = new AbortController();
  answers = [() => {
    leaving.abort();
    return gone();
  }];
  await assert.rejects(api.ask('GET /v1/session', { signal: leaving.signal }), { name: 'AbortError' });
});
