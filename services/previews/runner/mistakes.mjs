// What is wrong with a site's source, out of what its tools throw: plain text, paths relative.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const MOST_TEXT = 4000;
const MOST_MISTAKES = 20;
const AROUND = 2; // lines before and after a place

// What Vite adds to a message when Astro hands it an error twice.
const TWICE = / \(The stacktrace appears to be already rewritten by something else[^)]*\)/;
// The first line of a stack trace that names a file, as seen from the site.
const PLACE = /^\s+at (?:.*\()?([^\s():]+\.\w+)(?::(\d+):(\d+))?\)?$/m;
const MISSING = /Failed to load url (.*?) \(resolved id: .*?\) in (.*?)\. Does the file exist/;
const ENTITIES = { lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", amp: '&' };

/** A text without colours. */
function plain(text) {
  return stripVTControlCharacters(String(text).slice(0, 4 * MOST_TEXT))
    .replace(TWICE, '')
    .trim()
    .slice(0, MOST_TEXT);
}

/** The text that Astro made HTML of, for its overlay. */
function unmarked(html) {
  return String(html)
    .replace(/<\/?(?:a|b|br|code|em|i|p|strong|u)(?:\s[^<>]*)?>/g, '')
    .replace(/&(lt|gt|quot|#39|#x27|amp);/g, (_, name) => ENTITIES[name]);
}

/** The path of a file that an error names, without what Vite puts behind it. */
function fileOf(error) {
  const file = error.loc?.file ?? error.location?.file ?? error.id;
  if (typeof file !== 'string' || file.startsWith('\0')) return undefined;
  return (file.startsWith('file:') ? fileURLToPath(file) : file).split('?')[0];
}

const count = (number) => (Number.isInteger(number) && number > 0 ? number : undefined);

/** One error as data; what is not known of it is left out. `html` says that its texts are HTML. */
export function describe(error, names, html = false) {
  if (!(error instanceof Object)) error = { message: error };
  const place = error.loc ?? error.location ?? {};
  const message = [error.message || error.text || error.title || error.name || 'unknown error', error.hint]
    .filter(Boolean)
    .map((text) => plain(html ? unmarked(text) : text))
    .join('\n');
  const file = fileOf(error);
  const facts = {
    message: names.relative(message),
    file: file && names.relative(file),
    line: count(place.line),
    column: count(place.column),
    frame: error.frame && names.relative(plain(error.frame)),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value));
}

/** The error that Vite's own page about it shows. */
export function errorIn(html) {
  const [, text] = /^\s*const error = (\{.*\})$/m.exec(html) ?? [];
  try {
    return text && JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same facts with the source around the place, if it is a file's of the site and not there yet. */
export function framed(facts, root) {
  const { file, line, frame } = facts;
  if (frame || !file || !line || file.startsWith('/')) return facts;
  try {
    const lines = readFileSync(`${root}/${file}`, 'utf8').split('\n');
    const shown = lines.slice(Math.max(0, line - 1 - AROUND), line + AROUND);
    const first = Math.max(1, line - AROUND);
    const mark = (number) => (number === line ? '>' : ' ');
    const numbered = shown.map((text, at) => `${mark(first + at)} ${first + at} | ${text}`);
    return { ...facts, frame: plain(numbered.join('\n')) };
  } catch {
    return facts;
  }
}

/** All that an error says is wrong: some are many in one. */
export function parts(error) {
  const inner = Array.isArray(error?.errors) ? error.errors.filter(Boolean) : [];
  return inner.length > 0 ? inner.slice(0, MOST_MISTAKES) : [error];
}

/** Undo what Vite adds to the message of an error that it is handed twice. */
export function mendMessage(error) {
  if (typeof error?.message === 'string' && TWICE.test(error.message)) {
    error.message = error.message.replace(TWICE, '');
  }
}

/** What an overlay shows, without the paths of this machine; as JSON has it, as it will be sent. */
export function veiled(error, names) {
  const { message, frame, loc } = error;
  const stack = names.stack(String(error.stack ?? ''));
  let text;
  try {
    text = JSON.stringify({ ...error, message, stack, cause: undefined });
  } catch {
    text = JSON.stringify({ message, stack, frame, loc });
  }
  return JSON.parse(names.relative(text));
}

/** Where an error was thrown, by its stack trace. */
function thrown(error, root) {
  const [, file, line, column] = PLACE.exec(error.stack) ?? [];
  const id = file && `${root}/${file}`;
  return id && { id, ...(line && { loc: { file: id, line: Number(line), column: Number(column) } }) };
}

/** Where something is imported that is not there: Vite's message names both. */
function importing(error) {
  const [, what, id] = MISSING.exec(error.message) ?? [];
  if (!id?.startsWith('/')) return undefined;
  const lines = readFileSync(id, 'utf8').split('\n');
  const at = lines.findIndex((text) => text.includes(what));
  return { id, ...(at >= 0 && { loc: { file: id, line: at + 1, column: lines[at].indexOf(what) + 1 } }) };
}

/** Whether it is known where an error is. */
export const isPlaced = (error) => Boolean(fileOf(error) || MISSING.test(error.message));

/**
 * Leave Astro nothing of an error to look at but the site's own source: of whatever file it finds
 * there it highlights the whole, and for one of Vite's the server stands still for 15 seconds.
 */
export function spare(error, names) {
  try {
    error.stack = names.stack(String(error.stack ?? ''));
    if (!fileOf(error)) Object.assign(error, importing(error) ?? thrown(error, names.root));
    if (!fileOf(error)?.startsWith(`${names.root}/`)) error.fullCode ??= error.frame ?? ' ';
  } catch {
    // A frozen error, or something that is none: as it is, then.
  }
}
