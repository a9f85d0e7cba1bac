// Images that go with an instruction: which are taken, and how they travel.

import type { ImageBody } from '../core/api.ts';
import { strings } from '../core/strings.ts';

export const MOST = 4;
export const TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
const LARGEST = 5 * 1024 * 1024; // bytes

/** Which of `files` are taken beside those that are there; `problem`: why others are not. Pure. */
export function admitted<F extends { name: string; type: string; size: number }>(
  files: readonly F[], there: number,
): { taken: F[]; problem: string } {
  const taken: F[] = [];
  let problem = '';
  for (const file of files) {
    if (!TYPES.includes(file.type)) problem ||= strings.chat.noImage(file.name);
    else if (file.size > LARGEST) problem ||= strings.chat.tooLarge(file.name);
    else if (there + taken.length >= MOST) problem ||= strings.chat.tooMany(MOST);
    else taken.push(file);
  }
  return { taken, problem };
}

/** The files of a paste or a drop. */
export function filesOf(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])];
}

export function encoded(file: File): Promise<ImageBody> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const address = reader.result as string;
      resolve({ mediaType: file.type, data: address.slice(address.indexOf(',') + 1) });
    };
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
