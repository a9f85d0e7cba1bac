// What the element and the frame tell, and when they ask for another token.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, written } from '../../../services/studio/src/embed/protocol.ts';
import { renewIn } from '../../../services/studio/src/core/renewal.ts';
import { news } from '../../../services/studio/src/embed/turns.ts';

const own = { source: 'nurseryd', version: 1 };

test('the page around may say these things and no others', () => {
  for (const said of [
    { type: 'hello' },
    { type: 'cancel' },
    { type: 'token', token: 'nt1.x' },
    { type: 'ask', text: 'Say <b>hello</b>.' },
    { type: 'open', thread: 't1' },
  ]) {
    assert.deepEqual(read({ ...own, ...said, more: 1 }), said);
    assert.equal(read({ ...own, version: 2, ...said }), undefined);
    assert.equal(read({ version: 1, ...said }), undefined);
  }
  for (const said of [
    { type: 'token' },
    { type: 'token', token: 7 },
    { type: 'ask', text: '' },
    { type: 'ask', text: 'x'.repeat(20_001) },
    { type: 'open', thread: 'x'.repeat(65) },
    { type: 'open', thread: '..' },
    { type: 'open', thread: 'a/b' },
    { type: 'token', token: 'a token' },
    { type: 'ready' },
    { type: 'toString' },
    {},
  ]) {
    assert.equal(read({ ...own, ...said }), undefined, JSON.stringify(said).slice(0, 60));
  }
  for (const data of [undefined, null, 'hello', 7, []]) assert.equal(read(data), undefined);
});

test('what a frame says has its source and version', () => {
  const problem = { type: 'problem', status: 401, detail: 'no' } as const;
  assert.deepEqual(written(problem), { ...own, ...problem });
});

test('another token is asked for a minute ahead, or half of its time', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const at = (seconds: number) => new Date(now + seconds * 1000).toISOString();
  assert.equal(renewIn(at(600), now), 540_000);
  assert.equal(renewIn(at(60), now), 30_000);
  assert.equal(renewIn(at(0), now), 0);
  assert.equal(renewIn(at(-5), now), 0);
  assert.equal(renewIn(at(366 * 24 * 3600), now), 2 ** 31 - 1);
});

test('a turn is told of when its state is another, and none that had been there', () => {
  const turn = (id: string, state: string, commit: string | null = null, undone = false) =>
    ({ id, state, commit, undone, output: 'x' }) as never;
  const begun = news(undefined, [turn('1', 'committed', 'abc'), turn('2', 'running')]);
  assert.deepEqual(begun.told, []);
  const next = news(begun.known, [turn('1', 'committed', 'abc'), turn('2', 'committed', 'def'), turn('3', 'queued')]);
  assert.deepEqual(next.told, [
    { id: '2', state: 'committed', commit: 'def', undone: false },
    { id: '3', state: 'queued', commit: null, undone: false },
  ]);
  assert.deepEqual(news(next.known, [turn('1', 'committed', 'abc', true)]).told.length, 1);
  assert.deepEqual(news(next.known, [turn('3', 'queued')]).told, []);
});

test('earlier turns that come to be seen are no news until they are in another state', () => {
  const turn = (id: string, state = 'committed', undone = false) =>
    ({ id, state, commit: 'abc', undone }) as never;
  const begun = news(undefined, [turn('4')]);
  const next = news(begun.known, [turn('2'), turn('3'), turn('4'), turn('5')]);
  assert.deepEqual(next.told.map(({ id }) => id), ['5']);
  const undone = news(next.known, [turn('1'), turn('2', 'committed', true), turn('3'), turn('4'), turn('5')]);
  assert.deepEqual(undone.told.map(({ id }) => id), ['2']);
  const first = news(news(undefined, []).known, [turn('1'), turn('2')]);
  assert.deepEqual(first.told.map(({ id }) => id), ['1', '2']);
});
