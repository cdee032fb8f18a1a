import { describe, expect, it } from 'vitest';
import { describeDataset } from './describe.ts';
import { datasetOf, paperCross } from './testing.ts';

describe('describeDataset', () => {
  const facts = (stripes: boolean) =>
    describeDataset(
      datasetOf({
        margin: 3,
        parts: stripes ? [{ kind: 'bump2d' }, { kind: 'stripes1d' }] : [{ kind: 'bump2d' }],
        heldOut: [paperCross(16)],
      }),
    );

  it('counts how many images show each value: stripes cover what the cross holds out', () => {
    const { coverage } = facts(true);
    expect([...coverage.x.values]).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect([...coverage.x.images2d]).toEqual(
      coverage.x.values.reduce<number[]>((a, v) => [...a, v >= 7 && v <= 9 ? 0 : 13], []),
    );
    expect([...coverage.y.images1d]).toEqual(Array(16).fill(6));
    expect([coverage.x.unseen, facts(false).coverage.x.unseen]).toEqual([0, 3]);
  });

  it('counts labels, parts and sections', () => {
    const f = facts(true);
    expect(f).toMatchObject({ labels: 22 * 22, frameLabels: 256, trainingImages: 361, lesionFraction: 0 });
    expect(f.heldOutFraction).toBe(87 / 256);
    expect(f.sections[0]).toEqual({
      name: 'in-distribution',
      kind: 'partition',
      labels: 169,
      fraction: 169 / 256,
      trained: 169,
    });
    expect(f.sections.slice(1).every((s) => s.trained === 0)).toBe(true);
    expect(f.parts.map((p) => [p.kind, p.candidates, p.images])).toEqual([
      ['bump2d', 169, 169],
      ['stripes1d', 192, 192],
    ]);
  });
});
