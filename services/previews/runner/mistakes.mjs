// What is wrong with a site's source, out of what its tools throw: plain text, paths relative.

import { fileURLToPath } from 'node:url';
import path from 'node:path';

const MOST_TEXT = 4000;
const MOST_MISTAKES = 20;

// eslint-disable-next-line no-control-regex
const ANSI = /\u001b\[[0-9;]*[A-Za-z]/g;
const ENTITIES = { lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", amp: '&' };

/** A text without colours. Astro makes HTML of what it sends to browsers: without that too. */
function plain(text, html = false) {
  let said = String(text).slice(0, 4 * MOST_TEXT).replace(ANSI, '');
  if (html) {
    said = said
      .replace(/<\/?(?:a|b|br|code|em|i|p|strong|u)(?:\s[^<>]*)?>/g, '')
      .replace(/&(lt|gt|quot|#39|#x27|amp);/g, (_, name) => ENTITIES[name]);
  }
  return said.trim().slice(0, MOST_TEXT);
}

/** A text in which the site's own files are named as seen from the site. */
export function relative(text, root) {
  return text
    .replaceAll(`file://${root}/`, '')
    .replaceAll(`${root}/`, '')
    .replaceAll(root, '.');
}

function fileOf(error, root) {
  let file = error.loc?.file ?? error.location?.file ?? error.id;
  if (typeof file !== 'string' || file.startsWith('\0')) return undefined;
  if (file.startsWith('file:')) file = fileURLToPath(file);
  file = file.split('?')[0];
  return file.startsWith(`${root}/`) ? path.relative(root, file) : file;
}

const count = (number) => (Number.isInteger(number) && number > 0 ? number : undefined);

/** One error as data; what is not known of it is left out. */
export function describe(error, root) {
  if (!(error instanceof Object)) error = { message: error };
  const html = error.__html === true;
  const place = error.loc ?? error.location ?? {};
  const message = [error.message || error.title || error.name || 'unknown error', error.hint]
    .filter(Boolean)
    .map((text) => plain(text, html))
    .join('\n');
  const facts = {
    message: relative(message, root),
    file: fileOf(error, root),
    line: count(place.line),
    column: count(place.column),
    frame: error.frame && relative(plain(error.frame), root),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value));
}

/** All that an error says is wrong: some are many in one. */
export function mistakes(error, root) {
  const inner = Array.isArray(error?.errors) ? error.errors.filter(Boolean) : [];
  const all = inner.length > 0 ? inner : [error];
  return all.slice(0, MOST_MISTAKES).map((one) => describe(one, root));
}
