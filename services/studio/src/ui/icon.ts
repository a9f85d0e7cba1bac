// The studio's pictograms, of 24 by 24, drawn in lines. They say nothing: who reads aloud skips them.

import { css, svg, html } from 'lit';
import { define, NuElement } from './element.ts';

const PATHS: Record<string, string> = {
  archive: 'M4 4h16v4H4zM5 8v12h14V8M10 12h4',
  back: 'M15 5l-7 7 7 7',
  branch: 'M6 4v16M6 14c8 0 12-2 12-8M18 3v3M6 4a1 1 0 100-.1M6 20a1 1 0 100-.1',
  check: 'M5 13l4 4L19 7',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  down: 'M6 9l6 6 6-6',
  edit: 'M4 20h4L19 9l-4-4L4 16z',
  forward: 'M9 5l7 7-7 7',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.01',
  menu: 'M4 6h16M4 12h16M4 18h16',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  open: 'M14 4h6v6M20 4l-9 9M10 5H5v14h14v-5',
  phone: 'M8 3h8v18H8zM11 18h2',
  pick: 'M5 4l14 6-6 2-2 6z',
  play: 'M7 5l12 7-12 7z',
  plus: 'M12 5v14M5 12h14',
  publish: 'M12 19V6M6 11l6-6 6 6M5 21h14',
  reload: 'M20 12a8 8 0 11-2.5-5.8M20 3v5h-5',
  screen: 'M3 5h18v11H3zM9 20h6M12 16v4',
  send: 'M4 12l16-8-6 16-3-7z',
  stop: 'M7 7h10v10H7z',
  tablet: 'M6 3h12v18H6zM11 18h2',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  undo: 'M9 7L4 12l5 5M4 12h10a6 6 0 010 8',
  redo: 'M15 7l5 5-5 5M20 12H10a6 6 0 000 8',
  warning: 'M12 4l9 16H3zM12 10v4M12 17h.01',
};

export class NuIcon extends NuElement {
  static override properties = { name: {} };
  declare name: string;

  static override styles = css`
    :host { display: inline-flex; inline-size: 1.15em; block-size: 1.15em; flex: none }
    svg {
      inline-size: 100%; block-size: 100%; fill: none; stroke: currentColor; stroke-width: 1.8;
      stroke-linecap: round; stroke-linejoin: round;
    }
    :host(:dir(rtl)) svg.turns { transform: scaleX(-1) }
  `;

  override render() {
    const turns = ['back', 'forward', 'undo', 'redo', 'send'].includes(this.name) ? 'turns' : '';
    const path = svg`<path d=${PATHS[this.name] ?? ''} />`;
    return html`<svg class=${turns} viewBox="0 0 24 24" aria-hidden="true">${path}</svg>`;
  }
}

define('nu-icon', NuIcon);
