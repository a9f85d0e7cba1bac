// The frame around an element with a label: above everything, and seen by no style of the page.

const COLOR = '#6d4aff';
const STYLES = {
  shade: 'position:fixed;inset:0;cursor:crosshair',
  box: `position:fixed;box-sizing:border-box;border:2px solid ${COLOR};border-radius:3px;` +
    `background:${COLOR}1f;box-shadow:0 0 0 1px #fff;pointer-events:none`,
  label: `position:fixed;max-width:calc(100vw - 8px);box-sizing:border-box;padding:3px 8px;` +
    `border-radius:4px;background:${COLOR};color:#fff;font:600 12px/1.4 system-ui,sans-serif;` +
    'white-space:nowrap;overflow:hidden;text-overflow:ellipsis;pointer-events:none',
};
const HOST = 'all:initial;position:fixed;inset:0;width:100%;height:100%;z-index:2147483647;' +
  'background:none;border:0;padding:0;margin:0;overflow:hidden;';

// Set property by property, which a content security policy of the page does not forbid.
const part = (name) => {
  const element = document.createElement('div');
  element.style.cssText = STYLES[name];
  return element;
};

export class Outline {
  #host = document.createElement('nurseryd-outline');
  #box = part('box');
  #label = part('label');

  /** No pointer comes through it to the page. */
  constructor() {
    this.#host.style.cssText = HOST;
    this.#host.popover = 'manual';
    const inside = this.#host.attachShadow({ mode: 'closed' });
    this.#label.setAttribute('role', 'status');
    inside.append(part('shade'), this.#box, this.#label);
    document.documentElement.append(this.#host);
    this.#host.showPopover?.();
    this.around(undefined);
  }

  get host() {
    return this.#host;
  }

  /** Show `element`, with a text; nothing where it is undefined. */
  around(element, text = '') {
    this.#box.hidden = this.#label.hidden = element === undefined;
    this.#box.style.display = this.#label.style.display = element ? '' : 'none';
    if (!element) return;
    const { left, top, width, height } = element.getBoundingClientRect();
    const at = { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` };
    Object.assign(this.#box.style, at);
    if (this.#label.textContent !== text) this.#label.textContent = text;
    this.#host.ariaLabel = text;
    const { width: wide, height: tall } = this.#label.getBoundingClientRect();
    const x = Math.max(4, Math.min(left, window.innerWidth - wide - 4));
    const y = top >= tall + 4 ? top - tall - 3 : Math.min(top + height + 3, window.innerHeight - tall - 4);
    Object.assign(this.#label.style, { left: `${x}px`, top: `${Math.max(4, y)}px` });
  }

  remove() {
    this.#host.remove();
  }
}
