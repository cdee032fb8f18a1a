import type { Graph, Node, Value } from '../graph/graph.ts';
import { type OpAttrs, type OpName, type Shape, sizeOf, type TensorType } from '../graph/ops.ts';

/** What running a graph once takes. */
export interface GraphCost {
  /** Floating-point operations: a multiply-add counts as two, anything else as one for each element. */
  readonly flops: number;
  /** Ops that run: all but sources and new shapes for old values. */
  readonly ops: number;
  /** Bytes that these ops read and write. */
  readonly bytesMoved: number;
  /**
   * The most bytes of values between ops that are alive at a time, run in the graph's order: without inputs, outputs and
   * constants, whose memory belongs to others.
   */
  readonly peakBytes: number;
}

/** Adds up a graph's ops. */
export function graphCost(graph: Graph): GraphCost {
  const running = graph.nodes.filter((node) => !isFree(node));
  return {
    flops: running.reduce((sum, node) => sum + flopsOf(node), 0),
    ops: running.length,
    bytesMoved: running.reduce((sum, node) => sum + totalBytes(node.inputs) + totalBytes(node.outputs), 0),
    peakBytes: peakBytes(graph),
  };
}

/** Floating-point operations of an op from its types: the first output's shape decides for most. */
export type FlopRule<A> = (attrs: A, inputs: readonly TensorType[], outputs: readonly TensorType[]) => number;

function flopsOf({ op, attrs, inputs, outputs }: Node): number {
  return (opFlops[op] as FlopRule<unknown>)(attrs, inputs, outputs);
}

const none: FlopRule<unknown> = () => 0;
const perOutput: FlopRule<unknown> = (_, __, [y]) => sizeOf(y!.shape);
const perInput: FlopRule<unknown> = (_, [x]) => sizeOf(x!.shape);
const times =
  (n: number): FlopRule<unknown> =>
  (_, __, [y]) =>
    n * sizeOf(y!.shape);

/** The five loops of a convolution, for its output or for the gradient of its kernel. */
function convolution(image: Shape, kernel: Shape, output: Shape): number {
  const [, channels] = image as unknown as [number, number];
  const [, , kh, kw] = kernel as unknown as [number, number, number, number];
  return 2 * sizeOf(output) * channels * kh * kw;
}

export const opFlops: { readonly [K in OpName]: FlopRule<OpAttrs[K]> } = {
  input: none,
  constant: none,

  add: perOutput,
  sub: perOutput,
  mul: perOutput,
  div: perOutput,
  minimum: perOutput,
  maximum: perOutput,
  equal: perOutput,
  greater: perOutput,

  neg: perOutput,
  exp: perOutput,
  log: perOutput,
  sqrt: perOutput,
  sigmoid: perOutput,
  tanh: perOutput,
  erf: perOutput,
  sin: perOutput,
  cos: perOutput,
  silu: times(2),

  sum: perInput,
  mean: perInput,

  reshape: none,
  transpose: none,
  broadcastTo: none,
  slice: none,
  flip: none,
  concat: none,
  pad: none,
  split: none,

  matmul: ({ transA }, [a], [y]) => 2 * sizeOf(y!.shape) * a!.shape.at(transA ? -2 : -1)!,
  conv2d: (_, [x, w, bias], [y]) => convolution(x!.shape, w!.shape, y!.shape) + (bias ? sizeOf(y!.shape) : 0),
  convGradWeight: (_, [x, dy], [w]) => convolution(x!.shape, w!.shape, dy!.shape),

  avgPool: perInput,
  maxPool: perInput,
  upsampleNearest: none,

  // Maximum, difference, exponential, sum, quotient.
  softmax: times(5),
  // Mean, difference, square, its mean, product; with scale and shift two more.
  normalize: times(5),
  groupNorm: times(7),

  cast: none,
  oneHot: none,
};

/** Whether an op costs no time of its own: sources, and new shapes for old values. */
function isFree({ op }: Node): boolean {
  return op === 'input' || op === 'constant' || op === 'reshape';
}

function bytesOf({ dtype, shape }: TensorType): number {
  return (dtype === 'int64' ? 8 : 4) * sizeOf(shape);
}

function totalBytes(values: readonly TensorType[]): number {
  return values.reduce((sum, v) => sum + bytesOf(v), 0);
}

/** A reshape shares its operand's memory: the value that owns it. */
function owner(value: Value): Value {
  return value.node.op === 'reshape' ? owner(value.node.inputs[0]!) : value;
}

function peakBytes(graph: Graph): number {
  const kept = new Set([...graph.outputs.values()].map(owner));
  const lastUse = new Map<Value, number>();
  graph.nodes.forEach((node, at) => {
    for (const v of node.inputs) lastUse.set(owner(v), at);
  });
  const ends = new Map<number, Value[]>();
  for (const [v, at] of lastUse) ends.set(at, [...(ends.get(at) ?? []), v]);
  let alive = 0;
  let peak = 0;
  const counts = (v: Value) => v.node.op !== 'input' && v.node.op !== 'constant' && !kept.has(v);
  graph.nodes.forEach((node, at) => {
    if (node.op !== 'reshape') for (const v of node.outputs) if (counts(v)) alive += bytesOf(v);
    peak = Math.max(peak, alive);
    for (const v of ends.get(at) ?? []) if (counts(v)) alive -= bytesOf(v);
    // What nothing reads is gone at once.
    if (node.op !== 'reshape')
      for (const v of node.outputs) if (counts(v) && !lastUse.has(v)) alive -= bytesOf(v);
  });
  return peak;
}
