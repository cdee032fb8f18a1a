import { expect, it } from 'vitest';
import { specWith } from '../testing/runs.ts';
import { fromBase64, truthOf } from './pixels.ts';

it('fromBase64 gives the bytes back', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(fromBase64(Buffer.from(bytes).toString('base64'))).toEqual(bytes);
});

it('truthOf is brightest at the label, row by y', () => {
  const { bytes, size } = truthOf(specWith().dataset, [2, 5]);
  expect(bytes[5 * size + 2]).toBe(255);
  expect(bytes[2 * size + 5]).toBeLessThan(20);
  expect(bytes).toHaveLength(size * size);
});

it('truthOf draws stripes for a dataset of stripes', () => {
  const spec = specWith(({ dataset }) => (dataset.parts[0]!.kind = 'sos2d'));
  const { bytes, size } = truthOf(spec.dataset, [2, 5]);
  // Two stripes of half the brightness: 255/2 on either, the whole where they cross.
  expect(bytes[5 * size + 2]).toBe(255);
  expect(Math.abs(bytes[0 * size + 2]! - 127.5)).toBeLessThan(2);
});
