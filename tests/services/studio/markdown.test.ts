// What is made of the Markdown that agents write.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Inline, inline, safe } from '../../../services/studio/src/chat/inline.ts';
import { type Block, markdown } from '../../../services/studio/src/chat/markdown.ts';

const SECOND = 1_000_000; // in microseconds, of the processor: whoever else is busy

const flat = (words: readonly Inline[]): string =>
  words.map((one) => {
    if (one.kind === 'text') return one.text;
    if (one.kind === 'code') return `{${one.text}}`;
    if (one.kind === 'link') return `<${flat(one.words)} ${one.to}>`;
    return `${one.kind === 'strong' ? 'S' : 'E'}(${flat(one.words)})`;
  }).join('');
const shape = (block: Block): unknown => {
  switch (block.kind) {
    case 'paragraph': return flat(block.words);
    case 'heading': return `# ${flat(block.words)}`;
    case 'code': return [block.language, block.text];
    case 'rule': return '---';
    case 'quote': return { quote: block.blocks.map(shape) };
    case 'table': return [block.head.map(flat), ...block.rows.map((row) => row.map(flat))];
    case 'list': return { [block.start ?? '-']: block.items.map((item) => item.map(shape)) };
  }
};
const shapes = (text: string) => markdown(text).map(shape);

test('paragraphs, headings, rules and quotes', () => {
  assert.deepEqual(shapes('One\ntwo\n\n## Three ##\nfour\n\n---\n> five\n> six'), [
    'One\ntwo', '# Three', 'four', '---', { quote: ['five\nsix'] },
  ]);
});

test('lists, with lists and code in them', () => {
  assert.deepEqual(shapes('Files:\n- one\n  - deep\n- two\n\n3. a\n4. b\n\nend'), [
    'Files:', { '-': [['one', { '-': [['deep']] }], ['two']] }, { 3: [['a'], ['b']] }, 'end',
  ]);
  assert.deepEqual(shapes('- run\n\n  ```sh\n  npm ci\n  ```\n- done'), [
    { '-': [['run', ['sh', 'npm ci']], ['done']] },
  ]);
});

test('code is as it was written, and what is not closed yet is code to the end', () => {
  assert.deepEqual(shapes('```astro\n<h1>**x**</h1>\n\n- no\n```\nafter'), [
    ['astro', '<h1>**x**</h1>\n\n- no'], 'after',
  ]);
  assert.deepEqual(shapes('```\nhalf'), [['', 'half']]);
  assert.deepEqual(shapes('````\n```\n````'), [['', '```']]);
});

test('tables, as wide as their heads', () => {
  assert.deepEqual(shapes('Pages:\n| a | **b** |\n|---|:-:|\n| `x\\|y` | 2 | 3 |\n| 4\n\nend'), [
    'Pages:', [['a', 'S(b)'], ['{x|y}', '2'], ['4', '']], 'end',
  ]);
  assert.deepEqual(shapes('a | b\nno rule'), ['a | b\nno rule']);
});

test('bold, italic and code within a line', () => {
  assert.equal(flat(inline('a **b _c_** `d **e**` f*g* __')), 'a S(b E(c)) {d **e**} fE(g) __');
  assert.equal(flat(inline('snake_case_name and 2 * 3 * 4')), 'snake_case_name and 2 * 3 * 4');
  assert.equal(flat(inline('`` a ` b ``')), '{a ` b}');
});

test('links lead to http and https alone', () => {
  assert.equal(flat(inline('see [the *docs*](https://astro.build/a_b_c).')), 'see <the E(docs) https://astro.build/a_b_c>.');
  assert.equal(flat(inline('(https://a.example/x), then')), '(<https://a.example/x https://a.example/x>), then');
  assert.equal(safe('http://a.example/'), 'http://a.example/');
  for (const address of ['javascript:alert(1)', 'data:text/html,x', '//a.example', '/files', 'JaVaScRiPt:x']) {
    assert.equal(safe(address), null, address);
    assert.equal(flat(inline(`[go](${address})`)), `[go](${address})`);
  }
});

test('HTML is text', () => {
  const hostile = '<img src=x onerror="window.harmed = 1"><script>1</script>';
  assert.deepEqual(shapes(hostile), [hostile]);
});

test('every beginning of a text can be shown, and long ones soon', () => {
  const text = '# A\n- **b `c` [d](https://e.f)**\n  1. g\n> ```\n> h\n';
  for (let length = 0; length <= text.length; length += 1) markdown(text.slice(0, length));
  const pieces = ['*', '[', '> ', '- ', '`a', '**a ', 'http://', '|-', '|-|\n', '- a\n\n\n'];
  for (const piece of pieces) {
    const hostile = piece.repeat(20_000 / piece.length);
    const began = process.cpuUsage();
    markdown(hostile);
    assert.ok(process.cpuUsage(began).user < 2 * SECOND, piece);
  }
});

test('a heading keeps the signs that belong to a word of it', () => {
  assert.deepEqual(shapes('# About C#\n## Three ##  \n### ###'), ['# About C#', '# Three', '# ']);
});

// Each of these takes ten seconds and more where text is looked through again from each of its places.
test('no line is so long that the page stands still over it', () => {
  const many = (text: string) => text.repeat(100_000);
  const began = process.cpuUsage();
  assert.deepEqual(shapes(`# ${many('#')}x`), [`# ${many('#')}x`]);
  assert.equal(markdown(`~~~${many('a')}\``).length, 1);
  assert.deepEqual(shapes(`- a\n${many('\n')}- b`), [{ '-': [['a'], ['b']] }]);
  assert.equal(markdown(`a|b\n${many(' ')}x`).length, 1);
  assert.ok(process.cpuUsage(began).user < 5 * SECOND);
});
