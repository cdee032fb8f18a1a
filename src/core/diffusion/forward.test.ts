import { describe, expect, it } from 'vitest';
import { drawNoise, drawTimesteps } from './forward.ts';

const key = { seed: 5, step: 17, shard: 1 };

describe('training draws', () => {
  it('replay for equal keys and differ between steps, shards and seeds', () => {
    const draw = (k: typeof key) => {
      const t = new Int32Array(8);
      const e = new Float32Array(32);
      drawTimesteps(k, 1000, t);
      drawNoise(k, e);
      return [...t, ...e];
    };
    expect(draw(key)).toEqual(draw(key));
    const others = [
      { ...key, step: 18 },
      { ...key, shard: 0 },
      { ...key, seed: 6 },
    ].map(draw);
    for (const other of others) {
      expect(other.filter((v, i) => v === draw(key)[i]).length).toBeLessThan(2);
    }
  });

  it('covers [0, T) uniformly, both ends included', () => {
    const T = 10;
    const n = 20_000;
    const counts = new Array<number>(T).fill(0);
    const t = new Int32Array(n);
    drawTimesteps(key, T, t);
    for (const v of t) counts[v]!++;
    // χ² with 9 degrees of freedom: above 33.7 with probability 1e-4.
    const chi2 = counts.reduce((sum, c) => sum + (c - n / T) ** 2 / (n / T), 0);
    expect(chi2).toBeLessThan(33.7);
  });

  it('draws noise that is independent of the batch size asked for', () => {
    const short = new Float32Array(16);
    const long = new Float32Array(64);
    drawNoise(key, short);
    drawNoise(key, long);
    expect(long.slice(0, 16)).toEqual(short);
  });
});
