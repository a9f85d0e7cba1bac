// The way to the live site.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marked, next, over, planned, retried } from '../../../services/studio/src/git/publishing.ts';

const ids = (clean: boolean, remote: boolean, way: 'review' | 'merge') =>
  planned(way, { git: { clean }, remote }).map(({ id }) => id);

test('each way has its steps, in their order', () => {
  assert.deepEqual(ids(true, true, 'review'), ['build', 'push']);
  assert.deepEqual(ids(false, true, 'review'), ['commit', 'build', 'push']);
  assert.deepEqual(ids(true, true, 'merge'), ['update', 'build', 'merge', 'push-default']);
  assert.deepEqual(ids(false, false, 'merge'), ['commit', 'update', 'build', 'merge']);
  assert.deepEqual(ids(true, false, 'review'), ['build']);
});

test('steps follow one another, and nothing follows a failure', () => {
  let steps = planned('review', { git: { clean: true }, remote: true });
  assert.equal(next(steps), 'build');
  steps = marked(steps, 'build', 'running');
  assert.equal(next(steps), undefined);
  steps = marked(steps, 'build', 'failed', 'no such file');
  assert.equal(next(steps), undefined);
  assert.equal(steps[0]?.told, 'no such file');
  steps = retried(steps);
  assert.equal(next(steps), 'build');
  steps = marked(steps, 'build', 'done');
  assert.equal(next(steps), 'push');
  assert.ok(!over(steps));
  steps = marked(steps, 'push', 'done');
  assert.equal(next(steps), undefined);
  assert.ok(over(steps));
});

test('what was done is not done again', () => {
  const steps = marked(planned('merge', { git: { clean: true }, remote: true }), 'update', 'done');
  assert.equal(next(retried(marked(steps, 'build', 'failed'))), 'build');
});

test('nothing is over before it began', () => assert.ok(!over([])));
