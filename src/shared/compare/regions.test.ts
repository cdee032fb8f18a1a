import { describe, expect, it } from 'vitest';
import { DatasetSpec, type DatasetSpecInput } from '../../core/dataset/spec.ts';
import { compareRegions, IN_FIRST, IN_SECOND } from './regions.ts';

const dataset = (change: Partial<DatasetSpecInput> = {}) =>
  DatasetSpec.parse({ size: 8, parts: [{ kind: 'bump2d' }], ...change });
const band = (axis: 'x' | 'y', from: number, to: number) => ({
  type: 'band' as const,
  axis,
  range: [from, to] as [number, number],
});

/** The regions' own comparison; a test fails where they cannot be compared. */
function overlay(a: DatasetSpec, b: DatasetSpec) {
  const result = compareRegions(a, b);
  if (!result.comparable) throw new Error(result.reason);
  return result;
}

describe('compareRegions', () => {
  it('counts what either side holds out, by hand: two bands of 2 and 3 rows of 8', () => {
    const { heldOut, lesion, removed, columns, rows } = overlay(
      dataset({ heldOut: [band('x', 2, 3)] }),
      dataset({ heldOut: [band('y', 4, 6)] }),
    );
    expect([columns, rows]).toEqual([8, 8]);
    // 2·8 = 16 labels and 3·8 = 24, crossing in 6.
    expect(heldOut).toMatchObject({ onlyFirst: 10, onlySecond: 18, both: 6, neither: 30, xor: 28 });
    expect(lesion).toMatchObject({ xor: 0, neither: 64 });
    expect(removed.xor).toBe(28);
    // Row y = 4, columns x = 0 (second only) and 2 (both); row 0, column 2 (first only).
    expect([heldOut.codes[4 * 8], heldOut.codes[4 * 8 + 2], heldOut.codes[2]]).toEqual([
      IN_SECOND,
      IN_FIRST | IN_SECOND,
      IN_FIRST,
    ]);
  });

  it('swaps its sides with its arguments, and finds equal regions equal however they are drawn', () => {
    const a = dataset({ heldOut: [{ type: 'cross', x: [2, 3], y: [4, 6] }] });
    const b = dataset({ heldOut: [band('y', 4, 6), band('x', 2, 3)] });
    const c = dataset({ lesion: [band('x', 2, 3)] });
    expect(overlay(a, b).heldOut.xor).toBe(0);
    const [there, back] = [overlay(a, c), overlay(c, a)];
    for (const layer of ['heldOut', 'lesion', 'removed'] as const) {
      expect(back[layer]).toMatchObject({
        onlyFirst: there[layer].onlySecond,
        onlySecond: there[layer].onlyFirst,
        both: there[layer].both,
      });
    }
    // Held out by one and lesioned by the other is removed by both.
    expect(there.removed).toMatchObject({ onlySecond: 0, both: 16 });
    expect(there.heldOut.both).toBe(0);
  });

  it('compares the frame only: a margin moves no label of it', () => {
    const stripes = dataset({
      margin: 2,
      parts: [{ kind: 'bump2d' }, { kind: 'stripes1d' }],
      lesion: [band('x', 2, 3)],
    });
    const { lesion } = overlay(stripes, dataset({ lesion: [band('x', 2, 3)] }));
    expect(lesion).toMatchObject({ both: 16, xor: 0, neither: 48 });
  });

  it('says why lattices that differ cannot be compared', () => {
    expect(compareRegions(dataset(), dataset({ size: 16 }))).toEqual({
      comparable: false,
      reason: 'the frames differ: 8 px against 16 px',
    });
    expect(compareRegions(dataset(), dataset({ spacing: { x: 1, y: 0.5 } }))).toEqual({
      comparable: false,
      reason: 'the lattices differ: labels of y every 1 px against every 0.5 px',
    });
  });
});
