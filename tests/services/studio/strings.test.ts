// Every word that the studio says by itself is said somewhere, and stands in one file.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { strings } from '../../../services/studio/src/core/strings.ts';

const folder = new URL('../../../services/studio/src/', import.meta.url);
const sources = globSync('**/*.ts', { cwd: folder })
  .filter((name) => name !== 'core/strings.ts')
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** Whether a source says it: by its name, by one of a shorter name, or as one of several by turns. */
function says(source: string, group: string, key: string): boolean {
  const names = [
    `strings\\.${group}`,
    ...[...source.matchAll(/const (\w+) = strings\.(\w+);/g)].filter((it) => it[2] === group).map((it) => it[1]),
    ...[...source.matchAll(/const \{ (\w+) \} = strings;/g)].filter((it) => it[1] === group).map((it) => it[1]),
  ];
  const use = new RegExp(`(?<![.\\w])(?:${names.join('|')})\\.${key}\\b`);
  const part = new RegExp(`const \\{[^}]*\\b${key}\\b[^}]*\\} = strings\\.${group};`);
  return use.test(source) || part.test(source) || source.includes(`'${key}'`);
}

test('none is left of what is said no more', () => {
  const dead = Object.entries(strings).flatMap(([group, words]) =>
    Object.keys(words)
      .filter((key) => !sources.some((source) => says(source, group, key)))
      .map((key) => `${group}.${key}`));
  assert.deepEqual(dead, []);
});

test('no element has words of its own', () => {
  const spoken = /(?:aria-label|title|placeholder|alt)="[^"$]+"|<(?:button|p|h\d|label|option|legend)[^>$]*>\s*[A-Za-z]/;
  for (const source of sources.map((it) => it.replaceAll(/^\s*(?:\/\/|\/?\*).*/gm, ''))) {
    const [found] = spoken.exec(source) ?? [];
    assert.equal(found, undefined);
  }
});
