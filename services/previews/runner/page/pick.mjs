// Pointing at an element of a page, by pointer or keys; the page itself notices none of it.

import { Outline } from 'nurseryd:outline.mjs';
import { isPickable, pickables, placeOf } from 'nurseryd:places.mjs';

const POINTER = [
  'pointerdown', 'pointerup', 'pointercancel', 'pointerover', 'pointerout', 'mousedown', 'mouseup',
  'mouseover', 'mouseout', 'mousemove', 'touchstart', 'touchmove', 'touchend', 'dblclick',
  'auxclick', 'contextmenu', 'dragstart',
];
const PASSIVE = ['scroll', 'resize'];

const first = (elements) => [...elements].find(isPickable);

/** The element that a key leads to from `current`; undefined for no other. */
function next(key, current, isBack) {
  if (key === 'Tab' || !current) {
    const all = pickables();
    const index = all.indexOf(current);
    return isBack ? all.at(index < 0 ? -1 : index - 1) : all[(index + 1) % all.length];
  }
  if (key === 'ArrowUp') {
    for (let one = current.parentElement; one && one !== document.documentElement; one = one.parentElement) {
      if (isPickable(one)) return one;
    }
  }
  if (key === 'ArrowDown') return first(current.querySelectorAll('*'));
  const side = { ArrowLeft: 'previousElementSibling', ArrowRight: 'nextElementSibling' }[key];
  for (let one = side && current[side]; one; one = one[side]) if (isPickable(one)) return one;
  return undefined;
}

const isMoving = (key) => key === 'Tab' || key.startsWith('Arrow');

function labelOf(element) {
  const { file, line } = placeOf(element);
  return `${element.localName} · ${file}${line ? `:${line}` : ''}`;
}

/** Begin; `done` is called once, with the element or with nothing. Returns what ends it. */
export function pick(done) {
  const outline = new Outline();
  let current;
  const hold = (event) => {
    if (event.cancelable) event.preventDefault();
    event.stopImmediatePropagation();
  };
  const show = (element) => {
    current = element;
    outline.around(element, element && labelOf(element));
  };
  const under = ({ clientX, clientY }) =>
    document.elementsFromPoint(clientX, clientY).find((one) => one !== outline.host && isPickable(one));
  const handlers = {
    pointermove(event) {
      hold(event);
      const found = under(event);
      if (found !== current) show(found);
    },
    click(event) {
      hold(event);
      const found = under(event) ?? current;
      if (found) end(found);
    },
    keydown(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      hold(event);
      if (event.key === 'Escape') end();
      else if (event.key === 'Enter' && current) end(current);
      else if (isMoving(event.key)) {
        const found = next(event.key, current, event.shiftKey);
        found?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        if (found) show(found);
      }
    },
    keyup: hold,
    ...Object.fromEntries(POINTER.map((name) => [name, hold])),
    ...Object.fromEntries(PASSIVE.map((name) => [name, () => show(current?.isConnected ? current : undefined)])),
  };
  const options = { capture: true, passive: false };
  const end = (element) => {
    for (const [name, handler] of Object.entries(handlers)) window.removeEventListener(name, handler, options);
    outline.remove();
    done(element);
  };
  for (const [name, handler] of Object.entries(handlers)) window.addEventListener(name, handler, options);
  return () => end();
}
