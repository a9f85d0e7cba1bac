// When something was and how long it took, in words.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, lasting } from '../../../services/studio/src/core/times.ts';

const now = new Date('2026-03-01T12:00:00Z');
const before = (seconds: number) => ago(new Date(now.getTime() - seconds * 1000), now);

test('it is told in the largest unit of which there is one', () => {
  const told = {
    0: 'just now',
    59: 'just now',
    60: '1 minute ago',
    3599: '59 minutes ago',
    7200: '2 hours ago',
    86_400: 'yesterday',
    700_000: 'last week',
    40_000_000: 'last year',
  };
  for (const [seconds, words] of Object.entries(told)) assert.equal(before(Number(seconds)), words);
});

test('clocks that differ make no nonsense', () => {
  assert.equal(before(-20), 'just now');
  assert.equal(before(-120), 'in 2 minutes');
});

test('what lasts is told in two units at the most', () => {
  const told = (precisely: boolean, ...spans: number[]) => spans.map((it) => lasting(it, precisely));
  assert.deepEqual(told(false, -1, 59, 61, 7300, 90_000), ['0 s', '59 s', '1 min', '2 h 1 min', '1 d 1 h']);
  assert.deepEqual(told(true, 0.44, 59.4, 125, 7300), ['0.4 s', '59 s', '2 min 5 s', '2 h 1 min']);
});
