import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import type { Picture } from '../image.ts';

/** Reads back what `encodePng` wrote: 8 bits a channel, gray or RGB (an alpha channel is dropped). */
export function decodePng(bytes: Uint8Array): Picture {
  const { width, height, channels, depth, palette, data } = decode(bytes, { checkCrc: true });
  if (depth !== 8 || palette) throw new Error(`PNG of ${depth} bits a channel, expected 8-bit gray or RGB`);
  const kept = channels >= 3 ? 3 : 1;
  const pixels = Uint8Array.from({ length: width * height * kept }, (_, i) => {
    return data[Math.floor(i / kept) * channels + (i % kept)]!;
  });
  return { width, height, channels: kept, data: pixels };
}

export function readPng(path: string): Picture {
  return decodePng(readFileSync(path));
}
