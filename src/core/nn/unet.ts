import { add, avgPool, concat, maxPool, upsampleNearest } from '../graph/build.ts';
import type { Value } from '../graph/graph.ts';
import { conditioning, type LabelSpace } from './embedding.ts';
import {
  activate,
  convolution,
  groupNorm,
  linear,
  perChannel,
  projectionAttention,
  transformerAttention,
  upsampleBilinear,
} from './layers.ts';
import type { ParameterSource } from './parameters.ts';
import type { ModelSpec } from './spec.ts';

export interface UNetInputs {
  /** Noisy images (B, 1, N, N). */
  readonly x: Value;
  /** Timesteps (B) int64. */
  readonly t: Value;
  /** Labels (B, 2), x then y, in frame coordinates. */
  readonly label: Value;
}

export interface UNetOutputs {
  /** Prediction (B, 1, N, N): ε or v. */
  readonly output: Value;
  /** Named inner values, for reading representations: `conditioning`, `stem`, `down1` …, `bottleneck1` …, `up1` …. */
  readonly taps: ReadonlyMap<string, Value>;
}

interface Context {
  readonly p: ParameterSource;
  readonly spec: ModelSpec;
  readonly e: Value;
  readonly taps: Map<string, Value>;
}

/**
 * The conditional UNet (paper figure 7): down blocks, bottleneck and up blocks with skip connections,
 * self-attention after the named blocks, the conditioning vector added in every block.
 */
export function unet(
  p: ParameterSource,
  spec: ModelSpec,
  { x, t, label }: UNetInputs,
  space: LabelSpace,
  withNoLabel = false,
): UNetOutputs {
  const taps = new Map<string, Value>();
  const e = conditioning(p, spec.embedding, t, label, space, withNoLabel);
  taps.set('conditioning', e);
  const c: Context = { p, spec, e, taps };
  const output = spec.block === 'residual' ? residualUNet(c, x) : doubleConvUNet(c, x);
  return { output, taps };
}

/** Block, pool; …; bottleneck; …; upsample, join the skip, block. Skips come from before each pool. */
function residualUNet(c: Context, x: Value): Value {
  const { p, spec } = c;
  let h = convolution(p, 'stem', x, spec.stem, spec);
  c.taps.set('stem', h);
  const skips: Value[] = [];
  spec.widths.forEach((width, i) => {
    h = block(c, `down${i + 1}`, h, width, residualBlock);
    skips.push(h);
    h = downsample(c, h);
  });
  spec.bottleneck.forEach((width, i) => {
    h = block(c, `bottleneck${i + 1}`, h, width, residualBlock);
  });
  spec.up.forEach((width, i) => {
    h = concat([upsample(c, h), skips.pop()!], 1);
    h = block(c, `up${i + 1}`, h, width, residualBlock);
  });
  h = activate(spec.activation, groupNorm(p, 'out.norm', h, spec.normGroups));
  return convolution(p, 'out', h, 1, spec);
}

/** Stem block; pool, block; …; bottleneck; …; upsample, join the skip, block. Skips come from stem and down blocks. */
function doubleConvUNet(c: Context, x: Value): Value {
  const { p, spec } = c;
  let h = doubleConv(c, 'stem', x, spec.stem, spec.stem, false);
  c.taps.set('stem', h);
  const skips: Value[] = [h];
  spec.widths.forEach((width, i) => {
    h = block(c, `down${i + 1}`, downsample(c, h), width, doubleBlock);
    if (i + 1 < spec.widths.length) skips.push(h);
  });
  spec.bottleneck.forEach((width, i) => {
    h = doubleConv(c, `bottleneck${i + 1}`, h, width, width, false);
    h = attention(c, `bottleneck${i + 1}`, h);
    c.taps.set(`bottleneck${i + 1}`, h);
  });
  spec.up.forEach((width, i) => {
    h = block(c, `up${i + 1}`, concat([skips.pop()!, upsample(c, h)], 1), width, halvingBlock);
  });
  return convolution(p, 'out', h, 1, { kernel: 1 });
}

type Block = (c: Context, name: string, x: Value, width: number) => Value;

/** A block, the attention that may follow it, and its tap. */
function block(c: Context, name: string, x: Value, width: number, make: Block): Value {
  const h = attention(c, name, make(c, name, x, width));
  c.taps.set(name, h);
  return h;
}

function attention(c: Context, name: string, x: Value): Value {
  const { after, heads, kind } = c.spec.attention;
  if (!after.includes(name)) return x;
  return kind === 'projection'
    ? projectionAttention(c.p, `${name}.attention`, x, heads, c.spec.normGroups)
    : transformerAttention(c.p, `${name}.attention`, x, heads);
}

function downsample({ spec }: Context, x: Value): Value {
  return spec.downsample === 'average' ? avgPool(x) : maxPool(x);
}

function upsample({ spec }: Context, x: Value): Value {
  return spec.upsample === 'nearest' ? upsampleNearest(x) : upsampleBilinear(x);
}

/** Norm, activation, conv, + embedding, norm, activation, conv, + skip (1×1 where the width changes). */
function residualBlock({ p, spec, e }: Context, name: string, x: Value, width: number): Value {
  const act = (v: Value, norm: string) =>
    activate(spec.activation, groupNorm(p, `${name}.${norm}`, v, spec.normGroups));
  let h = convolution(p, `${name}.conv1`, act(x, 'norm1'), width, spec);
  h = add(h, perChannel(linear(p, `${name}.embedding`, e, width)));
  h = convolution(p, `${name}.conv2`, act(h, 'norm2'), width, spec);
  const skip = x.shape[1] === width ? x : convolution(p, `${name}.skip`, x, width, { kernel: 1 });
  return add(skip, h);
}

/** Conv, norm, activation, conv, norm; residual: activation of the sum with the input. */
function doubleConv(
  { p, spec }: Context,
  name: string,
  x: Value,
  middle: number,
  out: number,
  residual: boolean,
): Value {
  const conv = (v: Value, n: number, width: number) =>
    groupNorm(
      p,
      `${name}.norm${n}`,
      convolution(p, `${name}.conv${n}`, v, width, { bias: false, padding: spec.padding }),
      spec.normGroups,
    );
  const h = conv(activate(spec.activation, conv(x, 1, middle)), 2, out);
  return residual ? activate(spec.activation, add(x, h)) : h;
}

function withEmbedding({ p, e }: Context, name: string, h: Value): Value {
  return add(h, perChannel(linear(p, `${name}.embedding`, e, h.shape[1]!)));
}

function doubleBlock(c: Context, name: string, x: Value, width: number): Value {
  const h = doubleConv(c, `${name}.first`, x, x.shape[1]!, x.shape[1]!, true);
  return withEmbedding(c, name, doubleConv(c, `${name}.second`, h, width, width, false));
}

/** Up blocks squeeze to half of their input's width in between. */
function halvingBlock(c: Context, name: string, x: Value, width: number): Value {
  const channels = x.shape[1]!;
  const h = doubleConv(c, `${name}.first`, x, channels, channels, true);
  return withEmbedding(c, name, doubleConv(c, `${name}.second`, h, Math.floor(channels / 2), width, false));
}
