import { describe, expect, it } from 'vitest';
import { createBatchSampler, type BatchSampler } from './batch.ts';
import { MEMBER, type Dataset } from './dataset.ts';
import { datasetOf, paperCross, renderImage } from './testing.ts';

const mixture = datasetOf({
  margin: 3,
  parts: [
    { kind: 'bump2d', weight: 3 },
    { kind: 'stripes1d', weight: 1 },
  ],
  heldOut: [paperCross(16)],
});

const sampleBatch = (dataset: Dataset, ...of: Parameters<BatchSampler>) => createBatchSampler(dataset)(...of);

describe('createBatchSampler', () => {
  it('replays any shard alone, and keeps seeds, steps and shards apart', () => {
    const draw = (seed: number, step: number, shard: number) =>
      sampleBatch(mixture, { seed, step, shard, size: 8 });
    const sampler = createBatchSampler(mixture);
    sampler({ seed: 1, step: 4, shard: 0, size: 5 });
    expect(sampler({ seed: 1, step: 5, shard: 1, size: 8 })).toEqual(draw(1, 5, 1));
    const all = [draw(1, 5, 1), draw(2, 5, 1), draw(1, 6, 1), draw(1, 5, 0)].map((b) => String(b.labels));
    expect(new Set(all).size).toBe(4);
  });

  it('does not change the first images when a shard grows', () => {
    const small = sampleBatch(mixture, { seed: 0, step: 0, shard: 0, size: 3 });
    const large = sampleBatch(mixture, { seed: 0, step: 0, shard: 0, size: 9 });
    expect(large.labels.slice(0, 6)).toEqual(small.labels);
  });

  it('draws training labels only, in x, y order, with the image of the part they came from', () => {
    const size = 400;
    const batch = sampleBatch(mixture, { seed: 3, step: 0, shard: 0, size });
    const { x, y } = mixture.lattice;
    const expected = new Float32Array(256);
    for (let i = 0; i < size; i++) {
      const [lx, ly] = [batch.labels[2 * i]!, batch.labels[2 * i + 1]!];
      const index = (ly - y.first) * x.count + (lx - x.first);
      const part = mixture.parts[batch.parts[i]!]!;
      expect(mixture.membership[index]! & MEMBER.training).toBe(MEMBER.training);
      expect(part.labels.includes(index)).toBe(true);
      renderImage(mixture.spec, part.kind, lx, ly, expected);
      expect(batch.images.slice(i * 256, (i + 1) * 256)).toEqual(expected);
    }
  });

  it('draws parts by weight and labels uniformly within a part', () => {
    const sampler = createBatchSampler(mixture);
    const n = 40_000;
    const perLabel = new Map<string, number>();
    let bumps = 0;
    for (let step = 0; step < 20; step++) {
      const b = sampler({ seed: 9, step, shard: 0, size: n / 20 });
      for (let i = 0; i < b.parts.length; i++) {
        if (b.parts[i] !== 0) continue;
        bumps++;
        const key = `${b.labels[2 * i]},${b.labels[2 * i + 1]}`;
        perLabel.set(key, (perLabel.get(key) ?? 0) + 1);
      }
    }
    // Binomial with p = 3/4: SD 87. Sizes (169 : 192) would give 18,726.
    expect(Math.abs(bumps - 30_000)).toBeLessThan(5 * 87);
    // Chi-squared with 168 degrees of freedom: mean 168, SD 18.3.
    const mean = bumps / 169;
    const chi2 = [...perLabel.values()].reduce((s, c) => s + (c - mean) ** 2 / mean, 0);
    expect(perLabel.size).toBe(169);
    expect(Math.abs(chi2 - 168)).toBeLessThan(5 * 18.3);
  });

  it('writes into the arrays given and says when they are too small', () => {
    const out = {
      images: new Float32Array(new SharedArrayBuffer(4 * 2 * 256)),
      labels: new Float32Array(4),
      parts: new Uint8Array(2),
    };
    expect(sampleBatch(mixture, { seed: 0, step: 0, shard: 0, size: 2 }, out)).toBe(out);
    expect(Math.max(...out.images)).toBeGreaterThan(-0.5);
    expect(() => sampleBatch(mixture, { seed: 0, step: 0, shard: 0, size: 3 }, out)).toThrow(
      /too small for 3/,
    );
  });
});
