// Texts without the paths of this machine: the site's own files are named as seen from the site.

const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * A way to rewrite texts about `root`. What follows /@fs is an address that has to stay as it is:
 * modules outside of the site have no other.
 */
export function naming(root) {
  const inside = new RegExp(`(?:file://)?(?<!/@fs)${quoted(root)}/`, 'g');
  return {
    root,
    /** As a person reads it: `src/pages/index.astro`. */
    relative: (text) => text.replace(inside, '').replaceAll(`${root}:`, ':'),
    /** As the site addresses it: `/src/pages/index.astro`. */
    rooted: (text) => text.replace(inside, '/'),
    /** A stack trace without what is not the site's. */
    stack: (text) =>
      text
        .replace(inside, '')
        .split('\n')
        .filter((line) => !/^\s+at /.test(line) || !/(?:\(|at (?:async )?)(?:file:|node:|\/)|node_modules/.test(line))
        .join('\n'),
  };
}
