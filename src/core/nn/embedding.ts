import { add, cast, concat, cos, exp, greater, mul, neg, reshape, silu, sin, sub } from '../graph/build.ts';
import type { Value } from '../graph/graph.ts';
import { linear } from './layers.ts';
import type { ParameterSource } from './parameters.ts';
import type { LabelEncoding, ModelSpec } from './spec.ts';

/** The label space that encodings must cover: the frame [0, size) with a margin on each side. */
export interface LabelSpace {
  readonly size: number;
  readonly margin: number;
  readonly periodic: boolean;
}

/** A label with x at or below this is "no label" (classifier-free guidance). */
export const NO_LABEL = -1e9;

/** Width of one encoded coordinate. */
export function encodingWidth(encoding: LabelEncoding, space: LabelSpace): number {
  switch (encoding.kind) {
    case 'sinusoidal':
      return encoding.dim;
    case 'harmonics':
      return 2 * encoding.count;
    case 'bump':
      return encoding.dim;
    case 'onehot':
      return oneHotUnits(space).length;
  }
}

/** Integers such that every label of [−margin, size + margin) is nearest to one (on a ring: 0 … size − 1). */
function oneHotUnits({ size, margin, periodic }: LabelSpace): number[] {
  const first = Math.ceil(-margin - 0.5);
  const last = periodic ? size - 1 : Math.ceil(size + margin - 0.5);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** sin and cos of angles v·frequency; v: (B, 1) → (B, 2F). */
function sinusoid(v: Value, frequencies: readonly number[]): Value {
  const angle = mul(v, v.node.builder.constant(Float32Array.from(frequencies), [1, frequencies.length]));
  return concat([sin(angle), cos(angle)], 1);
}

function geometric(count: number, maxPeriod: number, scale: number): number[] {
  return Array.from({ length: count }, (_, i) => scale * maxPeriod ** (-i / count));
}

/** Responses of Gaussian units on a line across the label space (on a ring when periodic). */
function bumpCode(v: Value, dim: number, sigma: number, { size, margin, periodic }: LabelSpace): Value {
  const span = size + 2 * margin;
  const step = periodic ? span / dim : span / Math.max(1, dim - 1);
  const units = Float32Array.from({ length: dim }, (_, i) => -margin + i * step);
  const response = (shift: number) => {
    const centre = v.node.builder.constant(
      units.map((u) => u + shift),
      [1, dim],
    );
    const d = sub(v, centre);
    return exp(neg(mul(mul(d, d), 1 / (2 * sigma * sigma))));
  };
  return periodic ? add(add(response(-span), response(0)), response(span)) : response(0);
}

/** Unit u is 1 for u − ½ < v ≤ u + ½ (v modulo the size on a ring) and 0 elsewhere. */
function oneHotCode(v: Value, space: LabelSpace): Value {
  const units = oneHotUnits(space);
  const code = (w: Value): Value => {
    const edges = (d: number) =>
      v.node.builder.constant(
        Float32Array.from(units, (u) => u + d),
        [1, units.length],
      );
    return sub(greater(w, edges(-0.5)), greater(w, edges(0.5)));
  };
  return space.periodic ? add(code(v), code(sub(v, space.size))) : code(v);
}

function encode(v: Value, encoding: LabelEncoding, space: LabelSpace): Value {
  switch (encoding.kind) {
    case 'sinusoidal':
      return sinusoid(
        v,
        geometric(encoding.dim / 2, encoding.maxPeriod, encoding.scale ?? (8 * Math.PI) / space.size),
      );
    case 'harmonics':
      return sinusoid(
        v,
        Array.from({ length: encoding.count }, (_, k) => (2 * Math.PI * (k + 1)) / space.size),
      );
    case 'bump':
      return bumpCode(v, encoding.dim, encoding.sigma, space);
    case 'onehot':
      return oneHotCode(v, space);
  }
}

/**
 * The conditioning vector from t and the labels.
 * @param t (B) int64 in [0, T)
 * @param label (B, 2) float32, x then y, in frame coordinates
 * @returns (B, embedding.dim), after its nonlinearity: blocks apply a linear map to it
 */
export function conditioning(
  p: ParameterSource,
  spec: ModelSpec['embedding'],
  t: Value,
  label: Value,
  space: LabelSpace,
  withNoLabel: boolean,
): Value {
  const b = t.shape[0]!;
  const builder = t.node.builder;
  const time = sinusoid(reshape(cast(t), [b, 1]), geometric(spec.time.dim / 2, spec.time.maxPeriod, 1));
  const [x, y] = builder.op('split', [label], { axis: 1, sizes: [1, 1] });
  let codes = concat([encode(x!, spec.label, space), encode(y!, spec.label, space)], 1);
  if (withNoLabel) codes = mul(codes, greater(x!, NO_LABEL / 2));
  const all = concat([time, codes], 1);
  if (spec.mix === 'none') return silu(all);
  return silu(linear(p, 'embedding.2', silu(linear(p, 'embedding.1', all, spec.dim)), spec.dim));
}
