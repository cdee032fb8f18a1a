import { describe, expect, it } from 'vitest';
import { contactSheet, encodePng, enlarge, grayPicture, type Picture } from './image.ts';
import { decodePng } from './testing/png.ts';

describe('grayPicture', () => {
  it('maps [-1, 1] to 0 … 255 and draws overshoot as black or white', () => {
    const image = Float32Array.of(-1, 0, 1, -3, 1.2, 0.5);
    expect([...grayPicture(image, 3, 2).data]).toEqual([0, 128, 255, 0, 255, 191]);
  });

  it('refuses NaN and a wrong size', () => {
    expect(() => grayPicture(Float32Array.of(0, NaN, 0, 0), 2)).toThrow('got NaN at index 1');
    expect(() => grayPicture(new Float32Array(5), 2)).toThrow('got 5 values, expected 2×2 = 4');
  });
});

describe('PNG', () => {
  it.each([1, 3] as const)('round trips %i channels without loss', (channels) => {
    const data = Uint8Array.from({ length: 5 * 4 * channels }, (_, i) => (i * 37) % 256);
    const picture: Picture = { width: 5, height: 4, channels, data };
    expect(decodePng(encodePng(picture))).toEqual(picture);
  });
});

describe('enlarge', () => {
  it('makes each pixel a square, channels kept together', () => {
    const p: Picture = { width: 2, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    const row = [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6];
    expect(enlarge(p, 2)).toEqual({
      width: 4,
      height: 2,
      channels: 3,
      data: Uint8Array.from([...row, ...row]),
    });
  });

  it('refuses factors that are not whole', () => {
    expect(() => enlarge(grayPicture([0], 1), 1.5)).toThrow('got 1.5, expected an integer of at least 1');
  });
});

describe('contactSheet', () => {
  it('puts pictures row by row with the gap around each', () => {
    const one = (v: number): Picture => ({ width: 1, height: 1, channels: 1, data: Uint8Array.of(v) });
    const sheet = contactSheet([one(1), one(2), one(3)], 2, 1, 9);
    expect([sheet.width, sheet.height]).toEqual([5, 5]);
    expect([...sheet.data]).toEqual([
      9, 9, 9, 9, 9, 9, 1, 9, 2, 9, 9, 9, 9, 9, 9, 9, 3, 9, 9, 9, 9, 9, 9, 9, 9,
    ]);
  });
});
