// The end of a runner that cannot do what it should: said, and left behind for who asks later.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, mistakes } from './mistakes.mjs';
import { emit } from './saying.mjs';

/** A way to end `site`'s runner over an error: `failure.json` first, then the lines, then exit. */
export function failing(site, exit) {
  const fail = (error) => {
    const errors = mistakes(error, site.root);
    const [first] = errors;
    try {
      writeFileSync(path.join(site.cache, 'failure.json'), JSON.stringify({ ...first, errors }));
    } catch {
      // The lines below say the same.
    }
    for (const later of errors.slice(1)) emit('astro.error', later);
    emit('astro.error', first, () => exit(1));
  };
  fail.described = (error) => describe(error, site.root);
  return fail;
}
