import { invariant } from '../base/errors.ts';
import { Rng } from '../base/rng.ts';
import { reshape, split } from '../graph/build.ts';
import { GraphBuilder, type Value } from '../graph/graph.ts';
import { type Shape, sizeOf } from '../graph/ops.ts';

/** How a parameter starts. `uniform` draws from U(−bound, bound). */
export type Init =
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'constant'; readonly value: number };

export interface Parameter {
  readonly name: string;
  readonly shape: Shape;
  readonly init: Init;
}

export interface PlacedParameter extends Parameter {
  /** First element in the flat vector. */
  readonly offset: number;
  readonly size: number;
}

/** All parameters of a network as one flat float32 vector: names, shapes and places. */
export interface ParameterLayout {
  readonly parameters: readonly PlacedParameter[];
  /** Length of the flat vector. */
  readonly size: number;
}

/** Where layers get their weights from; each name is asked for exactly once. */
export type ParameterSource = (parameter: Parameter) => Value;

/** Finds out which parameters a network asks for, by building it once in a graph that is thrown away. */
export function layoutOf(
  network: (builder: GraphBuilder, source: ParameterSource) => unknown,
): ParameterLayout {
  const builder = new GraphBuilder();
  const parameters: PlacedParameter[] = [];
  const names = new Set<string>();
  let size = 0;
  network(builder, (p) => {
    invariant(!names.has(p.name), `the parameter name ${p.name} is used twice`);
    names.add(p.name);
    const n = sizeOf(p.shape);
    parameters.push({ ...p, offset: size, size: n });
    size += n;
    return builder.input(`parameter:${p.name}`, p.shape);
  });
  return { parameters, size };
}

/** Weights as pieces of a flat vector value (P), in layout order. */
export function fromFlat(flat: Value, layout: ParameterLayout): ParameterSource {
  const pieces = split(
    flat,
    0,
    layout.parameters.map((p) => p.size),
  );
  const byName = new Map(layout.parameters.map((p, i) => [p.name, reshape(pieces[i]!, p.shape)]));
  return ({ name }) => {
    const v = byName.get(name);
    invariant(v, `the parameter ${name} is not in the layout`);
    return v;
  };
}

/** Weights as named constants, for exported models. `flat`: (P) float32. */
export function fromConstants(
  builder: GraphBuilder,
  flat: Float32Array,
  layout: ParameterLayout,
): ParameterSource {
  invariant(flat.length === layout.size, `expected ${layout.size} parameters, got ${flat.length}`);
  const byName = new Map(layout.parameters.map((p) => [p.name, p]));
  return ({ name, shape }) => {
    const p = byName.get(name);
    invariant(p, `the parameter ${name} is not in the layout`);
    return builder.constant(flat.slice(p.offset, p.offset + p.size), shape, name);
  };
}

/** Initial weights: (P) float32. Each parameter has draws of its own, keyed by its place in the layout. */
export function initialParameters(layout: ParameterLayout, seed: number): Float32Array {
  const flat = new Float32Array(layout.size);
  layout.parameters.forEach((p, i) => {
    const part = flat.subarray(p.offset, p.offset + p.size);
    if (p.init.kind === 'constant') {
      part.fill(p.init.value);
      return;
    }
    const rng = new Rng(seed, 'init', i);
    for (let k = 0; k < part.length; k++) part[k] = p.init.bound * (2 * rng.uniform() - 1);
  });
  return flat;
}
