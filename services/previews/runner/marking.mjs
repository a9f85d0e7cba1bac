// Annotations where Astro leaves them out: the compiler of Astro 7.0 to 7.3.4 has none.
//
// What it made is read for the elements in its templates, and the source for where each of these
// begins, by their names in order. Nothing of it is certain enough to break a page over: what does
// not fit stays without an annotation.

const UNSEEN = new Set(['html', 'head', 'meta', 'title', 'link', 'base', 'style', 'script', 'noscript']);
// Comments and what is no markup come first, so that no element is found in them.
const MARKUP = /<!--[\s\S]*?-->|<(script|style)\b[\s\S]*?<\/\1\s*>|<([a-z][\w-]*)(?=[\s>/]|$)/g;
const FRONTMATTER = /^\s*---\r?\n[\s\S]*?\r?\n---/;
const TEMPLATE = /^\$\$render$/;
const ANNOTATION = 'data-astro-source-file';

/** The opening tags in a text: [{name, start, end}], `end` behind the name. */
function tagsIn(text, from = 0) {
  const found = [];
  for (const match of text.matchAll(MARKUP)) {
    const name = match[2];
    const start = from + match.index;
    if (name && !UNSEEN.has(name)) found.push({ name, start, end: start + name.length + 1 });
  }
  return found;
}

/** The opening tags in what a person wrote, in their order, with their lines and columns from 1. */
function written(source) {
  const [front = ''] = FRONTMATTER.exec(source) ?? [];
  const text = front.replace(/[^\n]/g, ' ') + source.slice(front.length);
  let line = 1;
  let begun = 0; // where the line begins
  let at = 0;
  return tagsIn(text).map(({ name, start }) => {
    for (; at < start; at += 1) {
      if (text[at] === '\n') {
        line += 1;
        begun = at + 1;
      }
    }
    return { name, line, column: start - begun + 2 };
  });
}

/** The opening tags in the templates of what was compiled, in their order. */
function compiled(code, parse) {
  const found = [];
  const visit = (node) => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (node && typeof node.type === 'string') {
      if (node.type === 'TaggedTemplateExpression' && TEMPLATE.test(node.tag.name ?? '')) {
        for (const { start, value } of node.quasi.quasis) {
          // Some parsers count the backquote or the brace before a part, some do not.
          const at = [start, start + 1].find((one) => code.startsWith(value.raw, one));
          if (at !== undefined) found.push(...tagsIn(value.raw, at));
        }
      }
      Object.values(node).forEach((child) => child instanceof Object && visit(child));
    }
  };
  visit(parse(code));
  return found.sort((one, other) => one.start - other.start);
}

/** `code`, compiled from `source`, with the elements annotated as those of the file `name`. */
export function marked(code, source, name, parse) {
  const places = written(source);
  let next = 0;
  let done = 0;
  let said = '';
  for (const { name: tag, end } of compiled(code, parse)) {
    const index = places.findIndex((place, at) => at >= next && place.name === tag);
    if (index < 0) continue;
    next = index + 1;
    const { line, column } = places[index];
    said += `${code.slice(done, end)} ${ANNOTATION}="${name}" data-astro-source-loc="${line}:${column}"`;
    done = end;
  }
  return said + code.slice(done);
}
