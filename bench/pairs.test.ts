import { describe, expect, it } from 'vitest';
import { measurePairs, median } from './pairs.ts';

/** Gives the values one after the other and writes down whose turn it was. */
function side(name: string, values: readonly number[], turns: string[]): () => Promise<number> {
  const left = [...values];
  return () => {
    turns.push(name);
    return Promise.resolve(left.shift()!);
  };
}

describe('measurePairs', () => {
  it('measures in turns, ours first', async () => {
    const turns: string[] = [];
    await measurePairs(2, side('ours', [1, 1], turns), side('peer', [1, 1], turns), 'more', 0);
    expect(turns).toEqual(['ours', 'peer', 'ours', 'peer']);
  });

  it('takes the median of the ratios of pairs, so that a drift of both sides cancels', async () => {
    // The machine is twice as fast in the second pair: the medians alone would give 300/100.
    const drifting = await measurePairs(
      3,
      side('', [100, 300, 300], []),
      side('', [50, 150, 100], []),
      'more',
      0,
    );
    expect(drifting).toEqual({ ours: 300, peer: 100, ratio: 2, ratios: [2, 2, 3] });
  });

  it('is above 1 where we need less time', async () => {
    const { ratio } = await measurePairs(1, side('', [2], []), side('', [5], []), 'less', 0);
    expect(ratio).toBe(2.5);
  });

  it('measures ours alone without a peer', async () => {
    expect(await measurePairs(2, side('', [4, 6], []), null, 'more', 0)).toEqual({
      ours: 5,
      peer: null,
      ratio: null,
      ratios: [],
    });
  });
});

describe('median', () => {
  it('is the middle, or the mean of the two middle values, whatever the order', () => {
    expect(median([9, 1, 10])).toBe(9);
    expect(median([10, 1, 9, 2])).toBe(5.5);
  });
});
