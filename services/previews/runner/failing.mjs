// The end of a runner that cannot do what it should: said, and left behind for who asks later.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { explained } from './configuration.mjs';
import { describe, isPlaced, parts, spare } from './mistakes.mjs';
import { naming } from './paths.mjs';
import { emit, json } from './saying.mjs';

/** What is wrong with a site, one description for each mistake. */
async function mistakes(error, { root }) {
  const names = naming(root);
  const described = parts(error).map(async (one) => {
    if (!(one instanceof Object)) return describe(one, names);
    spare(one, names);
    return describe(isPlaced(one) ? one : await explained(one, root, { doubtful: true }), names);
  });
  return Promise.all(described);
}

/** A way to end the runner of `site` over an error: `failure.json` first, then lines, then exit. */
export function failing(site, exit) {
  return async (error) => {
    const errors = await mistakes(error, site);
    const [first] = errors;
    try {
      writeFileSync(path.join(site.cache, 'failure.json'), json({ errors }));
    } catch {
      // The lines below say the same.
    }
    for (const later of errors.slice(1)) emit('astro.error', later);
    emit('astro.error', first, () => exit(1));
  };
}
