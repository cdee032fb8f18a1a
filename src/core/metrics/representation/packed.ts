import { invalid } from '../../base/errors.ts';
import type { Packed } from '../records-analysis.ts';

/**
 * Arrays as JSON: base64 (RFC 4648, padded) of little-endian float32 or int32. Written out because core has neither
 * Buffer nor atob, and so that the bytes are the same on a big-endian machine.
 */

/**
 * @param data float64 is rounded to float32
 * @param shape row by row; its product is the length of `data`
 * @throws CliffordError INVALID_INPUT if shape and length disagree
 */
export function pack(data: Float32Array | Float64Array | Int32Array, shape: readonly number[]): Packed {
  const numbers = shape.reduce((product, size) => product * size, 1);
  if (numbers !== data.length) {
    throw invalid(`pack: got ${data.length} numbers for shape (${shape.join(', ')}), expected ${numbers}`);
  }
  const bytes = new Uint8Array(4 * data.length);
  const view = new DataView(bytes.buffer);
  const dtype = data instanceof Int32Array ? 'int32' : 'float32';
  for (let i = 0; i < data.length; i++) {
    if (dtype === 'int32') view.setInt32(4 * i, data[i]!, true);
    else view.setFloat32(4 * i, data[i]!, true);
  }
  return { dtype, shape: [...shape], base64: encode(bytes) };
}

/**
 * @returns the numbers, row by row
 * @throws CliffordError INVALID_INPUT if the text is not base64 or holds another number of bytes than the shape says
 */
export function unpack(packed: Packed & { readonly dtype: 'float32' }): Float32Array;
export function unpack(packed: Packed & { readonly dtype: 'int32' }): Int32Array;
export function unpack(packed: Packed): Float32Array | Int32Array;
export function unpack({ dtype, shape, base64 }: Packed): Float32Array | Int32Array {
  const bytes = decode(base64);
  const numbers = shape.reduce((product, size) => product * size, 1);
  if (bytes.length !== 4 * numbers) {
    throw invalid(
      `unpack: got ${bytes.length} bytes for shape (${shape.join(', ')}), expected ${4 * numbers}`,
    );
  }
  const view = new DataView(bytes.buffer);
  const data = dtype === 'int32' ? new Int32Array(numbers) : new Float32Array(numbers);
  for (let i = 0; i < numbers; i++) {
    data[i] = dtype === 'int32' ? view.getInt32(4 * i, true) : view.getFloat32(4 * i, true);
  }
  return data;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PADDING = 61; // '='
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const VALUES = new Uint8Array(256).fill(255);
CODES.forEach((code, value) => (VALUES[code] = value));

/** Characters per String.fromCharCode call: its arguments go over the stack. */
const CHUNK = 8192;

function encode(bytes: Uint8Array): string {
  const codes = new Uint8Array(4 * Math.ceil(bytes.length / 3));
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    codes[at++] = CODES[word >> 18]!;
    codes[at++] = CODES[(word >> 12) & 63]!;
    codes[at++] = left > 1 ? CODES[(word >> 6) & 63]! : PADDING;
    codes[at++] = left > 2 ? CODES[word & 63]! : PADDING;
  }
  const parts: string[] = [];
  for (let i = 0; i < codes.length; i += CHUNK) {
    parts.push(String.fromCharCode(...codes.subarray(i, i + CHUNK)));
  }
  return parts.join('');
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0)
    throw invalid(`unpack: got ${text.length} characters, expected base64 in groups of four`);
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  const value = (i: number): number => {
    if (i >= text.length - padding) return 0;
    const found = VALUES[text.charCodeAt(i)] ?? 255;
    if (found === 255) throw invalid(`unpack: got character "${text[i]}" at ${i}, expected base64`);
    return found;
  };
  let at = 0;
  for (let i = 0; i < text.length; i += 4) {
    const word = (value(i) << 18) | (value(i + 1) << 12) | (value(i + 2) << 6) | value(i + 3);
    // Writes beyond the end (padding) are dropped by the typed array.
    bytes[at++] = word >> 16;
    bytes[at++] = (word >> 8) & 255;
    bytes[at++] = word & 255;
  }
  return bytes;
}
