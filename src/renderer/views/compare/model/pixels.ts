import { createRenderer } from '../../../../core/dataset/render.ts';
import type { DatasetSpec } from '../../../../core/dataset/spec.ts';

/** One grey image among others. */
export interface PixelImage {
  /** Side N. */
  readonly size: number;
  // bytes: (…, N, N) uint8, 0…255 stands for [-1, 1], row 0 at the top
  readonly bytes: Uint8Array;
  /** Of the first byte. */
  readonly offset: number;
}

/** Bytes of base64. @returns (length) uint8 */
export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** What the image of a label ought to look like. */
export function truthOf(dataset: DatasetSpec, [x, y]: readonly [number, number]): PixelImage {
  const { size } = dataset;
  const kind = dataset.parts.some((part) => part.kind === 'bump2d') ? 'bump2d' : 'sos2d'; // as tests generate
  const values = new Float32Array(size * size);
  createRenderer(dataset)(kind, x, y, values, 0);
  const bytes = new Uint8ClampedArray(size * size);
  values.forEach((value, i) => {
    bytes[i] = (value + 1) * 127.5;
  });
  return { size, bytes: new Uint8Array(bytes.buffer), offset: 0 };
}
