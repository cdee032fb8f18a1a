import { expect, test } from 'vitest';
import { buildDataset } from '../../core/dataset/dataset.ts';
import { DatasetSpec, type DatasetSpecInput } from '../../core/dataset/spec.ts';
import { regionThumbnail } from './region-thumbnail.ts';

const thumbnail = (spec: Partial<DatasetSpecInput>) =>
  regionThumbnail(DatasetSpec.parse({ size: 8, parts: [{ kind: 'bump2d' }], ...spec }));
const rows = ({ side, cells }: { side: number; cells: string }): string[] =>
  Array.from({ length: side }, (_, y) => cells.slice(y * side, (y + 1) * side));

test('at one label for each cell the picture is the label space', () => {
  const picture = thumbnail({
    heldOut: [{ type: 'band', axis: 'x', range: [2, 3] }],
    lesion: [{ type: 'rectangle', x: [3, 5], y: [6, 7] }],
  });
  expect(rows(picture)).toEqual([...Array<string>(6).fill('tthhtttt'), 'tthllltt', 'tthllltt']);
  // Where both cover a label it is the lesion's, as in the sections: 2 columns of 8 less 2 labels; 3 × 2 labels.
  expect(picture).toMatchObject({ heldOut: 14 / 64, lesion: 6 / 64, trainingImages: 64 - 14 - 6 });
});

test('margins hold stripes beside the frame and nothing in the corners', () => {
  const picture = thumbnail({ margin: 1, parts: [{ kind: 'bump2d' }, { kind: 'stripes1d' }] });
  const middle = `s${'t'.repeat(8)}s`;
  expect(rows(picture)).toEqual(['.ssssssss.', ...Array<string>(8).fill(middle), '.ssssssss.']);
  expect(rows(thumbnail({ margin: 1 }))[0]).toBe('.'.repeat(10));
});

test('what no part has images of is uncovered, and what subsampling leaves out is not', () => {
  const parts: DatasetSpecInput['parts'] = [
    { kind: 'bump2d', within: [{ type: 'rectangle', x: [0, 3], y: [0, 7] }], lambda: 0.1 },
  ];
  expect(new Set(rows(thumbnail({ parts })))).toEqual(new Set(['ttttuuuu']));
});

test('the paper’s cross at d = 0.1 keeps its fractions exactly and its shape in 32 × 32 cells', () => {
  const spec: Partial<DatasetSpecInput> = {
    size: 32,
    spacing: { x: 0.1, y: 0.1 },
    heldOut: [{ type: 'cross', x: [13, 19], y: [13, 19] }],
  };
  const picture = thumbnail(spec);
  // 67,081 of 102,400 images are left (paper, section 4).
  expect(picture.trainingImages).toBe(67_081);
  expect(picture.heldOut).toBeCloseTo(1 - 67_081 / 102_400, 12);
  // Ten labels a cell: cells 13–18 hold values in the band, cell 19 only its first.
  const band = 't'.repeat(13) + 'h'.repeat(6) + 't'.repeat(13);
  expect(rows(picture)).toEqual([
    ...Array<string>(13).fill(band),
    ...Array<string>(6).fill('h'.repeat(32)),
    ...Array<string>(13).fill(band),
  ]);
});

test('axes of different spacing fill the same square', () => {
  const picture = thumbnail({ spacing: { x: 1, y: 4 } }); // 8 labels by 2
  expect(picture.side).toBe(8);
  expect(picture.cells).toBe('t'.repeat(64));
  expect(
    buildDataset(DatasetSpec.parse({ size: 8, parts: [{ kind: 'bump2d' }], spacing: { x: 1, y: 4 } })).lattice
      .y.count,
  ).toBe(2);
});
