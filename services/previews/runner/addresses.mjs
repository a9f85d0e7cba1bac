// Which addresses a page of a site is at, by where its file is.

import path from 'node:path';

const PAGE = /\.(?:astro|md|mdx|markdown|html)$/;
const ENDPOINT = /\.(?:[cm]?[jt]s)$/;

const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A part of a path as a regular expression. */
const partly = (segment) =>
  segment.replace(/\[(?:\.\.\.)?[^\]]+\]|[^[\]]+/g, (text) =>
    text.startsWith('[...') ? '.*?' : text.startsWith('[') ? '[^/]+?' : quoted(encodeURI(text)),
  );

/**
 * What is at a file below `pages`: nothing, or how its addresses look (`pattern`), the only one that
 * it has (`address`), or where the list of them may be (`above`), and its `depth`.
 */
export function routeOf(file, { pages, base = '/', trailingSlash = 'ignore' }) {
  const relative = path.relative(pages, file);
  const isPage = PAGE.test(relative);
  if (relative.startsWith('..') || !(isPage || ENDPOINT.test(relative))) return undefined;
  const segments = relative.replace(isPage ? PAGE : ENDPOINT, '').split(path.sep);
  if (segments.some((segment) => segment.startsWith('_'))) return undefined;
  if (segments.at(-1) === 'index') segments.pop();
  const root = base.replace(/\/+$/, '');
  const end = trailingSlash === 'always' && isPage ? '/' : '';
  const whole = (parts) => [root, ...parts].join('/') + (end || (parts.length > 0 ? '' : '/'));
  const dynamic = segments.findIndex((segment) => segment.includes('['));
  const expression = segments
    .map((segment) => (/^\[\.\.\.[^\]]+\]$/.test(segment) ? '(?:/.*?)?' : `/${partly(segment)}`))
    .join('');
  return {
    file,
    isPage,
    pattern: new RegExp(`^${quoted(root)}${expression}/?$`),
    ...(dynamic < 0
      ? { address: whole(segments.map(encodeURI)) }
      : { above: whole(segments.slice(0, dynamic).map(encodeURI)) }),
    depth: segments.length,
  };
}

/** The pages of the same site that HTML links to, without what is behind `?` and `#`. */
export function linksIn(html) {
  const found = [...html.matchAll(/<a\s[^>]*?href\s*=\s*["']?(\/(?!\/)[^"'\s>?#]*)/gi)];
  return [...new Set(found.map(([, href]) => href))];
}

const ASSETS =
  /\s(?:src|href|component-url|renderer-url|before-hydration-url)\s*=\s*["'](\/(?!\/)[^"'>]+)["']/gi;
const OWN = /^\/(?:@fs\/|(?!@|node_modules\/))/;
const SOURCE = /\.(?:[cm]?[jt]sx?|vue|svelte|css|scss|sass|less|styl|pcss|postcss)(?:$|\?)/;

/** Whether a browser loads from this address what a dev server makes of a file of the site. */
export const isSource = (url) =>
  OWN.test(url) && !url.includes('/node_modules/') && (SOURCE.test(url) || url.includes('?astro&'));

/** The site's own modules and styles that a page's HTML loads. */
export function modulesIn(html) {
  const found = [...html.matchAll(ASSETS)].map(([, url]) =>
    url.replace(/&(?:amp|#38|#x26);/g, '&'),
  );
  return [...new Set(found)].filter(isSource);
}
