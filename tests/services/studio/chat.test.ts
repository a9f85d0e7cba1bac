// What the chat decides by itself: words for states and money, what is offered, recalled and taken.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { offered } from '../../../services/studio/src/chat/actions.ts';
import { errorsOf, factsOf, moneyOf, stateOf } from '../../../services/studio/src/chat/facts.ts';
import { admitted } from '../../../services/studio/src/chat/images.ts';
import { recalled } from '../../../services/studio/src/chat/recall.ts';
import { Saying } from '../../../services/studio/src/chat/saying.ts';
import { pointed } from '../../../services/studio/src/chat/selection.ts';
import { Keys } from '../../../services/studio/src/chat/sending.ts';
import type { Turn, UsageSummary } from '../../../services/studio/src/core/api.ts';

const [kept, done] = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')).turns as [Turn, Turn];
const cancelled: Turn = { ...kept, leftover: 'offered', commit: null };

test('a state is a word, and says what became of the work', () => {
  assert.equal(stateOf(done), 'done');
  assert.equal(stateOf({ ...done, undone: true }), 'undone');
  assert.equal(stateOf({ ...done, commit: null }), 'done, nothing was changed');
  assert.equal(stateOf({ ...done, commit: null, mode: 'plan' }), 'done');
  assert.equal(stateOf(cancelled), 'cancelled');
  assert.equal(stateOf(kept), 'cancelled, what it had changed was kept');
  assert.equal(stateOf({ ...done, state: 'verifying' }), 'checking');
});

test('the facts are what is known', () => {
  const usage = { ...done.usage, inputTokens: 1200, outputTokens: 34, cost: 0.0123, model: 'm' };
  const times = { started: '2026-01-01T00:00:00Z', finished: '2026-01-01T00:01:05Z' };
  assert.deepEqual(factsOf({ ...done, ...times, usage }), ['1 min 5 s', '$0.0123', '1,234 tokens', 'm']);
  assert.deepEqual(factsOf({ ...done, started: null, usage: { ...usage, cost: 0, inputTokens: 0, outputTokens: 0 } }), []);
});

test('a mistake is told once, and not after the work was decided about', () => {
  const broken = [{ message: 'oops', file: '', line: null, column: null, frame: '' }];
  assert.deepEqual(errorsOf({ ...done, error: 'it shows oops', broken }), ['it shows oops']);
  assert.deepEqual(errorsOf({ ...done, error: null, broken }), ['oops']);
  assert.deepEqual(errorsOf({ ...done, ended: false, broken }), []);
  assert.deepEqual(errorsOf({ ...cancelled, error: 'keep it or drop it' }), ['keep it or drop it']);
  assert.deepEqual(errorsOf({ ...kept, error: 'it was cancelled' }), []);
});

test('a turn offers what can be done about it', () => {
  assert.deepEqual(offered({ ...done, ended: false }), ['cancel']);
  assert.deepEqual(offered(done), ['undo']);
  assert.deepEqual(offered({ ...done, undone: true }), ['redo']);
  assert.deepEqual(offered(cancelled), ['keep', 'drop']);
  assert.deepEqual(offered(kept), ['undo']);
  assert.deepEqual(offered({ ...cancelled, leftover: 'dropped' }), ['again']);
  assert.deepEqual(offered({ ...done, commit: null }), []);
  assert.deepEqual(offered({ ...done, commit: null, mode: 'plan' }), ['carryOut']);
});

test('what is left is the least of both budgets', () => {
  const of = (thread: number | null, leftToday: number | null) => ({
    threads: [{ threadId: 'first', cost: 1.5 }], budgets: { thread, leftToday },
  }) as UsageSummary;
  assert.deepEqual(moneyOf(of(null, null), 'first'), ['$1.50 in this conversation']);
  assert.deepEqual(moneyOf(of(2, 9), 'first'), ['$1.50 in this conversation', '$0.5000 left']);
  assert.deepEqual(moneyOf(of(null, 9), 'other'), ['$9.00 left']);
  assert.deepEqual(moneyOf(of(1, 9), 'first').at(-1), 'nothing is left of the budget');
});

test('earlier instructions come back one by one, and words of one’s own are never lost', () => {
  const said = ['one', 'two', 'two'];
  const last = recalled(said, '', -1, null);
  assert.deepEqual(last, { at: 1, text: 'two' });
  assert.deepEqual(recalled(said, 'two', -1, last!.at), { at: 0, text: 'one' });
  assert.deepEqual(recalled(said, 'one', -1, 0), null);
  assert.deepEqual(recalled(said, 'one', 1, 0), { at: 1, text: 'two' });
  assert.deepEqual(recalled(said, 'two', 1, 1), { at: 2, text: '' });
  assert.equal(recalled(said, 'two, but better', -1, 1), null);
  assert.equal(recalled(said, 'mine', -1, null), null);
  assert.equal(recalled([], '', -1, null), null);
  assert.equal(recalled(said, '', 1, null), null);
});

test('what is put into the box stands below a person’s own words, and one of it at a time', () => {
  const saying = new Saying();
  assert.equal(saying.put('fix it', ' \n'), 'fix it');
  assert.equal(saying.put('fix that', 'fix it'), 'fix that');
  const both = saying.put('fix it', 'fix that, but gently\n');
  assert.equal(both, 'fix that, but gently\n\nfix it');
  assert.equal(saying.put('fix that', both), 'fix that, but gently\n\nfix that');
  assert.equal(saying.put('fix it', ''), 'fix it');
});

test('images are taken that a model takes, four of 5 MB at most', () => {
  const file = (name: string, type = 'image/png', size = 10) => ({ name, type, size });
  const names = (files: { name: string }[]) => files.map(({ name }) => name);
  const few = admitted([file('a'), file('b.svg', 'image/svg+xml'), file('c', 'image/webp', 6e6)], 0);
  assert.deepEqual(names(few.taken), ['a']);
  assert.match(few.problem, /b\.svg is no image/);
  const many = admitted(['a', 'b', 'c'].map((name) => file(name)), 2);
  assert.deepEqual(names(many.taken), ['a', 'b']);
  assert.match(many.problem, /4 images at most/);
  assert.match(admitted([file('big', 'image/png', 5 * 1024 * 1024 + 1)], 0).problem, /larger than 5 MB/);
  assert.equal(admitted([file('fits', 'image/png', 5 * 1024 * 1024)], 0).problem, '');
});

test('the same instruction has the same key until an answer came', () => {
  const keys = new Keys();
  const key = keys.of('a');
  assert.match(key, /^[0-9a-f]{32}$/);
  keys.answered(0);
  assert.equal(keys.of('a'), key);
  keys.answered(502);
  assert.equal(keys.of('a'), key);
  keys.answered(409);
  const next = keys.of('a');
  assert.notEqual(next, key);
  assert.notEqual(keys.of('b'), next);
});

test('an element is called by its tag and its place', () => {
  assert.equal(pointed({ file: 'src/pages/index.astro', line: 12, html: '<H1 class="x">A' }), '<h1> src/pages/index.astro:12');
  assert.equal(pointed({ file: 'a.astro', line: null, html: 'no tag' }), 'a.astro');
  assert.equal(pointed({ file: 'a\u202ex.astro', line: 1, html: '' }), 'a\\u{202e}x.astro:1');
});
