// One Astro site, run by a supervisor as its dev server, its production build, or what serves that:
//
//   node runner.mjs dev     <root> <port> <cache> <modules> [<more>...]
//   node runner.mjs build   <root> <out> <cache> <modules> [<more>...]
//   node runner.mjs preview <root> <port> <out> <cache> <modules> [<more>...]
//
// <modules> holds the site's packages; <more> are other folders outside of <root> that its pages
// may read, where it is one of several packages in a repository.
//
// It calls the site's own Astro through its programmatic API, because the command line insists on
// a lock file and detaches itself when it believes that a program started it. What a preview
// needs is passed inline, so nothing in the site's repository is edited.
//
// What happens it says on stdout, one JSON object a line, of at most 8 KiB (runner/saying.mjs):
//
//   {"event": "astro.ready", "port", "address", "ms"}
//   {"event": "astro.hmr", "type": "update" | "full-reload" | "prune", "paths": [...]}
//   {"event": "astro.error", "message", "file", "line", "column", "frame"}
//   {"event": "astro.fixed"}
//   {"event": "astro.clients", "count"}
//
// A dev server is asked at the Unix socket <cache>/check.sock whether pages can be shown, with one
// JSON object on a line, whole paths of `files` and addresses of `pages`, within `ms` milliseconds:
// {"files": [...], "pages": [...], "ms"}; it answers {"pages": [...], "errors": [...]}, and its
// `errors` are as those of astro.error.
//
// What the site itself writes comes on stderr. The mistakes that end it are in <cache>/failure.json
// too, {"errors": [{"message", "file", "line", "column", "frame"}]}, what ended it first. Exits 0
// after SIGTERM, SIGINT or a good build, 1 when it cannot do what it should, 2 for a wrong command
// line.

import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from './runner/build.mjs';
import { dev } from './runner/dev.mjs';
import { endWith } from './runner/ending.mjs';
import { failing } from './runner/failing.mjs';
import { preview } from './runner/preview.mjs';

const MODES = {
  dev: [dev, ['root', 'port', 'cache', 'modules']],
  build: [build, ['root', 'out', 'cache', 'modules']],
  preview: [preview, ['root', 'port', 'out', 'cache', 'modules']],
};

const [name, ...words] = process.argv.slice(2);
const [run, names] = MODES[name] ?? [];

if (!run || words.length < names.length || words.includes('')) {
  const lines = Object.entries(MODES).map(([mode, [, they]]) => `${mode} <${they.join('> <')}> [<more>...]`);
  process.stderr.write(`usage: node runner.mjs ${lines.join('\n       node runner.mjs ')}\n`);
  process.exit(2);
}

const given = Object.fromEntries(names.map((what, index) => [what, words[index]]));
const site = { ...given };
for (const what of ['root', 'cache', 'modules', 'out']) {
  if (given[what]) site[what] = path.resolve(given[what]);
}
const fail = failing(site, process.exit);
process.env.ASTRO_TELEMETRY_DISABLED = '1';
process.env.ASTRO_DISABLE_UPDATE_CHECK = 'true';
// A page's forgotten promise is a mistake of the page, not the end of everybody's server. A dev server
// of Astro's hears of it too, and tells it like the page's other mistakes.
process.on('unhandledRejection', (error) => {
  if (process.listenerCount('unhandledRejection') === 1) console.error(error);
});
process.on('uncaughtException', fail);
try {
  mkdirSync(site.cache, { recursive: true });
  rmSync(path.join(site.cache, 'failure.json'), { force: true });
  for (const what of ['root', 'cache', 'modules']) site[what] = realpathSync(site[what]);
  site.reads = words.slice(names.length - 1).map((folder) => realpathSync(folder));
  process.chdir(site.root); // where the site's tools look for their configuration
  let running;
  endWith(() => running);
  running = await run(site);
  if (run === build) process.exit(0);
} catch (error) {
  fail(error);
}
