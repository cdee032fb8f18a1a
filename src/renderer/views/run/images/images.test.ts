import { describe, expect, it } from 'vitest';
import { buildDataset } from '../../../../core/dataset/dataset.ts';
import { DatasetSpec } from '../../../../core/dataset/spec.ts';
import type { EvaluationSamples } from '../../../../shared/contract/runs.ts';
import { createGroundTruth, kindAt } from './groundTruth.ts';
import { bytesOf, imageAt, toBytes, toRgba } from './pixels.ts';
import { groupEvaluation, groupResult, labelText, readingText, verdictText } from './sampled.ts';

const base64 = (bytes: readonly number[]) => Buffer.from(bytes).toString('base64');

describe('pixels', () => {
  it('come out of base64 byte by byte, also those above 127', () => {
    const bytes = Array.from({ length: 256 }, (_, i) => i);
    expect([...bytesOf(base64(bytes))]).toEqual(bytes);
  });

  it('are rounded to the nearest byte, ends included, and cut off beyond', () => {
    expect([...toBytes(Float32Array.of(-1, 0, 1, -3, 3))]).toEqual([0, 128, 255, 0, 255]);
  });

  it('become grey and opaque', () => {
    expect([...toRgba(Uint8Array.of(0, 7))]).toEqual([0, 0, 0, 255, 7, 7, 7, 255]);
  });

  it('are cut into images of N × N', () => {
    expect([
      ...imageAt(
        Uint8Array.from({ length: 12 }, (_, i) => i),
        2,
        2,
      ),
    ]).toEqual([8, 9, 10, 11]);
  });
});

it('draws ground truth with its brightest pixel at row y, column x', () => {
  const spec = DatasetSpec.parse({ size: 8, parts: [{ kind: 'bump2d' }] });
  const dataset = buildDataset(spec);
  const image = createGroundTruth(dataset)(5, 2);
  expect(image.indexOf(Math.max(...image))).toBe(2 * 8 + 5);
  expect(Math.max(...image)).toBe(255);
});

describe('kindAt', () => {
  const build = (parts: ('bump2d' | 'stripes1d')[]) =>
    buildDataset(DatasetSpec.parse({ size: 8, margin: 2, parts: parts.map((kind) => ({ kind })) }));

  it('is a stripe where one feature lies in the margin and stripes are trained on', () => {
    const dataset = build(['bump2d', 'stripes1d']);
    expect(kindAt(dataset, [3, 3])).toBe('bump2d');
    expect(kindAt(dataset, [1, -2])).toBe('stripes1d');
    expect(kindAt(dataset, [8, 3])).toBe('stripes1d'); // the frame is half-open
    // The image at (1, −2) then has its bright column at x = 1, all the way down.
    expect(createGroundTruth(dataset)(1, -2)[7 * 8 + 1]).toBeGreaterThan(100);
  });

  it('is the cropped 2D image where nothing else is trained on', () => {
    expect(kindAt(build(['bump2d']), [1, -2])).toBe('bump2d');
    expect(kindAt(build(['bump2d', 'stripes1d']), [-1, -2])).toBe('bump2d');
  });
});

const reading = (label: [number, number], x: number | null, y: number | null) => ({
  label,
  x,
  y,
  countX: x === null ? (0 as const) : (1 as const),
  countY: y === null ? (0 as const) : (1 as const),
  responseX: 1,
  responseY: 1,
});

/** Two sections of one and two labels, two samples each; pixel values number the images. */
const samples: EvaluationSamples = {
  evaluation: {
    step: 10,
    final: false,
    tolerancePx: 1,
    readout: 'matchedFilter',
    weights: 'raw',
    sections: [],
    skipped: [],
  },
  sections: [
    { section: 'a', labels: 1 },
    { section: 'b', labels: 2 },
  ],
  samplesPerLabel: 2,
  readings: [
    reading([1, 1], 1.5, 1),
    reading([1, 1], null, null),
    reading([2, 2], 2, 3),
    reading([2, 2], 2, 2),
    reading([7.8, 3], 0.1, 3),
    reading([7.8, 3], 7, 3),
  ],
  size: 1,
  pixels: base64([10, 11, 12, 13, 14, 15]),
};

describe('groupEvaluation', () => {
  it('gives each label its own images and read-outs, across sections', () => {
    const groups = groupEvaluation(samples, null);
    const flat = groups.map((g) => [
      g.section,
      g.labels.map((l) => [l.label, l.images.map((i) => i.pixels[0])]),
    ]);
    expect(flat).toEqual([
      [
        'a',
        [
          [
            [1, 1],
            [10, 11],
          ],
        ],
      ],
      [
        'b',
        [
          [
            [2, 2],
            [12, 13],
          ],
          [
            [7.8, 3],
            [14, 15],
          ],
        ],
      ],
    ]);
  });

  it('judges strictly: an error of the whole tolerance is wrong', () => {
    const [, b] = groupEvaluation(samples, null);
    expect(b!.labels[0]!.images.map((i) => verdictText(i.verdict))).toEqual(['y wrong', 'right']);
  });

  it('takes the short way round where labels wrap', () => {
    const last = (period: number | null) =>
      groupEvaluation(samples, period)[1]!.labels[1]!.images[0]!.verdict.rightX;
    expect(last(8)).toBe(true);
    expect(last(null)).toBe(false);
  });
});

it('groups the playground by label in the order asked', () => {
  const groups = groupResult(
    {
      step: 1,
      size: 1,
      labels: [
        [0, 0],
        [1, 1],
      ],
      count: 2,
      pixels: base64([1, 2, 3, 4]),
      readings: samples.readings.slice(0, 4),
      trajectory: null,
    },
    { tolerancePx: 1, period: null },
  );
  expect(groups.map((g) => g.images.map((i) => i.pixels[0]))).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

it('says in words what was read', () => {
  expect(readingText(reading([0, 0], 3.14, 7))).toBe('(3.1, 7.0)');
  expect(readingText(reading([0, 0], null, null))).toBe('nothing');
  expect(readingText({ x: 3, y: 4, countX: 2, countY: 1 })).toBe('(several, 4.0)');
  expect(labelText([3, 7.5])).toBe('(3, 7.5)');
});
