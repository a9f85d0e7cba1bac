// What an address of the studio names.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathOf, placeOf } from '../../../services/studio/src/core/place.ts';

test('an address and what it names are the same thing', () => {
  for (const path of ['/', '/studio/acme/ada', '/studio/acme/ada/first']) {
    assert.equal(pathOf(placeOf(path)), path);
  }
  assert.deepEqual(placeOf('/embed/acme/ada/first'), { client: 'acme', user: 'ada', thread: 'first' });
});

test('what names nothing names nothing', () => {
  for (const path of ['/docs', '/studio', '/studio/acme', '/studio/%E0%A4%A/ada']) {
    assert.deepEqual(placeOf(path), {}, path);
  }
});
