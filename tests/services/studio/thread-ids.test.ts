// Ids of titles, looking for titles, and keys in the list.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idOf, matches, moved } from '../../../services/studio/src/threads/ids.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

test('an id says what the title says', () => {
  assert.equal(idOf('A new hero', []), 'a-new-hero');
  assert.equal(idOf('  Über uns: Öffnungszeiten! ', []), 'uber-uns-offnungszeiten');
});

test('an id is one that the server takes, whatever the title', () => {
  for (const title of ['', '---', '日本語', '../../etc/passwd', '<img src=x>', 'x'.repeat(500), '😀']) {
    assert.match(idOf(title, []), ID, title);
  }
});

test('an id is no other conversation’s, in whatever case', () => {
  assert.equal(idOf('Home', ['home']), 'home-2');
  assert.equal(idOf('Home', ['HOME', 'home-2']), 'home-3');
  assert.equal(idOf('日本', ['conversation']), 'conversation-2');
});

test('words are looked for in any order, in title and id', () => {
  const thread = { threadId: 'hero-2', title: 'A New Hero' };
  for (const words of ['hero new', 'HERO-2', '']) assert.ok(matches(thread, words), words);
  assert.ok(!matches(thread, 'hero old'));
});

test('keys go from row to row, and no further than the ends', () => {
  assert.equal(moved(0, 3, 'ArrowDown'), 1);
  assert.equal(moved(2, 3, 'ArrowDown'), 2);
  assert.equal(moved(0, 3, 'ArrowUp'), 0);
  assert.equal(moved(1, 3, 'End'), 2);
  assert.equal(moved(1, 3, 'x'), 1);
  assert.equal(moved(0, 0, 'End'), 0);
});
