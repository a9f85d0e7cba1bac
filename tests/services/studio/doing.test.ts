// What is under way for a preview, while its conversation is shown and while another is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Api } from '../../../services/studio/src/core/api.ts';
import { ThreadStore } from '../../../services/studio/src/core/thread.ts';
import { Doing } from '../../../services/studio/src/preview/doing.ts';

const api = new Api(new URL('http://127.0.0.1/'));
const store = (thread: string) => new ThreadStore(api, { client: 'acme', user: 'ann', thread });

function two() {
  const [one, other] = [store('one'), store('other')];
  const seen = { thread: one, updates: 0 };
  const doing = new Doing({ requestUpdate: () => (seen.updates += 1) }, () => seen.thread);
  const told: string[] = [];
  const begun: string[] = [];
  const begin = (what: string) => {
    let end: (error?: string) => void = () => undefined;
    const work = () => {
      begun.push(what);
      return new Promise<void>((resolve, reject) => {
        end = (error) => (error ? reject(error) : resolve());
      });
    };
    const over = doing.begin(work, (error) => told.push(`${what}: ${error}`));
    return { end, over };
  };
  return { one, other, seen, doing, told, begun, begin };
}

test('one thing at a time is done for a thread, and what went wrong is told', async () => {
  const { seen, doing, told, begun, begin } = two();
  const build = begin('build');
  await begin('restart').over;
  assert.deepEqual([begun, doing.isBusy, seen.updates], [['build'], true, 1]);
  build.end('no');
  await build.over;
  assert.deepEqual([told, doing.isBusy, seen.updates], [['build: no'], false, 2]);
  begin('restart');
  assert.deepEqual(begun, ['build', 'restart']);
});

test('what is under way for one thread is nothing to another, which begins as if it were not', async () => {
  const { one, other, seen, doing, told, begun, begin } = two();
  const build = begin('build');
  seen.thread = other;
  assert.equal(doing.isBusy, false);
  const start = begin('start');
  assert.deepEqual([begun, doing.isBusy], [['build', 'start'], true]);
  build.end('no');
  await build.over;
  assert.deepEqual([told, doing.isBusy], [[], true]);
  start.end();
  await start.over;
  assert.equal(doing.isBusy, false);
  seen.thread = one;
  assert.equal(doing.isBusy, false);
});

test('who comes back while it is under way finds it so, and is told of its end', async () => {
  const { one, other, seen, doing, told, begin } = two();
  const build = begin('build');
  seen.thread = other;
  seen.thread = one;
  assert.equal(doing.isBusy, true);
  build.end('no');
  await build.over;
  assert.deepEqual([told, doing.isBusy], [['build: no'], false]);
});
