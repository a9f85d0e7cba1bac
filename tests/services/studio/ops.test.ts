// What the operator's page makes of the stream, of numbers, and of lines of logs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogLine, Service } from '../../../services/studio/src/core/api.ts';
import { warning } from '../../../services/studio/src/ops/commanding.ts';
import {
  ailing, fold, MOST_EVENTS, MOST_SAMPLES, NOTHING, series,
} from '../../../services/studio/src/ops/fold.ts';
import { appended, found, gapOf, lineOf, MOST_LINES, pieces } from '../../../services/studio/src/ops/lines.ts';
import { area, line, parts, pointed, scale, stairs, windowOf } from '../../../services/studio/src/ops/plotting.ts';
import { bytes, percent } from '../../../services/studio/src/ops/telling.ts';

const service = (name: string, more: Partial<Service> = {}) =>
  ({ name, state: 'RUNNING', healthy: null, failed: false, ...more }) as Service;
const taken = (cores: number, memory: number) => ({ cores, memory, cpu: 1, processes: 1 });
const history = {
  at: [10, 20], restarts: [0, 1],
  services: { nurseryd: { first: 0, cores: [0, 0.5], memory: [100, 110] }, a: { first: 1, cores: [1], memory: [7] } },
};

test('services are replaced, kept in their order, and vanish', () => {
  let ops = fold(NOTHING, 'snapshot', { services: [service('a'), service('b')] });
  ops = fold(ops, 'changed', { service: service('a', { state: 'FATAL' }) });
  ops = fold(ops, 'changed', { service: service('c') });
  assert.deepEqual([...ops.services.values()].map((it) => [it.name, it.state]), [
    ['a', 'FATAL'], ['b', 'RUNNING'], ['c', 'RUNNING'],
  ]);
  ops = fold(ops, 'vanished', { name: 'b' });
  assert.deepEqual([...ops.services.keys()], ['a', 'c']);
  assert.deepEqual([...fold(ops, 'snapshot', { services: [] }).services.keys()], []);
});

test('an event of a type that is not known changes nothing', () => {
  assert.equal(fold(NOTHING, 'whatever', {}), NOTHING);
});

test('only so many events are kept', () => {
  let ops = fold(NOTHING, 'past', { events: [{ service: 'first' }] });
  for (let n = 0; n < MOST_EVENTS; n += 1) ops = fold(ops, 'happened', { service: `${n}` });
  assert.equal(ops.events.length, MOST_EVENTS);
  assert.equal(ops.events[0]?.service, '0');
});

test('columns are as long as there are times, and a sample is one more', () => {
  let ops = fold(NOTHING, 'history', history);
  assert.deepEqual(ops.history.services.get('a'), { cores: [null, 1], memory: [null, 7] });
  ops = fold(ops, 'sample', { at: 20, restarts: 1, services: { a: taken(1, 7) } });
  assert.deepEqual(ops.history.at, [10, 20], 'the last one is told again');
  ops = fold(ops, 'sample', { at: 30, restarts: 0, services: { nurseryd: taken(0.1, 120), b: taken(2, 5) } });
  assert.deepEqual(ops.history.at, [10, 20, 30]);
  assert.deepEqual(ops.history.services.get('a')?.cores, [null, 1, null]);
  assert.deepEqual(ops.history.services.get('b')?.cores, [null, null, 2]);
  assert.deepEqual(series(ops.history, 'cores', ''), [0, 1.5, 2.1]);
  assert.deepEqual(series(ops.history, 'memory', 'a'), [null, 7, null]);
  assert.deepEqual(series(ops.history, 'memory', 'nobody'), [null, null, null]);
});

test('an hour is kept, and of what was not there in it nothing', () => {
  let ops = fold(NOTHING, 'history', history);
  for (let n = 0; n < MOST_SAMPLES; n += 1) {
    ops = fold(ops, 'sample', { at: 30 + n, restarts: 0, services: { nurseryd: taken(0, 1) } });
  }
  assert.equal(ops.history.at.length, MOST_SAMPLES);
  assert.deepEqual([...ops.history.services.keys()], ['nurseryd']);
});

test('turns go on from step to step', () => {
  let ops = fold(NOTHING, 'turns', { at: [0, 100], turns: [0, 1] });
  ops = fold(ops, 'working', { at: 200, turns: 2 });
  assert.deepEqual(ops.turns, { at: [0, 100, 200], turns: [0, 1, 2] });
  ops = fold(ops, 'working', { at: 3750, turns: 0 });
  assert.deepEqual(ops.turns.at, [100, 200, 3750], 'with what the hour began with');
});

test('the worst comes first', () => {
  const all = [
    service('fine'), service('ill', { healthy: false }), service('dead', { state: 'FATAL' }),
    service('again', { state: 'BACKOFF' }), service('done', { state: 'EXITED' }),
  ];
  assert.deepEqual(ailing(all).map((it) => it.name), ['dead', 'again', 'ill']);
});

test('a plot shows the hour, or as much as is known', () => {
  assert.deepEqual(windowOf(undefined, 10_000), { from: 9700, to: 10_000 });
  assert.deepEqual(windowOf(9000, 10_000), { from: 9000, to: 10_000 });
  assert.deepEqual(windowOf(1, 10_000), { from: 6400, to: 10_000 });
});

test('scales end with round numbers', () => {
  assert.deepEqual(scale(0), { top: 1, steps: [0, 1] });
  assert.equal(scale(2.28).top, 2.5);
  assert.equal(scale(17).top, 20);
  assert.deepEqual(scale(5, 'whole').steps, [0, 5], 'there is no half of a restart');
  assert.deepEqual(scale(4, 'whole').steps, [0, 2, 4]);
  assert.equal(scale(300 * 2 ** 20, 'binary').top, 384 * 2 ** 20);
  assert.equal(scale(2 ** 30, 'binary').top, 2 ** 30);
});

test('a line has gaps, stairs go on to the end, and areas are closed', () => {
  const window = { from: 0, to: 100 };
  const points = [{ at: 0, value: 0 }, { at: 50, value: 10 }, { at: 60, value: null }, { at: 100, value: 5 }];
  assert.equal(line(points, window, 10, 200, 100), 'M0.0 100.0L100.0 0.0M200.0 50.0');
  const steps = [{ at: -50, value: 1 }, { at: 50, value: 2 }];
  assert.equal(stairs(steps, window, 2, 100, 10), 'M0.0 5.0L50.0 5.0L50.0 0.0L100.0 0.0');
  assert.equal(area('M0 5L50 6M60 1', 10), 'M0 10L0 5L50 6L50 10ZM60 10L60 1L60 10Z');
});

test('values are put together by parts of time', () => {
  const points = [{ at: 5, value: 1 }, { at: 15, value: 2 }, { at: 60, value: 4 }, { at: -1, value: 9 }];
  const sums = parts(points, { from: 0, to: 100 }, 2, 'sum');
  assert.deepEqual(sums, [{ at: 0, value: 3 }, { at: 50, value: 4 }]);
  assert.deepEqual(parts(points, { from: 0, to: 100 }, 4, 'most').map((it) => it.value), [2, null, 4, null]);
  assert.equal(pointed(points.slice(0, 3), 30)?.value, 2);
});

test('who stops what is essential, or what serves the page, is told before', () => {
  const stop = { verb: 'stop', service: 'api' } as const;
  assert.match(warning(stop, true, ''), /essential/);
  assert.equal(warning(stop, false, ''), '');
  assert.match(warning({ ...stop, verb: 'restart' }, false, 'api'), /serves this page/);
  assert.equal(warning({ ...stop, verb: 'start' }, true, 'api'), '');
});

test('numbers are as people read them', () => {
  assert.deepEqual([0, 1023, 5_000_000, 3 * 2 ** 30].map(bytes), ['0 B', '1 KB', '4.8 MB', '3.0 GB']);
  assert.deepEqual([0, 0.004, 0.5, 1.5].map(percent), ['0 %', '0.4 %', '50 %', '150 %']);
});

const said = (text: string, stream = 'stdout') => lineOf({ id: text, at: null, stream, text } as LogLine);

test('a line is as bad as it says, and a record is told as a sentence', () => {
  assert.equal(said('TypeError: x is not a function').level, 'error');
  assert.equal(said('[WARN] deprecated').level, 'warning');
  assert.equal(said('terror and warner').level, 'info');
  assert.equal(said('{"event":"x","level":"warning"}').level, 'warning');
  assert.equal(
    said('{"event":"service changed","level":"info","service":"a","reason":"gave up","n":2}').text,
    'service changed  service=a  reason="gave up"  n=2',
  );
  assert.equal(said('{"a": 1}').text, '{"a": 1}');
  assert.equal(said('{broken').text, '{broken');
});

test('nothing of a line steers anything', () => {
  assert.equal(said('\u001b[31mred\u001b[0m\u0007 \u001b]0;x').text, 'red 0;x');
  assert.equal(said('<img src=x onerror=alert(1)>').text, '<img src=x onerror=alert(1)>');
  assert.equal(said('rm \u202e1.gol\u009b2J').text, 'rm \\u{202e}1.gol\\u{9b}2J');
  const record = JSON.stringify({ event: 'one\n\u001b[2Jtwo\u200b', level: 'info' });
  assert.equal(said(record).text, 'one\ntwo\\u{200b}');
});

test('lines are found whatever their case, and those of one stream', () => {
  const all = [said('Hello World'), said('bye', 'stderr'), gapOf({ lines: 3, anew: false }, '7')];
  assert.deepEqual(found(all, { text: 'WORLD', stream: '' }), [all[0]]);
  assert.deepEqual(found(all, { text: '', stream: 'stderr' }), all.slice(1));
  assert.deepEqual(pieces('a-b-A', 'a'), ['', 'a', '-b-', 'A', '']);
  assert.deepEqual(pieces('abc', ''), ['abc']);
  assert.deepEqual(pieces('İ ab', 'a'), ['İ ab'], 'no wrong letters are marked');
});

test('only so many lines are kept', () => {
  const many = Array.from({ length: MOST_LINES }, (_, n) => said(`${n}`));
  const kept = appended(many, [said('last')]);
  assert.equal(kept.length, MOST_LINES);
  assert.equal(kept.at(-1)?.key, 'last');
});
