// How wide a previewed page believes that it is, and how large it is shown. Pure.

export type Device = 'phone' | 'tablet' | 'full';

/** In CSS pixels, as common devices have them; the site has all of the pane otherwise. */
const SIZES: Record<Exclude<Device, 'full'>, readonly [number, number]> = {
  phone: [390, 844],
  tablet: [820, 1180],
};

/** The frame's own width and height, and how much it is scaled to be seen as a whole. */
export interface Fit {
  width: number;
  height: number;
  scale: number;
}

/** A device's frame in a pane of that size. It is made smaller where the pane is, never larger. */
export function fit(device: Device, width: number, height: number): Fit {
  if (device === 'full' || width <= 0 || height <= 0) return { width, height, scale: 1 };
  const [wide, tall] = SIZES[device];
  const scale = Math.min(1, width / wide);
  return { width: wide, height: Math.min(tall, height / scale), scale };
}
