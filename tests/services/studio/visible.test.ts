// Text of others, in which nothing hides.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visible, visibleLines, webAddress } from '../../../services/studio/src/core/visible.ts';

test('what is not seen is spelled out', () => {
  assert.equal(visible('exe\u202efdp.astro'), 'exe\\u{202e}fdp.astro');
  assert.equal(visible('a\nb\u0000\u200b'), 'a\\u{a}b\\u{0}\\u{200b}');
});

test('lines stay lines', () => {
  assert.equal(visibleLines('a\n\u202eb\n'), 'a\n\\u{202e}b\n');
});

test('what is seen stays as it is', () => {
  for (const text of ['\tconst größe = "日本";', '<b>bold</b>', 'שלום', '👩‍🌾'.replace('\u200d', '')]) {
    assert.equal(visible(text), text);
  }
});

test('links lead to pages of the web alone', () => {
  assert.equal(webAddress('https://example.com/compare'), 'https://example.com/compare');
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', '//example.com', 'https://', '', null]) {
    assert.equal(webAddress(bad), undefined, String(bad));
  }
});
