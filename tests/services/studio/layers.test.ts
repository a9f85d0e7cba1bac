// Which way imports go: each part stands on those below it, and knows none beside or above.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const LAYERS = [
  ['core'],
  ['ui'],
  ['diff'],
  ['chat', 'git', 'ops', 'preview', 'threads'],
  ['embed', 'studio'],
];
const folder = new URL('../../../services/studio/src/', import.meta.url).pathname;
const level = (part: string | undefined) => LAYERS.findIndex((parts) => parts.includes(part ?? ''));

test('each part is in a layer, and imports from its own folder and from layers below', () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const name of globSync('**/*.ts', { cwd: folder })) {
    const own = name.split('/')[0];
    assert.notEqual(level(own), -1, name);
    const text = readFileSync(path.join(folder, name), 'utf8');
    for (const [, target] of text.matchAll(/(?:from|import) '(\.[^']+)'/g)) {
      const other = path.relative(folder, path.join(folder, path.dirname(name), target ?? '')).split('/')[0];
      if (other === '..' || other === own) continue;
      seen += 1;
      if (level(other) >= level(own)) wrong.push(`${name} imports ${target}`);
    }
  }
  assert.ok(seen > 100);
  assert.deepEqual(wrong, []);
});
