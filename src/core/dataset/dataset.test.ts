import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MEMBER } from './dataset.ts';
import { labelAt } from './lattice.ts';
import { forEachFrameLabel } from './sections.ts';
import type { DatasetSpecInput } from './spec.ts';
import { datasetOf, findSection, PAPER, paperCross, shapeOf } from './testing.ts';
import { selectValidationLabels } from './validation-labels.ts';

const cross = (size: number) => [paperCross(size)];
const sizes = (fields: Partial<DatasetSpecInput>) =>
  Object.fromEntries(datasetOf(fields).sections.map((s) => [s.name, s.labels.length]));

describe('buildDataset', () => {
  it('counts the paper’s cross: 67,081 training images of 102,400 (paper.md)', () => {
    const d = datasetOf({ ...PAPER, heldOut: cross(32) });
    expect([d.trainingImages, d.frameLabels]).toEqual([67_081, 102_400]);
    // 61 values held out and 259 seen on each axis.
    expect(sizes({ ...PAPER, heldOut: cross(32) })).toEqual({
      'in-distribution': 259 * 259,
      vertical: 61 * 259,
      horizontal: 61 * 259,
      intersection: 61 * 61,
    });
  });

  it('has 361 training labels for bumps in 16 minus the cross, with stripes in a margin of 3 (design.md)', () => {
    const d = datasetOf({
      margin: 3,
      parts: [{ kind: 'bump2d' }, { kind: 'stripes1d' }],
      heldOut: cross(16),
    });
    // 13² bumps and, on each axis, 16 visible values times 6 places in the margin.
    expect(d.parts.map((p) => p.labels.length)).toEqual([169, 192]);
    expect(d.trainingImages).toBe(361);
    expect(d.parts[0]!.share).toBeCloseTo(169 / 361, 12);
  });

  it('removes 2D images only from held-out regions, but values from every part for lesions', () => {
    const fields: Partial<DatasetSpecInput> = {
      margin: 3,
      parts: [{ kind: 'bump2d' }, { kind: 'stripes1d' }, { kind: 'blank0d' }],
    };
    const band = shapeOf({ type: 'band', axis: 'x', range: [7, 9] });
    const held = datasetOf({ ...fields, heldOut: [band] });
    const lesioned = datasetOf({ ...fields, lesion: [band] });
    expect(held.parts.map((p) => p.labels.length)).toEqual([13 * 16, 192, 36]);
    // Three of 16 visible x values lose their six stripes.
    expect(lesioned.parts.map((p) => p.labels.length)).toEqual([13 * 16, 192 - 18, 36]);
    for (const part of lesioned.parts) {
      for (const i of part.labels) {
        const x = labelAt(lesioned.lattice, i)[0];
        expect(x >= 7 && x <= 9).toBe(false);
      }
    }
    expect(lesioned.sections.map((s) => s.name)).toEqual(['in-distribution', 'lesion']);
  });

  it('takes a stripe from a lesion that covers its value in all of the frame, and only then', () => {
    const stripes = (lesion: DatasetSpecInput['lesion']) =>
      datasetOf({ margin: 3, parts: [{ kind: 'stripes1d' }], lesion }).trainingImages;
    expect(stripes([{ type: 'rectangle', x: [7, 9], y: [0, 16] }])).toBe(192 - 18);
    expect(stripes([{ type: 'rectangle', x: [0, 16], y: [7, 9] }])).toBe(192 - 18);
    expect(stripes([{ type: 'rectangle', x: [7, 9], y: [1, 16] }])).toBe(192 - 3);
    expect(stripes([{ type: 'ellipse', center: [8, 8], radii: [4, 4] }])).toBe(192);
  });

  it('trains the parts of a mixture on disjoint kinds of labels that fill the label space', () => {
    const d = datasetOf({
      margin: 2,
      parts: [{ kind: 'sos2d' }, { kind: 'stripes1d' }, { kind: 'blank0d' }],
    });
    expect(d.testKind).toBe('sos2d');
    expect(d.parts.map((p) => p.labels.length)).toEqual([256, 128, 16]);
    expect(new Set(d.parts.flatMap((p) => [...p.labels])).size).toBe(d.lattice.count);
  });

  it('keeps the rim of Fig. 10 for 2D sums and calls the inside uncovered', () => {
    const d = datasetOf({
      margin: 3,
      parts: [{ kind: 'stripes1d' }, { kind: 'sos2d', within: [{ type: 'rim', width: 1 }] }],
    });
    // Values 0, 1 and 15 are in the rim: edges are closed, the frame is half-open.
    expect(d.parts[1]!.labels.length).toBe(256 - 169);
    expect(findSection(d, 'uncovered').labels.length).toBe(169);
    expect(findSection(d, 'in-distribution').labels.length).toBe(87);
  });

  it('tests pure stripes with sums of stripes, all of them uncovered', () => {
    const d = datasetOf({ margin: 3, parts: [{ kind: 'stripes1d' }], heldOut: cross(16) });
    expect(d.testKind).toBe('sos2d');
    expect(d.sections.map((s) => s.name)).toEqual(['vertical', 'horizontal', 'intersection', 'uncovered']);
  });

  it('states shares by weights, else by sizes', () => {
    const parts = (a: number | null, b: number | null): DatasetSpecInput['parts'] => [
      { kind: 'bump2d', weight: a },
      { kind: 'stripes1d', weight: b },
    ];
    expect(datasetOf({ margin: 3, parts: parts(3, 1) }).parts.map((p) => p.share)).toEqual([0.75, 0.25]);
    expect(() => datasetOf({ margin: 3, parts: parts(3, null) })).toThrow(
      /a weight for all parts or for none/,
    );
  });
});

describe('sections', () => {
  it('put every 2D label in exactly one section of the partition, whatever the regions', () => {
    const shape = fc.oneof(
      fc.record({
        type: fc.constant('band' as const),
        axis: fc.constantFrom('x' as const, 'y' as const),
        range: fc.constantFrom<[number, number]>([2, 4], [3, 8], [10, 12]),
        mode: fc.constantFrom('add' as const, 'cut' as const),
      }),
      fc.record({
        type: fc.constant('cross' as const),
        x: fc.constantFrom<[number, number]>([5, 7], [6.5, 9.5]),
        y: fc.constant<[number, number]>([6, 9]),
        name: fc.constantFrom(undefined, 'my cross'),
        mode: fc.constantFrom('add' as const, 'cut' as const),
      }),
      fc.record({
        type: fc.constant('ellipse' as const),
        center: fc.constant<[number, number]>([11, 4]),
        radii: fc.constant<[number, number]>([3, 2]),
        name: fc.constantFrom(undefined, 'blob'),
        mode: fc.constantFrom('add' as const, 'cut' as const),
      }),
    );
    fc.assert(
      fc.property(fc.array(shape, { minLength: 1, maxLength: 6 }), fc.boolean(), (shapes, lesioned) => {
        const heldOut = shapes.map((s) => JSON.parse(JSON.stringify(s)));
        const d = datasetOf({
          heldOut: [...heldOut, { type: 'interior', width: 1 }],
          lesion: lesioned ? [{ type: 'band', axis: 'x', range: [14, 15] }] : [],
        });
        const seen = new Uint8Array(d.lattice.count);
        d.sections.forEach((section, k) => {
          if (section.kind === 'overlay') return;
          for (const i of section.labels) {
            seen[i]! += 1;
            expect(d.sectionCodes[i]).toBe(k + 1);
          }
        });
        forEachFrameLabel(d.lattice, (i, ix, iy) => {
          expect(seen[i]).toBe(1);
          const section = d.sections[d.sectionCodes[i]! - 1]!.name;
          const bits = d.membership[i]!;
          expect((bits & MEMBER.training) !== 0).toBe(section === 'in-distribution');
          expect((bits & MEMBER.lesion) !== 0).toBe(section === 'lesion');
          // "Seen" means that training shows the value: cuts must give values back, not only labels.
          const shows = (test: (j: number) => boolean) => d.parts[0]!.labels.some(test);
          if (section === 'intersection') return;
          if (section === 'vertical') expect(shows((j) => Math.floor(j / 16) === iy)).toBe(true);
          if (section === 'horizontal') expect(shows((j) => j % 16 === ix)).toBe(true);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('name other shapes by name or type, and named bands as overlays', () => {
    expect(
      sizes({
        heldOut: [
          { type: 'band', axis: 'x', range: [2, 3], name: 'left band' },
          { type: 'interior', width: 2 },
          { type: 'ellipse', center: [13, 13], radii: [1, 1], name: 'blob' },
        ],
      }),
    ).toEqual({ 'in-distribution': 256 - 32 - 9 - 5, vertical: 32, interior: 9, blob: 5, 'left band': 32 });
  });

  it('name lesions as overlays of the section `lesion`, less what a cut gives back', () => {
    const lesion: DatasetSpecInput['lesion'] = [
      { type: 'lesion', width: 2, name: 'stroke' },
      { type: 'ellipse', center: [3, 3], radii: [1, 1], name: 'blob' },
      { type: 'ellipse', center: [12, 3], radii: [1, 1] },
      { type: 'rectangle', x: [7, 9], y: [0, 1], mode: 'cut' },
    ];
    const d = datasetOf({ heldOut: [{ type: 'band', axis: 'y', range: [3, 3], name: 'row' }], lesion });
    expect(Object.fromEntries(d.sections.map((s) => [s.name, s.labels.length]))).toEqual({
      'in-distribution': 256 - (42 + 10) - (16 - 3 - 3 - 3),
      horizontal: 16 - 3 - 3 - 3,
      lesion: 3 * 14 + 5 + 5,
      row: 16 - 3 - 3 - 3,
      stroke: 3 * 14,
      blob: 5,
    });
    expect(d.sections.filter((s) => s.kind === 'overlay').map((s) => s.name)).toEqual([
      'row',
      'stroke',
      'blob',
    ]);
    const lesioned = new Set(findSection(d, 'lesion').labels);
    for (const name of ['stroke', 'blob']) {
      expect(findSection(d, name).labels.every((i) => lesioned.has(i))).toBe(true);
    }
  });

  it('union crosses and bands: x is held out by either', () => {
    expect(
      sizes({
        heldOut: [
          { type: 'band', axis: 'x', range: [2, 3] },
          { type: 'band', axis: 'y', range: [5, 5] },
          { type: 'band', axis: 'x', range: [8, 8] },
        ],
      }),
    ).toMatchObject({ vertical: 3 * 15, horizontal: 13, intersection: 3 });
  });
});

describe('cut bands', () => {
  it('give their values back: what a later band holds out at them is held out by its own axis only', () => {
    const x = { type: 'band' as const, axis: 'x' as const, range: [2, 3] as [number, number] };
    const y = { type: 'band' as const, axis: 'y' as const, range: [5, 5] as [number, number] };
    expect(sizes({ heldOut: [x, y, { ...x, mode: 'cut' }, y] })).toEqual({
      'in-distribution': 240,
      horizontal: 16,
    });
  });
});

describe('subsampling', () => {
  it('keeps round(λ·n) labels, at least one', () => {
    const images = (lambda: number) => datasetOf({ parts: [{ kind: 'bump2d', lambda }] }).trainingImages;
    expect([0.0001, 0.01, 0.25, 0.999, 1].map(images)).toEqual([1, 3, 64, 256, 256]);
  });

  it('nests: the set of a smaller λ is contained in that of a larger one', () => {
    const lambda = fc.double({ min: 0.001, max: 1, noNaN: true });
    fc.assert(
      fc.property(lambda, lambda, fc.nat(), (a, b, lambdaSeed) => {
        const labels = (l: number) =>
          datasetOf({ margin: 2, parts: [{ kind: 'stripes1d', lambda: l, lambdaSeed }] }).parts[0]!.labels;
        const large = new Set(labels(Math.max(a, b)));
        for (const i of labels(Math.min(a, b))) expect(large.has(i)).toBe(true);
      }),
    );
  });

  it('shares 2D labels between runs with and without stripes, and decorrelates seeds', () => {
    const positions = (fields: Partial<DatasetSpecInput>) => {
      const d = datasetOf(fields);
      return [...d.parts[0]!.labels].map((i) => labelAt(d.lattice, i).join());
    };
    const bump = { kind: 'bump2d', lambda: 0.3 } as const;
    const alone = positions({ parts: [bump] });
    expect(positions({ margin: 3, parts: [bump, { kind: 'stripes1d' }] })).toEqual(alone);
    const other = new Set(positions({ parts: [{ ...bump, lambdaSeed: 1 }] }));
    const common = alone.filter((p) => other.has(p)).length;
    // Hypergeometric: 77 of 256 twice, mean 23.2, SD 3.4; a shared or complementary draw is far outside ± 5 SD.
    expect(Math.abs(common - 23.2)).toBeLessThan(17);
  });

  it('spreads over the frame: halves of the lattice get equal shares', () => {
    const d = datasetOf({ ...PAPER, parts: [{ kind: 'bump2d', lambda: 0.1 }] });
    const left = d.parts[0]!.labels.filter((i) => i % 320 < 160).length;
    // Hypergeometric, 10,240 of 102,400: mean 5120, SD 48.
    expect(Math.abs(left - 5120)).toBeLessThan(5 * 48);
  });
});

describe('selectValidationLabels', () => {
  it('draws unselected labels outside all regions, a smaller count being a prefix', () => {
    const d = datasetOf({
      margin: 3,
      parts: [{ kind: 'bump2d', lambda: 0.5 }, { kind: 'stripes1d' }],
      heldOut: cross(16),
    });
    const many = selectValidationLabels(d, 50, 3);
    expect(many.labels).toHaveLength(50);
    expect(new Set(many.labels).size).toBe(50);
    for (const i of many.labels!) {
      expect(d.membership[i]! & (MEMBER.training | MEMBER.heldOut | MEMBER.lesion)).toBe(0);
      expect(d.membership[i]! & MEMBER.candidate).toBe(MEMBER.candidate);
    }
    expect([...many.parts!]).toEqual(Array(50).fill(0));
    expect([...selectValidationLabels(d, 7, 3).labels!]).toEqual([...many.labels!.slice(0, 7)]);
    // 169 candidates, round(84.5) = 85 taken.
    expect(selectValidationLabels(d, 1000, 3).labels).toHaveLength(84);
  });

  it('is explicitly unavailable at λ = 1', () => {
    const none = selectValidationLabels(datasetOf({ heldOut: cross(16) }), 10, 0);
    expect(none.labels).toBeNull();
    expect(none.reason).toMatch(/λ = 1/);
  });
});

describe('periodic boundaries', () => {
  it('take a spacing only if labels are equally spaced around the torus, and name the nearest that is', () => {
    const torus = (size: number, d: number) =>
      datasetOf({ size, boundary: 'periodic', spacing: { x: d, y: d } });
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 20 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        (size, p, q) => {
          fc.pre(p / q <= size && (size * q) / p <= 100);
          if ((size * q) % p === 0) {
            const { values } = torus(size, p / q).lattice.x;
            expect(size - values.at(-1)!).toBeCloseTo(p / q, 12);
            return;
          }
          let message = '';
          try {
            torus(size, p / q);
          } catch (error) {
            message = String(error);
          }
          const named = Number(/spacing\.x: .* divides the period \d+, such as ([\d.]+) /.exec(message)?.[1]);
          expect(torus(size, named).lattice.x.count).toBe(Math.round(size / named));
          // No other divisor of the period is nearer.
          const errors = Array.from({ length: 400 }, (_, n) => Math.abs(size / (n + 1) - p / q));
          expect(Math.abs(named - p / q)).toBeCloseTo(Math.min(...errors), 12);
        },
      ),
    );
  });

  it('accept decimal spacings that divide the period up to rounding', () => {
    for (const [size, d] of [
      [16, 0.1],
      [32, 0.2],
      [6, 0.3],
      [7, 0.7],
    ] as const) {
      const count = Math.round(size / d);
      expect(datasetOf({ size, boundary: 'periodic', spacing: { x: d, y: d } }).frameLabels).toBe(count ** 2);
    }
  });
});

describe('cross-field errors', () => {
  const bump = { kind: 'bump2d' } as const;
  const cases: [string, Partial<DatasetSpecInput>, RegExp][] = [
    ['d beyond the frame', { spacing: { x: 17, y: 1 } }, /spacing\.x: .*width 16, got 17/],
    [
      'a band beyond the label space',
      { heldOut: [{ type: 'band', axis: 'x', range: [40, 44] }] },
      /heldOut\[0\]: band x 40 to 44 lies outside the label space \[0, 16\)/,
    ],
    [
      'an ellipse beyond the label space',
      { lesion: [{ type: 'ellipse', center: [-9, 4], radii: [2, 2] }] },
      /lesion\[0\]: ellipse around \(-9, 4\) lies outside/,
    ],
    [
      'a region between labels',
      { heldOut: [{ type: 'band', axis: 'y', range: [3.2, 3.8] }] },
      /heldOut\[0\]: band y 3.2 to 3.8 covers no label/,
    ],
    [
      'a held-out region in the margin',
      { margin: 4, heldOut: [{ type: 'band', axis: 'x', range: [-3, -1] }] },
      /heldOut\[0\]: .* lies in the margin/,
    ],
    ['a shape wider than the frame', { heldOut: [{ type: 'interior', width: 17 }] }, /width .* 16, got 17/],
    [
      'far strokes',
      { heldOut: [{ type: 'brush', radius: 1, points: [[8, 1e9]] }] },
      /within ±128, got 1000000000/,
    ],
    [
      'an empty training set',
      { heldOut: [{ type: 'rectangle', x: [0, 16], y: [0, 16] }] },
      /training set is empty/,
    ],
    [
      'a part without labels',
      {
        margin: 3,
        parts: [bump, { kind: 'stripes1d' }],
        heldOut: [{ type: 'rectangle', x: [0, 16], y: [0, 16] }],
      },
      /parts\[0\]: expected at least one label for bump2d/,
    ],
    [
      'a margin narrower than the spacing',
      { margin: 1, spacing: { x: 4, y: 4 }, parts: [bump, { kind: 'blank0d', within: [] }], size: 15 },
      /parts\[1\]: expected at least one label for blank0d, but margin 1 is narrower/,
    ],
    ['stripes without a margin', { parts: [{ kind: 'stripes1d' }] }, /parts\[0\]: stripes1d .* margin > 0/],
    ['periodic stripes', { boundary: 'periodic', parts: [{ kind: 'blank0d' }] }, /expected open boundaries/],
    ['a periodic margin', { boundary: 'periodic', margin: 2 }, /margin: expected 0 with periodic/],
    ['two 2D kinds', { parts: [bump, { kind: 'sos2d' }] }, /one kind, got bump2d and sos2d/],
    ['stripes that overflow', { parts: [{ kind: 'sos2d' }], stripePeak: 0.8 }, /at most 0.5, .* got 0.8/],
    [
      'shapes that cancel',
      {
        heldOut: [
          { type: 'interior', width: 4 },
          { type: 'interior', width: 6, mode: 'cut' },
        ],
      },
      /heldOut: expected a region with labels/,
    ],
    [
      'a spacing that does not divide the torus',
      { boundary: 'periodic', spacing: { x: 1, y: 0.3 } },
      /spacing\.y: expected a spacing that divides the period 16, such as 0\.30188679245283\d* \(53 labels around\), got 0\.3/,
    ],
    [
      'a name in both layers',
      {
        heldOut: [{ type: 'band', axis: 'x', range: [2, 3], name: 'gap' }],
        lesion: [{ type: 'interior', width: 2, name: 'gap' }],
      },
      /lesion\[0\]: expected a name other than those of the layer "held-out", .* got "gap"/,
    ],
    ['a reserved name', { heldOut: [{ type: 'interior', width: 4, name: 'overall' }] }, /section "overall"/],
  ];
  it.each(cases)('%s', (_, fields, message) => {
    expect(() => datasetOf(fields)).toThrow(message);
    expect(() => datasetOf(fields)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});
