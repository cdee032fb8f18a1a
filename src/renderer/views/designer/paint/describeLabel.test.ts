import { expect, it } from 'vitest';
import { createLattice } from '../../../../core/dataset/lattice.ts';
import { DatasetSpec } from '../../../../core/dataset/spec.ts';
import { analyze } from '../analysis/analyze.ts';
import { describeLabel, labelFacts } from './describeLabel.ts';

const spec = DatasetSpec.parse({
  size: 8,
  margin: 2,
  parts: [{ kind: 'sos2d' }, { kind: 'stripes1d' }],
  heldOut: [{ type: 'band', axis: 'x', range: [3, 4] }],
});
const lattice = createLattice(spec);
const analysis = analyze(spec, 0.9);
const index = (x: number, y: number) => (y + 2) * 12 + x + 2;

it('says what the dataset does with a label', () => {
  expect(describeLabel(index(0, 5), lattice, analysis)).toBe(
    'x 0, y 5, section in-distribution, trained on in part 1',
  );
  expect(describeLabel(index(3, 5), lattice, analysis)).toBe('x 3, y 5, section vertical, not trained on');
  expect(describeLabel(index(3, -1), lattice, analysis)).toBe(
    'x 3, y −1, in the margin, a 1D stripe, trained on in part 2',
  );
  expect(describeLabel(index(-1, -2), lattice, analysis)).toBe(
    'x −1, y −2, in the margin, blank, not trained on',
  );
});

it('says no more than it knows without an analysis', () => {
  expect(describeLabel(index(3, 5), lattice, null)).toBe('x 3, y 5');
  expect(labelFacts(index(3, 5), lattice, null).parts).toBeNull();
});

it('tells the cluster of a training label, and its size if that is a large one', () => {
  // θ = 0.9 links labels within 0.65 σ: every image is alone.
  expect(labelFacts(index(0, 0), lattice, analysis).cluster).toEqual({ rank: 0, size: 1 });
  expect(labelFacts(index(7, 7), lattice, analysis).cluster).toMatchObject({ size: null });
  expect(labelFacts(index(3, 5), lattice, analysis).cluster).toBeNull();
});
