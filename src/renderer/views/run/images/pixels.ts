/** Grey images as the contract carries them: base64 of uint8, 0…255 for the ends of their range. */

/** Bytes of base64. */
export function bytesOf(base64: string): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Image `i` of (images, N, N), without copying. */
export function imageAt(pixels: Uint8Array, size: number, i: number): Uint8Array {
  return pixels.subarray(i * size * size, (i + 1) * size * size);
}

/** Values in [-1, 1] as bytes, rounded to the nearest, as the service rounds generated images. */
export function toBytes(image: Float32Array): Uint8Array {
  return Uint8Array.from(image, (v) => Math.round((Math.min(1, Math.max(-1, v)) + 1) * 127.5));
}

/** RGBA of a grey image: (N, N) uint8 → (N, N, 4). */
export function toRgba(grey: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * grey.length);
  for (let i = 0; i < grey.length; i++) rgba.fill(grey[i]!, 4 * i, 4 * i + 3).fill(255, 4 * i + 3, 4 * i + 4);
  return rgba;
}
