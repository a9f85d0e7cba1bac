// What stands within a line of Markdown: code, bold, italic and links. Pure.

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis'; readonly words: readonly Inline[] }
  | { readonly kind: 'link'; readonly to: string; readonly words: readonly Inline[] };

// Each with a bound on what is looked through: a line may be as long as an agent likes.
const CODE = /(`{1,4})([^`](?:.{0,2000}?[^`])??)\1(?!`)/.source;
const LINK = /\[([^\]\n]{1,500})\]\((<?[^\s()]{1,2000}>?)\)/.source;
const BARE = /https?:\/\/[^\s<>"'`]{1,2000}/.source;
const STRONG = /\*\*(?=\S)([^\n]{1,2000}?\S|\S)\*\*/.source;
const STARRED = /\*(?=[^\s*])([^*\n]{0,2000}?[^\s*])\*/.source;
const UNDERLINED = /(?<!\w)_(?=[^\s_])([^_\n]{0,2000}?[^\s_])_(?!\w)/.source;
const ANY = [CODE, LINK, `(${BARE})`, STRONG, STARRED, UNDERLINED].join('|');

export function inline(text: string, inLink = false): Inline[] {
  const found: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(new RegExp(ANY, 'gs'))) {
    const one = taken(match, inLink);
    if (!one) continue;
    if (match.index > at) found.push({ kind: 'text', text: text.slice(at, match.index) });
    found.push(one.inline);
    at = match.index + one.length;
  }
  if (at < text.length) found.push({ kind: 'text', text: text.slice(at) });
  return found;
}

function taken(match: RegExpExecArray, inLink: boolean): { inline: Inline; length: number } | null {
  const [all, ticks, code, label, target, bare, strong, starred, underlined] = match;
  const { length } = all;
  if (ticks !== undefined) {
    const text = (code as string).replaceAll('\n', ' ').replace(/^ (.*\S.*) $/, '$1');
    return { length, inline: { kind: 'code', text } };
  }
  if (label !== undefined) {
    const to = safe((target as string).replace(/^<|>$/g, ''));
    if (!to || inLink) return null;
    return { length, inline: { kind: 'link', to, words: inline(label, true) } };
  }
  if (bare !== undefined) {
    const address = bare.replace(/[.,;:!?)\]}*_]+$/, '');
    const to = safe(address);
    if (!to || inLink) return null;
    const words: Inline[] = [{ kind: 'text', text: address }];
    return { length: address.length, inline: { kind: 'link', to, words } };
  }
  if (strong !== undefined) {
    return { length, inline: { kind: 'strong', words: inline(strong, inLink) } };
  }
  const words = inline((starred ?? underlined) as string, inLink);
  return { length, inline: { kind: 'emphasis', words } };
}

/** The address of a link that may be followed: http and https alone. */
export function safe(address: string): string | null {
  try {
    const url = new URL(address);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
  } catch {
    return null;
  }
}
