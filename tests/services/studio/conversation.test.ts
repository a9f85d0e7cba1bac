// What a conversation is after turns were read and events were heard, as a simulation's turn has them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  begun, type Conversation, empty, going, type Heard, heard, more, read,
} from '../../../services/studio/src/core/conversation.ts';
import type { Turn } from '../../../services/studio/src/core/api.ts';

const recorded = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8'));
type Event = Heard & { type: string };
const events: Event[] = recorded.events;
const [cancelled, edited] = recorded.turns as [Turn, Turn];
const ANSWER = 'I changed the heading of the home page from “Grow something you will love” to “Told”.';

const hear = (conversation: Conversation, told: readonly Event[]) =>
  told.reduce((so, event) => heard(so, event.type, event).next, conversation);
const running = (turn: Turn): Turn => ({ ...turn, ended: false, state: 'running', output: '', files: [] });
const event = (type: string, rest: object) => ({ id: 99, time: 1, type, turn: 'a', ...rest });
const turnOf = (id: string, firstEvent = 1): Turn => ({ ...edited, id, firstEvent });

test('all of a turn that goes on comes by its events, in their order', () => {
  const all = hear(begun([running(edited)], 4, 50), events.filter(({ id }) => id <= 19));
  assert.equal(all.seen, 19);
  const told = all.told.get(edited.id)!;
  assert.equal(told.whole, false);
  const [steps, words, check, ...rest] = told.parts;
  assert.deepEqual(rest, []);
  assert.ok(steps?.kind === 'steps');
  assert.deepEqual(steps.steps.map(({ tool, summary, ok }) => [tool, summary, ok]), [
    ['read', 'the files of the site', true], ['edit', 'src/pages/index.astro', true],
  ]);
  assert.deepEqual(words, { kind: 'text', text: ANSWER });
  assert.deepEqual(check, { kind: 'check', pages: ['/'], errors: [], skipped: null });
  assert.deepEqual([...told.files], [['src/pages/index.astro', 'modified']]);
});

test('the same events after a read in the middle of a turn double nothing', () => {
  const begin = begun([running(cancelled), edited], 24, 50);
  assert.equal(begin.seen, 19, 'what the turn at work said is heard from its first event on');
  const all = hear(begin, events.filter(({ id }) => id > begin.seen));
  const parts = all.told.get(cancelled.id)!.parts;
  assert.deepEqual(parts.map(({ kind }) => kind), ['text', 'steps']);
  assert.deepEqual(parts[0], { kind: 'text', text: 'I begin.' });
  assert.deepEqual([...all.told.get(cancelled.id)!.files], [['public/half.txt', 'added']]);
});

test('a turn that had ended when it was read is shown as read, whatever is heard of it again', () => {
  const waiting = { ...turnOf('zz', 12), ended: false, state: 'queued' as const };
  const begin = begun([waiting, edited], 19, 50);
  assert.equal(begin.seen, 11);
  const all = hear(begin, events.filter(({ id }) => id > 11 && id <= 19));
  assert.deepEqual(all.told.get(edited.id)!.parts, [
    { kind: 'text', text: ANSWER }, { kind: 'check', pages: ['/'], errors: [], skipped: null },
  ]);
});

test('a turn of somebody else is heard before it is read, and nothing of it is lost', () => {
  const all = hear(begun([], 0, 50), events.filter(({ id }) => id <= 9));
  assert.deepEqual(all.turns, []);
  const after = read(all, [running(edited)]);
  assert.deepEqual(after.told.get(edited.id)!.parts.at(-1), {
    kind: 'text', text: 'I changed the heading of the ',
  });
  // One that began and ended since is told by its events as well, which are still to come.
  assert.equal(read(begun([], 3, 50), [turnOf('b', 4)]).told.get('b')!.whole, false);
});

test('turns are in the order of their ids, wherever they come from', () => {
  const latest = begun([turnOf('d'), turnOf('c')], 9, 2);
  assert.equal(latest.earlier, true);
  const all = more(latest, [turnOf('b'), turnOf('a')], 2);
  assert.deepEqual(all.turns.map(({ id }) => id), ['a', 'b', 'c', 'd']);
  assert.equal(all.earlier, true);
  assert.equal(more(all, [turnOf('0')], 2).earlier, false);
  assert.equal(begun([turnOf('d')], 9, 2).earlier, false);
});

test('a slow answer does not let a turn begin again that has ended', () => {
  const ended = begun([edited], 19, 50);
  assert.equal(read(ended, [running(edited)]).turns[0]!.ended, true);
  assert.equal(read(ended, [{ ...edited, undone: true }]).turns[0]!.undone, true);
});

test('what has not changed stays the same thing, so that it is not shown anew', () => {
  const before = begun([cancelled, edited], 28, 50);
  const after = read(before, structuredClone([cancelled, edited]));
  assert.equal(after.turns[0], before.turns[0]);
  assert.equal(after.told.get(edited.id), before.told.get(edited.id));
  const next = heard(after, 'preview.updated', { id: 29 }).next;
  assert.equal(next.told, after.told);
});

test('the turns are read again after what changes their state, and not after each word', () => {
  const stale = (type: string) => heard(empty(), type, event(type, { text: 'x' })).stale;
  for (const type of ['turn.queued', 'turn.started', 'commit', 'usage', 'turn.finished', 'turn.undone']) {
    assert.equal(stale(type), true, type);
  }
  for (const type of ['text.delta', 'tool.started', 'file.changed', 'preview.updated']) {
    assert.equal(stale(type), false, type);
  }
});

test('steps that overlap end by their calls, and one that failed says why', () => {
  const { parts } = hear(empty(), [
    event('tool.started', { tool: 'read', summary: 'a', call: '1', time: 10 }),
    event('tool.started', { tool: 'read', summary: 'b', call: '2', time: 11 }),
    event('tool.finished', { tool: 'read', ok: false, summary: 'no such file', call: '2', time: 12 }),
  ]).told.get('a')!;
  assert.ok(parts[0]?.kind === 'steps');
  assert.deepEqual(parts[0].steps.map(({ ok, problem, ended }) => [ok, problem, ended]), [
    [null, '', null], [false, 'no such file', 12],
  ]);
});

test('a step without a call ends the one of its tool that is under way', () => {
  const bare = { tool: 'read', summary: 's', call: '' };
  const { parts } = hear(empty(), [true, false].flatMap((ok, at) => [
    event('tool.started', { ...bare, time: at }),
    event('tool.finished', { ...bare, ok, time: at + 1 }),
  ])).told.get('a')!;
  assert.ok(parts[0]?.kind === 'steps');
  assert.deepEqual(parts[0].steps.map(({ ok }) => ok), [true, false]);
});

test('a permission is asked until it is answered or the turn has ended', () => {
  const ask = (permission: string) => event('permission.asked', { permission, tool: 'publish', summary: 's' });
  const asked = hear(empty(), [ask('1'), ask('1'), ask('2')]);
  assert.deepEqual(asked.told.get('a')!.asked.map(({ permission }) => permission), ['1', '2']);
  const answered = hear(asked, [event('permission.answered', { permission: '1' })]);
  assert.deepEqual(answered.told.get('a')!.asked.map(({ permission }) => permission), ['2']);
  const ended = hear(answered, [event('turn.finished', { state: 'cancelled' })]);
  assert.deepEqual(ended.told.get('a')!.asked, []);
});

test('a repair is between two looks at the pages, each shown as it came out', () => {
  const errors = [{ message: 'oops', file: '', line: null, column: null, frame: '' }];
  const { parts } = hear(empty(), [
    event('turn.verifying', {}),
    event('turn.checked', { pages: ['/'], errors, skipped: null }),
    event('turn.repairing', { repair: 1 }),
    event('turn.verifying', {}),
  ]).told.get('a')!;
  assert.deepEqual(parts.map((part) => (part.kind === 'check' ? part.pages : part.kind)), [['/'], 'repair', null]);
});

test('what came with an instruction is known by the event that queued it', () => {
  const selection = { file: 'src/a.astro', line: 3, column: 1, html: '<p>' };
  const told = hear(empty(), [event('turn.queued', { selection, images: [{}, {}] })]).told.get('a')!;
  assert.deepEqual([told.selection, told.images], [selection, 2]);
});

test('the agent is at the first turn that has not ended', () => {
  const waiting = (id: string): Turn => ({ ...turnOf(id), ended: false });
  assert.equal(going(begun([waiting('c'), waiting('b'), turnOf('a')], 1, 50))?.id, 'b');
  assert.equal(going(begun([turnOf('a')], 1, 50)), undefined);
});
