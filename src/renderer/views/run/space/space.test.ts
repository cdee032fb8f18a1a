import { describe, expect, it } from 'vitest';
import { buildDataset } from '../../../../core/dataset/dataset.ts';
import { DatasetSpec, type DatasetSpecInput } from '../../../../core/dataset/spec.ts';
import type { SampledImage } from '../images/sampled.ts';
import { accuracy, labelCells, medianError } from './labelMap.ts';
import { cellAt, nearestTraining, placeOf } from './neighbours.ts';
import { outlineOf } from './outlines.ts';

const dataset = (more: Partial<DatasetSpecInput> = {}) =>
  buildDataset(DatasetSpec.parse({ size: 8, parts: [{ kind: 'bump2d' }], ...more }));

const image = (errorX: number | null, errorY: number | null): SampledImage => ({
  pixels: new Uint8Array(1),
  reading: { x: 0, y: 0, countX: 1, countY: 1 },
  verdict: {
    errorX,
    errorY,
    rightX: errorX !== null && errorX < 1,
    rightY: errorY !== null && errorY < 1,
  },
});

describe('labelCells', () => {
  it('counts an image that shows nothing as wrong, and leaves it out of the error', () => {
    const images = [image(0.25, 0.5), image(null, null)];
    expect(accuracy(images, 'both')).toBe(0.5);
    expect(medianError(images, 'both')).toBe(0.5);
    expect(medianError([image(null, 1)], 'x')).toBeNull();
    expect(medianError([image(null, 1)], 'y')).toBe(1);
  });

  it('takes the middle of an odd number and the mean of the middle two of an even one', () => {
    expect(medianError([image(3, 0), image(1, 0), image(2, 0)], 'x')).toBe(2);
    expect(medianError([image(3, 0), image(1, 0)], 'x')).toBe(2);
  });

  it('shows a label once that a named shape tests again', () => {
    const labels = [{ label: [1, 2] as const, images: [image(0, 0)] }];
    const cells = labelCells(
      [
        { section: 'vertical', labels },
        { section: 'cross', labels },
      ],
      'accuracy',
      'both',
    );
    expect(cells).toEqual([{ x: 1, y: 2, section: 'vertical', images: 1, value: 1 }]);
  });
});

describe('outlineOf', () => {
  it('closes around a rectangle with one segment on each side, half a spacing outside its labels', () => {
    const { lattice, heldOut } = dataset({ heldOut: [{ type: 'rectangle', x: [2, 3], y: [4, 6] }] });
    const segments = outlineOf(lattice, heldOut);
    expect(segments).toHaveLength(4);
    expect(segments).toContainEqual([1.5, 3.5, 3.5, 3.5]);
    expect(segments).toContainEqual([1.5, 6.5, 3.5, 6.5]);
    expect(segments).toContainEqual([1.5, 3.5, 1.5, 6.5]);
    expect(segments).toContainEqual([3.5, 3.5, 3.5, 6.5]);
  });

  it('follows the border of any region: its length is the number of unlike neighbours', () => {
    const { lattice, heldOut } = dataset({
      heldOut: [
        { type: 'ellipse', center: [4, 4], radii: [3, 2] },
        { type: 'rectangle', x: [4, 4], y: [4, 4], mode: 'cut' },
      ],
    });
    const at = (x: number, y: number) => (x < 0 || y < 0 || x > 7 || y > 7 ? 0 : heldOut[y * 8 + x]!);
    let unlike = 0;
    for (let y = 0; y <= 8; y++)
      for (let x = 0; x <= 8; x++) {
        if (x < 8 && at(x, y) !== at(x, y - 1)) unlike++;
        if (y < 8 && at(x, y) !== at(x - 1, y)) unlike++;
      }
    const length = outlineOf(lattice, heldOut).reduce(
      (n, [a, b, c, d]) => n + Math.abs(c - a) + Math.abs(d - b),
      0,
    );
    expect(length).toBe(unlike);
    expect(unlike).toBeGreaterThan(12);
  });

  it('stays within the frame although a band runs through the margin', () => {
    const { lattice, heldOut } = dataset({
      margin: 2,
      parts: [{ kind: 'sos2d' }, { kind: 'stripes1d' }],
      heldOut: [{ type: 'band', axis: 'x', range: [3, 3] }],
    });
    for (const [, y0, , y1] of outlineOf(lattice, heldOut)) {
      expect(Math.min(y0, y1)).toBeGreaterThanOrEqual(-0.5);
      expect(Math.max(y0, y1)).toBeLessThanOrEqual(7.5);
    }
  });
});

describe('nearestTraining', () => {
  it('finds what a search through all labels finds', () => {
    const data = dataset({ heldOut: [{ type: 'cross', x: [2, 4], y: [3, 5] }] });
    const found = nearestTraining(data, [3, 4], 5);
    const all = [...data.parts[0]!.labels]
      .map((i) => Math.hypot((i % 8) - 3, Math.floor(i / 8) - 4))
      .sort((a, b) => a - b);
    expect(found.map((n) => n.distance)).toEqual(all.slice(0, 5));
    expect(found[0]!.distance).toBeCloseTo(Math.hypot(2, 2), 12);
  });

  it('goes over the border of a torus', () => {
    const data = dataset({
      boundary: 'periodic',
      heldOut: [{ type: 'rectangle', x: [0, 0], y: [0, 7] }],
    });
    const labels = nearestTraining(data, [0, 3], 2).map((n) => n.label);
    expect(labels).toContainEqual([7, 3]);
    expect(labels).toContainEqual([1, 3]);
  });

  it('lists the nearest of each part, so that stripes do not hide bumps', () => {
    const data = dataset({ margin: 2, parts: [{ kind: 'sos2d' }, { kind: 'stripes1d' }] });
    const kinds = nearestTraining(data, [4, 4], 2).map((n) => n.kind);
    expect(kinds).toEqual(['sos2d', 'sos2d', 'stripes1d', 'stripes1d']);
  });
});

describe('placeOf', () => {
  const data = dataset({ margin: 2, heldOut: [{ type: 'rectangle', x: [2, 3], y: [2, 3], name: 'hole' }] });

  it('tells what a label is for', () => {
    expect(placeOf(data, [2, 3])).toMatchObject({
      section: 'hole',
      trained: false,
      inFrame: true,
      exact: true,
    });
    expect(placeOf(data, [5, 5])).toMatchObject({ section: 'in-distribution', trained: true });
    expect(placeOf(data, [-1, 5])).toMatchObject({ section: null, inFrame: false });
  });

  it('snaps to the lattice and says so', () => {
    expect(placeOf(data, [5.4, 4.6])).toMatchObject({ label: [5, 5], exact: false });
    expect(placeOf(data, [99, -99])).toMatchObject({ label: [9, -2] });
  });
});

describe('cellAt', () => {
  const fine = dataset({ spacing: { x: 0.1, y: 0.1 } });

  it('takes the evaluated label whose drawn cell is hit, although others of the lattice are nearer', () => {
    expect(cellAt(fine, [{ x: 3, y: 3 }], [3.14, 2.9], 0.2)).toEqual([3, 3]);
    expect(
      cellAt(
        fine,
        [
          { x: 3, y: 3 },
          { x: 3.1, y: 2.9 },
        ],
        [3.14, 2.9],
        0.2,
      ),
    ).toEqual([3.1, 2.9]);
  });

  it('takes the lattice where nothing was evaluated', () => {
    expect(cellAt(fine, [{ x: 3, y: 3 }], [5.02, 6.98], 0.2)).toEqual([5, 7]);
  });
});
