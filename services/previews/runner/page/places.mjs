// Where the elements of a page come from, by what Astro writes into it.

import { FOLDER } from 'nurseryd:site.mjs';

const MOST_HTML = 2000;
const MOST_TEXT = 200;
const FILE = 'data-astro-source-file';
const LOC = 'data-astro-source-loc';

const above = (element) => element.parentElement ?? element.getRootNode().host;

/** The file of the component that an island shows; none for one of a package. */
function islandFile(element) {
  const [address] = element.getAttribute('component-url')?.split('?') ?? [];
  if (!address || address.includes('/node_modules/') || address.startsWith('/@id/')) return undefined;
  if (address.startsWith('/@fs/')) return address.slice('/@fs'.length).replace(/^\/+/, '/');
  return FOLDER + address.replace(/^\/+/, '');
}

function ownPlace(element) {
  const file = element.getAttribute(FILE);
  if (file) {
    const [line, column] = (element.getAttribute(LOC) ?? '').split(':').map(Number);
    return { file, ...(line > 0 && { line }), ...(line > 0 && column > 0 && { column }) };
  }
  const island = element.localName === 'astro-island' && islandFile(element);
  return island ? { file: island } : undefined;
}

/** Where an element comes from, or what is nearest around it: {file, line, column}. */
export function placeOf(element) {
  for (let one = element; one; one = above(one)) {
    const place = ownPlace(one);
    if (place) return place;
  }
  return undefined;
}

const isShown = (element) => {
  const { width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0;
};

/** Whether a person can point at an element: it is shown, and known where it comes from. */
export const isPickable = (element) =>
  element.localName !== 'astro-island' && element.localName !== 'astro-slot' &&
  isShown(element) && placeOf(element) !== undefined;

/** All elements that keys lead to, in the order of the page. */
export function pickables() {
  const found = document.body.querySelectorAll(`[${FILE}], astro-island[component-url] *`);
  return [...found].filter(isPickable);
}

/** The HTML of an element as its author would know it, cut where it is long. */
function htmlOf(element) {
  const copy = element.cloneNode(true);
  for (const one of [copy, ...copy.querySelectorAll(`[${FILE}]`)]) {
    one.removeAttribute(FILE);
    one.removeAttribute(LOC);
  }
  return copy.outerHTML.slice(0, MOST_HTML);
}

/** What is told of an element that was pointed at. */
export function selectionOf(element) {
  const { x, y, width, height } = element.getBoundingClientRect();
  return {
    ...placeOf(element),
    tag: element.localName,
    html: htmlOf(element),
    text: (element.innerText ?? element.textContent ?? '').trim().slice(0, MOST_TEXT),
    rect: { x, y, width, height },
  };
}
