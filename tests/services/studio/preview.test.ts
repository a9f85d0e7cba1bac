// What the pane of the preview shows, and what it takes from the page in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Preview } from '../../../services/studio/src/core/api.ts';
import { addressOf, leadingTo } from '../../../services/studio/src/preview/address.ts';
import { Frame } from '../../../services/studio/src/preview/frame.ts';
import { read } from '../../../services/studio/src/preview/protocol.ts';
import { mending, type Sight, sceneOf } from '../../../services/studio/src/preview/scene.ts';
import { fit } from '../../../services/studio/src/preview/widths.ts';

const SITE = 'http://p.localhost:4321';
const said = (facts: object) => read({ source: 'nurseryd', version: 1, ...facts });
const preview = (facts: Partial<Preview>): Preview => ({
  id: 'p', clientId: 'c', userId: 'u', threadId: 't', state: 'ready', reason: '', progress: null,
  error: null, clients: 0, memory: 0, built: null, url: SITE, ...facts,
});
const sight = (facts: Partial<Sight>): Sight => ({
  exists: true, watching: false, which: 'dev', preview: null, built: null, transfer: null, loaded: false, ...facts,
});
const error = { message: 'no such thing', file: 'src/x.astro', line: 3, column: 1, frame: '> 3 | x' };

test('an address is one of the site, however it is written', () => {
  const cases: [string, string | undefined][] = [
    ['/about', '/about'], ['about', '/about'], [' about?x=1#y ', '/about?x=1#y'],
    ['#there', '/blog/one#there'], ['../two', '/two'], ['?page=2', '/blog/one?page=2'],
    [`${SITE}/whole`, '/whole'], ['http://elsewhere.example/', undefined],
    ['//elsewhere.example/', undefined], ['javascript:alert(1)', undefined], ['', '/'],
  ];
  for (const [typed, address] of cases) {
    assert.equal(addressOf(typed, SITE, '/blog/one'), address, typed);
  }
});

test('a link leads to another page of its site and to no other site', () => {
  const link = `${SITE}/?ticket=abc`;
  assert.equal(leadingTo(link, '/a?b=c#d'), `${SITE}/a?ticket=abc&b=c#d`);
  assert.equal(leadingTo(link, '//elsewhere.example/a'), link);
});

test('a device is as wide as it is, and no larger than the pane', () => {
  assert.deepEqual(fit('full', 700, 500), { width: 700, height: 500, scale: 1 });
  assert.deepEqual(fit('phone', 700, 1000), { width: 390, height: 844, scale: 1 });
  assert.deepEqual(fit('tablet', 410, 500), { width: 820, height: 1000, scale: 0.5 });
  assert.deepEqual(fit('phone', 0, 0), { width: 0, height: 0, scale: 1 });
});

test('what is under way is said, with its share where that is known', () => {
  const kinds = (facts: Partial<Sight>) => {
    const { cover } = sceneOf(sight(facts));
    return cover && [cover.kind, cover.value, cover.whole];
  };
  const clone = { what: 'clone' as const, done: 1, total: 4, bytes: 9 };
  assert.deepEqual(kinds({ exists: false }), ['nothing', null, true]);
  assert.deepEqual(kinds({ watching: true }), ['nothing', null, true]);
  assert.deepEqual(kinds({ exists: false, transfer: clone }), ['clone', 0.25, true]);
  assert.deepEqual(kinds({ transfer: { ...clone, total: 0 } }), ['clone', null, true]);
  assert.deepEqual(kinds({ transfer: { ...clone, what: 'push' } }), ['absent', null, true]);
  const installing = preview({ state: 'installing', progress: 0.5 });
  assert.deepEqual(kinds({ preview: installing }), ['install', 0.5, true]);
  assert.deepEqual(kinds({ preview: { ...installing, progress: 7 } as never }), ['install', null, true]);
  assert.deepEqual(kinds({ preview: preview({ state: 'starting' }), loaded: true }), ['start', null, false]);
  assert.deepEqual(kinds({ preview: preview({ state: 'asleep' }), loaded: true }), ['asleep', null, false]);
  assert.equal(kinds({ preview: preview({}) }), null);
  assert.deepEqual(kinds({ which: 'built', preview: preview({}) }), ['unbuilt', null, true]);
  assert.equal(kinds({ which: 'built', built: preview({}) }), null);
});

test('an error is told with its place, and a server that ended with its reason', () => {
  assert.equal(sceneOf(sight({ preview: preview({}) })).broken, null);
  assert.deepEqual(sceneOf(sight({ preview: preview({ error }) })).broken, { ended: false, error });
  const ended = sceneOf(sight({ preview: preview({ state: 'failed', reason: 'no lock file' }) })).broken;
  assert.equal(ended?.ended, true);
  assert.equal(ended?.error.message, 'no lock file');
  assert.equal(sceneOf(sight({ preview: preview({ state: 'starting', error }) })).broken, null);
  assert.equal(mending('Fix:', error), 'Fix: no such thing\nsrc/x.astro:3\n\n> 3 | x');
});

test('of what a page says only what is of the right type and length is taken', () => {
  assert.equal(read(null), undefined);
  assert.equal(read('here'), undefined);
  assert.equal(read({ source: 'nurseryd', version: 2, type: 'here' }), undefined);
  assert.equal(said({ type: 'constructor' }), undefined);
  for (const address of [undefined, 7, '//elsewhere.example', 'javascript:1', `/${'x'.repeat(3000)}`]) {
    assert.equal(said({ type: 'page', address }), undefined);
  }
  assert.deepEqual(said({ type: 'page', address: '/a', title: {}, back: 'yes' }), {
    type: 'page', address: '/a', title: '', back: false, forward: false,
  });
  const selection = { file: 'a.astro', line: -1, column: 2.5, html: 'x'.repeat(9999), extra: 1 };
  const picked = said({ type: 'picked', selection });
  assert.deepEqual(picked, {
    type: 'picked', tag: '', text: '',
    selection: { file: 'a.astro', line: null, column: null, html: 'x'.repeat(2000) },
  });
  assert.equal(said({ type: 'picked', selection: { ...selection, file: '' } }), undefined);
  assert.equal(said({ type: 'problem', message: '' }), undefined);
});

function framed() {
  const told: unknown[] = [];
  const picked: unknown[] = [];
  const contentWindow = { postMessage: (message: object) => told.push(message) };
  const element = { contentWindow, src: '', focus() {} } as unknown as HTMLIFrameElement;
  const host = { addController() {}, removeController() {}, requestUpdate() {}, updateComplete: Promise.resolve(true) };
  const events = new EventTarget();
  (globalThis as { window?: unknown }).window = events;
  const frame = new Frame(host, () => element, (one) => picked.push(one));
  frame.hostConnected();
  frame.load(`${SITE}/?ticket=abc`);
  const post = (data: object, origin = SITE, source: unknown = contentWindow) =>
    events.dispatchEvent(Object.assign(new Event('message'), {
      data: { source: 'nurseryd', version: 1, ...data }, origin, source,
    }));
  return { frame, told, picked, post };
}

const page = { type: 'page', address: '/a', title: 'A', back: true, forward: false };
const choice = { type: 'picked', selection: { file: 'a.astro', line: 1, column: 1, html: '<p>' } };

test('only the page in the frame is heard, and it is greeted', () => {
  const { frame, told, post } = framed();
  post({ type: 'here' }, 'http://elsewhere.example');
  post({ type: 'here' }, SITE, {});
  assert.equal(frame.isAlive, false);
  post({ type: 'here' });
  assert.deepEqual(told, [{ source: 'nurseryd', version: 1, type: 'hello' }]);
  post({ ...page }, 'http://elsewhere.example');
  assert.equal(frame.page === null, true);
  // What listens is still to be loaded: a word more would be lost.
  frame.pick(true);
  assert.deepEqual([frame.isAlive, told.length], [false, 1]);
  post({ ...page });
  assert.equal(frame.page?.address, '/a');
  frame.pick(true);
  assert.deepEqual(told[1], { source: 'nurseryd', version: 1, type: 'pick', on: true });
  post({ type: 'here' });
  assert.equal(frame.isAlive, false);
});

test('a page that has gone is told nothing, until one says again where it is', () => {
  const { frame, told, post } = framed();
  post({ type: 'here' });
  post({ ...page });
  frame.pick(true);
  post({ type: 'picking', on: true });
  post({ type: 'gone' }, SITE, {});
  post({ type: 'gone' }, 'http://elsewhere.example', null);
  assert.equal(frame.isAlive, true);
  post({ type: 'gone' }, SITE, null);
  const before = told.length;
  assert.deepEqual([frame.send({ type: 'reload' }), told.length], [false, before]);
  assert.deepEqual([frame.isAlive, frame.isThere, frame.isPicking], [false, false, false]);
  assert.equal(frame.page?.address, '/a');
  post({ ...page }, SITE, null);
  assert.equal(frame.isAlive, false);
  post({ ...page });
  assert.equal(frame.send({ type: 'reload' }), true);
});

test('a page picks nothing by itself', () => {
  const { frame, picked, post } = framed();
  post({ type: 'here' });
  post({ ...page });
  post(choice);
  post({ type: 'picking', on: true });
  post(choice);
  assert.deepEqual([picked.length, frame.isPicking], [0, false]);
  frame.pick(true);
  post({ type: 'picking', on: true });
  assert.equal(frame.isPicking, true);
  post(choice);
  post(choice);
  assert.deepEqual([picked.length, frame.isPicking], [1, false]);
});

test('errors of a page are counted until it is loaded again', () => {
  const { frame, post } = framed();
  post({ type: 'here' });
  post({ type: 'problem', message: 'one' });
  post({ type: 'problem', message: 'two', file: 'src/a.js', line: 4 });
  assert.deepEqual([frame.problems, frame.problem?.message, frame.problem?.line], [2, 'two', 4]);
  frame.dismiss();
  assert.equal(frame.problem, null);
  post({ type: 'here' });
  assert.equal(frame.problems, 0);
});
