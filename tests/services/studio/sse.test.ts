// How server-sent events are read from text as it comes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reader } from '../../../services/studio/src/core/sse.ts';

const said = 'retry: 3000\n\nid: 7\nevent: line\ndata: one\ndata: two\n\n: nothing new\n\ndata:bare\r\n\r\n';
const heard = [
  { type: 'line', data: 'one\ntwo', id: '7' },
  { type: 'message', data: 'bare', id: '7' },
];

test('events are whole, whatever pieces they come in', () => {
  for (let size = 1; size <= said.length; size += 1) {
    const reader = new Reader();
    const events = [];
    for (let at = 0; at < said.length; at += size) {
      events.push(...reader.feed(said.slice(at, at + size)));
    }
    assert.deepEqual(events, heard, `in pieces of ${size}`);
    assert.equal(reader.retry, 3000);
    assert.equal(reader.last, '7');
  }
});

test('an event that is not whole is not told', () => {
  const reader = new Reader('3');
  assert.deepEqual([...reader.feed('event: line\ndata: one\n')], []);
  assert.equal(reader.last, '3');
});
