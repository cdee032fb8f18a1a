import type { OpAttrs, Shape } from '../graph/ops.ts';
import type { LoweringContext } from './lowerings.ts';
import type { OnnxWriter, WeightGradStrategy } from './writer.ts';

/** dW[o, c, i, j] = Σ_{b, r, s} dY[b, o, r, s] · X[b, c, r + i − top, s + j − left], in one of three ways. */
export function lowerConvGradWeight(c: LoweringContext<OpAttrs['convGradWeight']>): void {
  const { attrs, inputs, w } = c;
  const [kh, kw] = attrs.kernel;
  if (kh === 1 && kw === 1 && attrs.pads.every((p) => p === 0)) {
    pointwise(c);
    return;
  }
  const strategy = w.options.weightGrad(attrs, inputs[0]!.shape, inputs[1]!.shape);
  ({ conv: byConvolution, windows: byWindows, im2col: byColumns })[strategy](c);
}

type Context = LoweringContext<OpAttrs['convGradWeight']>;
type Dims = [number, number, number, number];

/** A·Bᵀ over the last two axes. */
function timesTransposed(w: OnnxWriter, a: string, b: string): string {
  if (w.options.target === 'onnxruntime') {
    return w.temp('FusedMatMul', [a, b], { transB: 1, transA: 0, alpha: { float: 1 } }, 'com.microsoft');
  }
  return w.temp('MatMul', [a, w.temp('Transpose', [b], { perm: [0, 2, 1] })]);
}

/** Σ_b dY_b X_bᵀ of (B, O, L) and (B, C, L). */
function batchedOuter(w: OnnxWriter, dy: string, x: string, keepDims: 0 | 1): string {
  return w.temp('ReduceSum', [timesTransposed(w, dy, x), w.ints([0])], { keepdims: keepDims });
}

function pointwise({ inputs, w, in: [x, dy], out }: Context): void {
  const [, c, h, width] = inputs[0]!.shape as unknown as Dims;
  const o = inputs[1]!.shape[1]!;
  const flat = (name: string, channels: number) =>
    w.temp('Reshape', [name, w.ints([0, channels, h * width])]);
  w.emit('Reshape', [batchedOuter(w, flat(dy!, o), flat(x!, c), 0), w.ints([o, c, 1, 1])], out[0]!);
}

/** One convolution with batch and channel axes exchanged. */
function byConvolution({ attrs, inputs, w, in: [x, dy], out }: Context): void {
  const turn = (name: string) => w.temp('Transpose', [name], { perm: [1, 0, 2, 3] });
  const kernel = inputs[1]!.shape.slice(2);
  const dw = w.temp('Conv', [turn(x!), turn(dy!)], { kernel_shape: kernel, pads: attrs.pads });
  w.emit('Transpose', [dw], out[0]!, { perm: [1, 0, 2, 3] });
}

/**
 * One batched matrix product for each kernel offset, over contiguous windows of the flattened padded rows: dY
 * gets zero columns up to the padded width, so that what a window reads past a row's end is multiplied by 0.
 */
function byWindows({ attrs, inputs, w, in: [x, dy], out }: Context): void {
  const [, c, h, width] = inputs[0]!.shape as unknown as Dims;
  const [, o, oh, ow] = inputs[1]!.shape as unknown as Dims;
  const [top, left, bottom, right] = attrs.pads;
  const [kh, kw] = attrs.kernel;
  const wide = width + left + right;
  const tall = h + top + bottom;
  const length = oh * wide - (wide - ow);
  const padded = w.temp('Pad', [x!, w.ints([0, 0, top, left, 0, 0, bottom, right])]);
  const rows = w.temp('Reshape', [padded, w.ints([0, c, tall * wide])]);
  const spaced = w.temp('Pad', [dy!, w.ints([0, 0, 0, 0, 0, 0, 0, wide - ow])]);
  const flat = w.temp('Reshape', [spaced, w.ints([0, o, oh * wide])]);
  const window = (name: string, start: number) =>
    w.temp('Slice', [name, w.ints([start]), w.ints([start + length]), w.ints([2])]);
  const g = window(flat, 0);
  // The right operand of a product is packed first, so the one with fewer channels goes there.
  const wider = c > o && o > 1;
  const parts: string[] = [];
  for (let i = 0; i < kh; i++) {
    for (let j = 0; j < kw; j++) {
      const shifted = window(rows, i * wide + j);
      parts.push(wider ? batchedOuter(w, shifted, g, 1) : batchedOuter(w, g, shifted, 1));
    }
  }
  const stacked = w.temp('Concat', parts, { axis: 0 }); // (kh·kw, O, C) or (kh·kw, C, O)
  const turned = w.temp('Transpose', [stacked], { perm: wider ? [2, 1, 0] : [1, 2, 0] });
  w.emit('Reshape', [turned, w.ints([o, c, kh, kw])], out[0]!);
}

/** The shifted images side by side, then one batched matrix product. */
function byColumns({ attrs, inputs, w, in: [x, dy], out }: Context): void {
  const [, c] = inputs[0]!.shape as unknown as Dims;
  const [, o, oh, ow] = inputs[1]!.shape as unknown as Dims;
  const [top, left, bottom, right] = attrs.pads;
  const [kh, kw] = attrs.kernel;
  const padded = w.temp('Pad', [x!, w.ints([0, 0, top, left, 0, 0, bottom, right])]);
  const shifted: string[] = [];
  for (let i = 0; i < kh; i++) {
    for (let j = 0; j < kw; j++) {
      shifted.push(w.temp('Slice', [padded, w.ints([i, j]), w.ints([i + oh, j + ow]), w.ints([2, 3])]));
    }
  }
  const columns = w.temp('Concat', shifted, { axis: 1 });
  const flatColumns = w.temp('Reshape', [columns, w.ints([0, kh * kw * c, oh * ow])]);
  const flatGradient = w.temp('Reshape', [dy!, w.ints([0, o, oh * ow])]);
  const dw = batchedOuter(w, flatGradient, flatColumns, 0); // (O, k²·C)
  const apart = w.temp('Reshape', [dw, w.ints([o, kh * kw, c])]);
  w.emit('Reshape', [w.temp('Transpose', [apart], { perm: [0, 2, 1] }), w.ints([o, c, kh, kw])], out[0]!);
}

/**
 * The fastest way by shape on a CPU core, as measured by `bench/` on single-threaded sessions: shifted images
 * for a single input channel, one convolution for images up to 4×4, windows for everything else.
 */
export function cpuWeightGrad(_: OpAttrs['convGradWeight'], x: Shape): WeightGradStrategy {
  const [, channels, height, width] = x as unknown as Dims;
  if (channels === 1) return 'im2col';
  return height * width <= 16 ? 'conv' : 'windows';
}
