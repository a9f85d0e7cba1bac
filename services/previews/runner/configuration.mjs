// What is wrong with an astro.config, which Astro itself says without the file or the line.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const NAMES = ['mjs', 'js', 'ts', 'mts', 'cjs', 'cts'].map((end) => `astro.config.${end}`);
const PATIENCE_MS = 3000;

/** The configuration of a site, if it has one. */
export function configurationOf(root) {
  return NAMES.map((name) => path.join(root, name)).find(existsSync);
}

/** Zod's list of what is wrong, as sentences; any other message as it is. */
function sentences(message) {
  try {
    return JSON.parse(message)
      .map((issue) => issue.message.replaceAll('**', ''))
      .join('\n');
  } catch {
    return message;
  }
}

/** Where Node finds a mistake of syntax in a file: nothing, for one that it can read. */
function syntax(file) {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--check', file], { timeout: PATIENCE_MS }, (_, __, said) => {
      const [first, ...lines] = said.split('\n');
      const line = Number(/:(\d+)$/.exec(first)?.[1]);
      const message = lines.find((text) => /^\w*Error: /.test(text));
      const frame = lines.slice(0, lines.indexOf('')).join('\n');
      const column = lines.slice(0, lines.indexOf('')).at(-1)?.search(/\S/) + 1 || undefined;
      resolve(line && message ? { message, frame, loc: { file, line, column } } : {});
    });
  });
}

/**
 * An error without a place, with all that can be found out of it if it is the configuration's:
 * that of a start may be about anything (`doubtful`), that of a restart is not.
 */
export async function explained(error, root, { doubtful = false } = {}) {
  const file = configurationOf(root);
  if (file === undefined) return error;
  const { stack } = error;
  const message = sentences(String(error.message));
  const found = message === error.message ? await syntax(file) : {};
  if (doubtful && message === error.message && !found.loc) return error;
  return { message, stack: String(stack ?? ''), id: file, ...found };
}
