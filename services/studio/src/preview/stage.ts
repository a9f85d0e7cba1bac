// The sheet that a page lies on, as wide as a device and never wider than there is room.

import type { ReactiveController } from 'lit';
import type { NuElement } from '../ui/element.ts';
import { type Device, fit } from './widths.ts';

/** Keeps `.sheet` within `.stage` of an element, through every change of either. */
export class Stage implements ReactiveController {
  readonly #sizes = new ResizeObserver(() => this.#fit());
  readonly #host: NuElement;
  readonly #device: () => Device;

  constructor(host: NuElement, device: () => Device) {
    this.#host = host;
    this.#device = device;
    host.addController(this);
  }

  hostUpdated(): void {
    const stage = this.#host.renderRoot.querySelector('.stage');
    if (stage) this.#sizes.observe(stage);
    this.#fit();
  }

  hostDisconnected(): void {
    this.#sizes.disconnect();
  }

  #fit(): void {
    const stage = this.#host.renderRoot.querySelector<HTMLElement>('.stage');
    const sheet = this.#host.renderRoot.querySelector<HTMLElement>('.sheet');
    if (!stage || !sheet) return;
    const device = this.#device();
    const { width, height, scale } = fit(device, stage.clientWidth, stage.clientHeight);
    sheet.toggleAttribute('data-device', device !== 'full');
    sheet.style.setProperty('--width', `${width}px`);
    sheet.style.setProperty('--height', `${height}px`);
    sheet.style.setProperty('--scale', String(scale));
  }
}
