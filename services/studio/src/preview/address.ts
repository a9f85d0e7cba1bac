// Addresses in a site, as a person writes them. Pure.

/**
 * The path, query and hash that a person means by what they wrote, at the page `current` of
 * `origin`; undefined where it is not an address of this site.
 */
export function addressOf(typed: string, origin: string, current: string): string | undefined {
  const text = typed.trim();
  const isWhole = /^[a-z][a-z\d+.-]*:/i.test(text);
  const path = isWhole || /^[/?#.]/.test(text) ? text : `/${text}`;
  if (!URL.canParse(path, origin + current)) return undefined;
  const url = new URL(path, origin + current);
  return url.origin === origin ? url.pathname + url.search + url.hash : undefined;
}

/** The link, which lets its visitor in, leading to another address of the same site. */
export function leadingTo(link: string, address: string): string {
  const url = new URL(link);
  const wanted = new URL(address, url.origin);
  if (wanted.origin !== url.origin) return link;
  url.pathname = wanted.pathname;
  url.hash = wanted.hash;
  for (const [name, value] of wanted.searchParams) url.searchParams.append(name, value);
  return url.href;
}
