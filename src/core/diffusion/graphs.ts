import { gradients } from '../autodiff/gradients.ts';
import { add, matmul, mul, oneHot, reshape, slice, sub, sum } from '../graph/build.ts';
import { type Graph, GraphBuilder, type Value } from '../graph/graph.ts';
import { adamW, HYPER, type OptimizerState } from '../nn/adamw.ts';
import type { LabelSpace } from '../nn/embedding.ts';
import {
  fromConstants,
  fromFlat,
  layoutOf,
  type ParameterLayout,
  type ParameterSource,
} from '../nn/parameters.ts';
import type { ModelSpec } from '../nn/spec.ts';
import type { TrainingSpec } from '../nn/training-spec.ts';
import { unet, type UNetOutputs } from '../nn/unet.ts';
import { validateModel } from '../nn/validate.ts';
import { makeSchedule, type Schedule } from './schedule.ts';
import type { DiffusionSpec } from './spec.ts';

/** What decides the network and its loss, apart from the weights. */
export interface DenoiserDesign {
  readonly model: ModelSpec;
  readonly diffusion: DiffusionSpec;
  readonly space: LabelSpace;
  /** The network knows a "no label" (trained with label drop). */
  readonly withNoLabel: boolean;
}

/** Checks the design and finds the places of all parameters. */
export function denoiserLayout(design: DenoiserDesign): ParameterLayout {
  validateModel(design.model, design.space);
  return layoutOf((builder, source) => network(source, design, imageInputs(builder, design, 1)));
}

interface ImageInputs {
  readonly x: Value;
  readonly t: Value;
  readonly label: Value;
}

function imageInputs(builder: GraphBuilder, { space }: DenoiserDesign, batch: number): ImageInputs {
  return {
    x: builder.input('x', [batch, 1, space.size, space.size]),
    t: builder.input('t', [batch], 'int64'),
    label: builder.input('label', [batch, 2]),
  };
}

function network(source: ParameterSource, design: DenoiserDesign, inputs: ImageInputs): UNetOutputs {
  return unet(source, design.model, inputs, design.space, design.withNoLabel);
}

/** [√ᾱ_t, √(1−ᾱ_t)], each (B, 1, 1, 1), looked up by a product with one-hot rows (exact: all other terms are 0). */
function coefficients(t: Value, schedule: Schedule): [Value, Value] {
  const T = schedule.sqrtAlphaBar.length;
  const table = new Float32Array(2 * T);
  for (let i = 0; i < T; i++) {
    table[2 * i] = schedule.sqrtAlphaBar[i]!;
    table[2 * i + 1] = schedule.sqrtOneMinusAlphaBar[i]!;
  }
  const both = matmul(oneHot(t, T), t.node.builder.constant(table, [T, 2]));
  const column = (i: number) => reshape(slice(both, 1, i, i + 1), [t.shape[0]!, 1, 1, 1]);
  return [column(0), column(1)];
}

interface LossInputs {
  /** Flat parameters (P). */
  readonly parameters: Value;
  /** Clean images (b, 1, N, N) in [-1, 1]. */
  readonly images: Value;
  /** ε (b, 1, N, N). */
  readonly noise: Value;
  /** Timesteps (b) int64. */
  readonly t: Value;
  /** Labels (b, 2). */
  readonly label: Value;
}

function lossInputs(builder: GraphBuilder, design: DenoiserDesign, size: number, images: number): LossInputs {
  const image = [images, 1, design.space.size, design.space.size];
  return {
    parameters: builder.input('parameters', [size]),
    images: builder.input('images', image),
    noise: builder.input('noise', image),
    t: builder.input('t', [images], 'int64'),
    label: builder.input('label', [images, 2]),
  };
}

/**
 * Σ over the images given of the mean squared error of the prediction, divided by `outOf`: with `outOf` the
 * whole batch's size, the shards' losses (and gradients) simply add up (DDPM eq. 14).
 */
function loss(design: DenoiserDesign, layout: ParameterLayout, inputs: LossInputs, outOf: number): Value {
  const { images, noise, t, label, parameters } = inputs;
  const [signal, spread] = coefficients(t, makeSchedule(design.diffusion));
  const x = add(mul(images, signal), mul(noise, spread));
  const source = fromFlat(parameters, layout);
  const { output } = network(source, design, { x, t, label });
  const target =
    design.diffusion.prediction === 'epsilon' ? noise : sub(mul(noise, signal), mul(images, spread));
  const error = sub(output, target);
  const count = outOf * design.space.size ** 2;
  return mul(sum(mul(error, error), [0, 1, 2, 3]), 1 / count);
}

/** A new graph with the loss of `images` images in it. */
function startLoss(design: DenoiserDesign, layout: ParameterLayout, images: number, outOf: number) {
  const builder = new GraphBuilder();
  const inputs = lossInputs(builder, design, layout.size, images);
  return { builder, inputs, value: loss(design, layout, inputs, outOf) };
}

/**
 * One shard's part of the loss and its gradient.
 * Inputs: parameters (P), images, noise (b, 1, N, N), t (b), label (b, 2). Outputs: loss (), gradient (P).
 */
export function gradientGraph(
  design: DenoiserDesign,
  layout: ParameterLayout,
  images: number,
  outOf: number,
): Graph {
  const { builder, inputs, value } = startLoss(design, layout, images, outOf);
  const [gradient] = gradients(value, [inputs.parameters]);
  return builder.finish({ loss: value, gradient: gradient! });
}

/** The loss alone, for validation: inputs as in `gradientGraph`; output: loss (). */
export function lossGraph(
  design: DenoiserDesign,
  layout: ParameterLayout,
  images: number,
  outOf: number,
): Graph {
  const { builder, value } = startLoss(design, layout, images, outOf);
  return builder.finish({ loss: value });
}

function stateInputs(builder: GraphBuilder, size: number, parameters?: Value): OptimizerState {
  return {
    parameters: parameters ?? builder.input('parameters', [size]),
    moment1: builder.input('moment1', [size]),
    moment2: builder.input('moment2', [size]),
    average: builder.input('average', [size]),
  };
}

/**
 * The optimizer's step: gradients of S shards summed in order, clipped by global norm, AdamW, EMA.
 * Inputs: parameters, moment1, moment2, average (P), gradient0 … (P), hyper (see `HYPER`).
 * Outputs: nextParameters, nextMoment1, nextMoment2, nextAverage (P), gradientNorm (), parameterNorm ().
 */
export function updateGraph(size: number, shards: number, optimizer: TrainingSpec['optimizer']): Graph {
  const builder = new GraphBuilder();
  const state = stateInputs(builder, size);
  const parts = Array.from({ length: shards }, (_, s) => builder.input(`gradient${s}`, [size]));
  const hyper = builder.input('hyper', [HYPER.length]);
  return builder.finish(adamW(state, parts.reduce(add), hyper, optimizer));
}

/**
 * The whole training step in one graph, for engines that keep the state on their device: inputs of
 * `gradientGraph` and `updateGraph` without the gradients; outputs loss and those of `updateGraph`.
 */
export function stepGraph(
  design: DenoiserDesign,
  layout: ParameterLayout,
  batchSize: number,
  optimizer: TrainingSpec['optimizer'],
): Graph {
  const { builder, inputs, value } = startLoss(design, layout, batchSize, batchSize);
  const [gradient] = gradients(value, [inputs.parameters]);
  const state = stateInputs(builder, layout.size, inputs.parameters);
  const hyper = builder.input('hyper', [HYPER.length]);
  return builder.finish({ loss: value, ...adamW(state, gradient!, hyper, optimizer) });
}

/**
 * The denoiser with its weights inside. Inputs x (B, 1, N, N), t (B) int64, label (B, 2); output eps
 * (B, 1, N, N), whatever the network predicts; with taps, one more output for each, under the tap's name.
 */
export function denoiserGraph(
  design: DenoiserDesign,
  layout: ParameterLayout,
  weights: Float32Array,
  batch: number,
  taps: readonly string[] = [],
): Graph {
  const builder = new GraphBuilder();
  const inputs = imageInputs(builder, design, batch);
  const out = network(fromConstants(builder, weights, layout), design, inputs);
  const outputs: Record<string, Value> = { eps: toEpsilon(design, inputs, out.output) };
  for (const name of taps) {
    const v = out.taps.get(name);
    if (v) outputs[name] = v;
  }
  return builder.finish(outputs);
}

/** ε = √ᾱ v + √(1−ᾱ) x_t for v-prediction. */
function toEpsilon({ diffusion }: DenoiserDesign, { x, t }: ImageInputs, output: Value): Value {
  if (diffusion.prediction === 'epsilon') return output;
  const [signal, spread] = coefficients(t, makeSchedule(diffusion));
  return add(mul(signal, output), mul(spread, x));
}

/** Names of the values that can be read as representations, in order. */
export function tapNames(design: DenoiserDesign): string[] {
  return [...tapShapes(design).keys()];
}

/** The same with the shape of one image's value: (channels, height, width), or (length) of a vector. */
export function tapShapes(design: DenoiserDesign): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  layoutOf((builder, source) => {
    const { taps } = network(source, design, imageInputs(builder, design, 1));
    for (const [name, value] of taps) shapes.set(name, value.shape.slice(1));
  });
  return shapes;
}
