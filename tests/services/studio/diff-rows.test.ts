// A unified diff as rows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairsOf, rowsOf } from '../../../services/studio/src/diff/rows.ts';

const PATCH = `diff --git a/a.md b/a.md
index 1..2 100644
--- a/a.md
+++ b/a.md
@@ -1,4 +1,4 @@ # Title
 one
-two
-three
+zwei
 four
+five
\\ No newline at end of file
@@ -10 +10 @@
--- a dash
+++ a plus
`;

test('lines have their numbers before and after', () => {
  assert.deepEqual(
    rowsOf(PATCH).map(({ kind, old, new: after, text }) => [kind, old, after, text]),
    [
      ['hunk', 1, 1, '# Title'],
      ['same', 1, 1, 'one'],
      ['removed', 2, undefined, 'two'],
      ['removed', 3, undefined, 'three'],
      ['added', undefined, 2, 'zwei'],
      ['same', 4, 3, 'four'],
      ['added', undefined, 4, 'five'],
      ['note', undefined, undefined, 'No newline at end of file'],
      ['hunk', 10, 10, ''],
      ['removed', 10, undefined, '-- a dash'],
      ['added', undefined, 10, '++ a plus'],
    ],
  );
});

test('a line that looks like the head of a hunk is a line', () => {
  const rows = rowsOf('@@ -1,2 +1,2 @@\n-@@ -9 +9 @@\n+@@ -8 +8 @@\n same\n');
  assert.deepEqual(rows.map(({ kind }) => kind), ['hunk', 'removed', 'added', 'same']);
});

test('an empty line of the file is one, even where its blank was lost', () => {
  const rows = rowsOf('@@ -1,3 +1,2 @@\n one\n\n-three\n');
  assert.deepEqual(rows.map(({ text }) => text), ['', 'one', '', 'three']);
});

test('a file that is new or gone, and no patch at all', () => {
  assert.deepEqual(rowsOf('@@ -0,0 +1 @@\n+one\n').map(({ new: after }) => after), [1, 1]);
  assert.deepEqual(rowsOf('@@ -1 +0,0 @@\n-one\n').map(({ old }) => old), [1, 1]);
  assert.deepEqual(rowsOf(''), []);
});

test('what was removed stands beside what came in its place', () => {
  const shown = pairsOf(rowsOf(PATCH)).map(({ left, right }) => [left?.text, right?.text]);
  assert.deepEqual(shown, [
    ['# Title', '# Title'],
    ['one', 'one'],
    ['two', 'zwei'],
    ['three', undefined],
    ['four', 'four'],
    [undefined, 'five'],
    ['No newline at end of file', undefined],
    ['', ''],
    ['-- a dash', '++ a plus'],
  ]);
});

test('five thousand lines are no wait', () => {
  const lines = Array.from({ length: 5000 }, (_, at) => `+line ${at}`);
  const began = process.cpuUsage();
  assert.equal(pairsOf(rowsOf(`@@ -0,0 +1,5000 @@\n${lines.join('\n')}\n`)).length, 5001);
  assert.ok(process.cpuUsage(began).user < 1_000_000); // microseconds, whoever else is busy
});
