import { describe, expect, it } from 'vitest';
import { compareRegions } from '../../../../shared/compare/regions.ts';
import { specWith } from '../testing/runs.ts';
import { overlayMap, regionKey, regionMap } from './region-map.ts';

const dataset = (change: Parameters<typeof specWith>[0] = () => {}) => specWith(change).dataset;
const count = (map: ReturnType<typeof regionMap>, name: string) =>
  map.counts[map.kinds.findIndex((kind) => kind.name === name)];

describe('regionMap', () => {
  it('counts the cross of the tiny preset', () => {
    // 8×8 labels; the bands x in 3…4 and y in 3…4 hold 2·8 + 2·8 − 2·2 = 28 of them.
    const map = regionMap(dataset());
    expect([map.columns, map.rows]).toEqual([8, 8]);
    expect(count(map, 'held out')).toBe(28);
    expect(count(map, 'trained on')).toBe(64 - 28);
  });

  it('lays rows along y, the first at the smallest', () => {
    const map = regionMap(
      dataset((spec) => (spec.dataset.heldOut = [{ type: 'band', axis: 'y', range: [0, 0], mode: 'add' }])),
    );
    const held = map.kinds.findIndex(({ name }) => name === 'held out');
    expect([...map.codes.slice(0, 8)].every((code) => code === held)).toBe(true);
    expect([...map.codes.slice(8)].some((code) => code === held)).toBe(false);
    expect(map.y[0]).toBe(0);
  });

  it('tells what subsampling leaves out from what is trained on', () => {
    const map = regionMap(dataset((spec) => (spec.dataset.parts[0]!.lambda = 0.5)));
    expect(count(map, 'trained on')! + count(map, 'left out by subsampling')!).toBe(36);
    expect(count(map, 'left out by subsampling')).toBeGreaterThan(0);
  });

  it('counts every label once', () => {
    const map = regionMap(
      dataset((spec) =>
        Object.assign(spec.dataset, {
          margin: 2,
          parts: [
            { kind: 'sos2d', weight: null, lambda: 1, lambdaSeed: 0, within: [] },
            { kind: 'stripes1d', weight: null, lambda: 1, lambdaSeed: 0, within: [] },
          ],
        }),
      ),
    );
    expect(map.counts.reduce((a, b) => a + b)).toBe(12 * 12);
    // Stripes: one feature in the frame (8), the other in the margin (4), both ways round.
    expect(count(map, 'stripes and blanks')).toBe(2 * 8 * 4);
    expect(count(map, 'margin without images')).toBe(4 * 4);
    // Shares are of the 8×8 labels of the frame, whatever the margin: the same as without one.
    const share = (name: string) => map.shares[map.kinds.findIndex((kind) => kind.name === name)];
    expect(share('held out')).toBe(28 / 64);
    expect(share('trained on')).toBe(36 / 64);
    expect(share('stripes and blanks')).toBeNull();
  });
});

it('overlayMap names what is only in one', () => {
  const other = dataset(
    (spec) => (spec.dataset.heldOut = [{ type: 'band', axis: 'x', range: [3, 4], mode: 'add' }]),
  );
  const found = compareRegions(dataset(), other);
  if (!found.comparable) throw new Error(found.reason);
  const map = overlayMap(found.heldOut, found, ['A', 'B']);
  expect(count(map, 'only A')).toBe(28 - 16);
  expect(count(map, 'only B')).toBe(0);
  expect(count(map, 'in both')).toBe(16);
});

it('regionKey is the same for runs that differ in training only, another for another region', () => {
  expect(regionKey(dataset())).toBe(regionKey(dataset((spec) => (spec.training.batchSize = 1))));
  expect(regionKey(dataset())).not.toBe(regionKey(dataset((spec) => (spec.dataset.heldOut = []))));
  expect(regionKey(dataset())).not.toBe(regionKey(dataset((spec) => (spec.dataset.spacing.x = 0.5))));
});
