// Text of others in which nothing hides. Pure.

// What is not seen but changes how a line reads: control characters, marks of direction, and
// characters of no width (https://trojansource.codes).
const HIDDEN = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** The text with such characters as `\u{202e}`; tabs stay. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (it) => `\\u{${it.charCodeAt(0).toString(16)}}`);
}

/** The same of a text of several lines, which they stay. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** An address that a link may lead to; nothing but pages of the web. */
export function webAddress(text: string | null | undefined): string | undefined {
  return text && /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined;
}
