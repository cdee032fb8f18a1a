import { CliffordError } from '../core/base/errors.ts';

/**
 * The bytes of an array as files store them, sharing its memory.
 * @throws CliffordError UNAVAILABLE on a big-endian machine
 */
export function littleEndianBytes(view: ArrayBufferView): Uint8Array {
  requireLittleEndian();
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Every file format here is little-endian and read without byte swaps. */
export function requireLittleEndian(): void {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) {
    throw new CliffordError('UNAVAILABLE', 'this machine is big-endian, expected a little-endian one');
  }
}
