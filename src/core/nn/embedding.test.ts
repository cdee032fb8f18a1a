import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/graph.ts';
import { interpret } from '../graph/reference/interpret.ts';
import { nd } from '../graph/reference/ndarray.ts';
import { conditioning, encodingWidth, type LabelSpace, NO_LABEL } from './embedding.ts';
import type { LabelEncoding } from './spec.ts';

/** The code of x (then of y) in the conditioning vector of one label, before its nonlinearity. */
function codesOf(
  encoding: LabelEncoding,
  space: LabelSpace,
  x: number,
  y: number,
  withNoLabel = false,
): number[] {
  const width = encodingWidth(encoding, space);
  const builder = new GraphBuilder();
  const spec = { dim: 2 + 2 * width, mix: 'none', time: { dim: 2, maxPeriod: 10 }, label: encoding } as const;
  const out = conditioning(
    () => {
      throw new Error('this encoding has no parameters');
    },
    spec,
    builder.input('t', [1], 'int64'),
    builder.input('label', [1, 2]),
    space,
    withNoLabel,
  );
  const silu = interpret(builder.finish({ out }), { t: nd([1], [0]), label: nd([1, 2], [x, y]) }).out!.data;
  return [...silu.slice(2, 2 + width)];
}

/** SiLU(1): what a unit at 1 becomes. */
const ON = 1 / (1 + Math.exp(-1));

const spaces: LabelSpace[] = [
  { size: 8, margin: 0, periodic: false },
  { size: 8, margin: 2.5, periodic: false },
  { size: 8, margin: 0, periodic: true },
];

describe('one-hot encoding', () => {
  it.each(spaces)('sets exactly one unit for every label of %j', (space) => {
    const lowest = -space.margin;
    const highest = space.size + space.margin;
    fc.assert(
      fc.property(fc.double({ min: lowest, max: highest - 1e-9, noNaN: true }), (v) => {
        const code = codesOf({ kind: 'onehot' }, space, v, 0);
        expect(code.filter((c) => Math.abs(c - ON) < 1e-12)).toHaveLength(1);
        expect(code.filter((c) => c === 0)).toHaveLength(code.length - 1);
      }),
    );
  });

  it('takes labels past the last half unit to unit 0 on a ring', () => {
    expect(codesOf({ kind: 'onehot' }, spaces[2]!, 7.6, 0)[0]).toBeCloseTo(ON, 12);
  });
});

describe('encodings on a ring', () => {
  it.each<LabelEncoding>([
    { kind: 'harmonics', count: 3 },
    { kind: 'bump', dim: 8, sigma: 1 },
    { kind: 'onehot' },
  ])('%j has no seam: labels 0 and N agree', (encoding) => {
    const ring = spaces[2]!;
    const [a, b] = [codesOf(encoding, ring, 0.25, 1), codesOf(encoding, ring, 8.25, 1)];
    // Frequencies are float32 constants, 2⁻²⁴ relative over a few turns.
    a.forEach((v, i) => expect(Math.abs(v - b[i]!)).toBeLessThan(1e-5));
  });
});

describe('no label', () => {
  it('silences both coordinates, and only then', () => {
    const encoding: LabelEncoding = { kind: 'sinusoidal', dim: 4, maxPeriod: 100, scale: 1 };
    expect(codesOf(encoding, spaces[0]!, NO_LABEL, NO_LABEL, true).every((v) => v === 0)).toBe(true);
    expect(codesOf(encoding, spaces[0]!, 3, 3, true)).toEqual(codesOf(encoding, spaces[0]!, 3, 3, false));
  });
});
