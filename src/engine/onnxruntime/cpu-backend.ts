import { availableParallelism, cpus } from 'node:os';
import { updateGraph, gradientGraph, lossGraph } from '../../core/diffusion/graphs.ts';
import { selectValidationLabels } from '../../core/dataset/validation-labels.ts';
import { hyperAt, HYPER } from '../../core/nn/adamw.ts';
import { initialParameters } from '../../core/nn/parameters.ts';
import { cpuWeightGrad } from '../../core/onnx/conv-grad-weight.ts';
import { type LowerOptions, lowerToOnnx } from '../../core/onnx/lower.ts';
import {
  isFinite,
  type StepResult,
  STATE_VECTORS,
  type TrainingBackend,
  type TrainingSession,
  type TrainingState,
} from '../backend.ts';
import type { RunDesign } from '../design.ts';
import { Replicas } from './replicas.ts';
import { float32, onnxruntimeVersion, openSession, sharedVector } from './session.ts';
import { VALIDATION_CHUNK } from './shard.ts';

/**
 * Trains on CPU cores by data-parallel replicas: one single-threaded gradient session per core, gradients
 * summed in shard order by one optimizer graph. The result depends on the number of shards (in the spec), never
 * on the number of threads.
 */
export const cpuBackend: TrainingBackend = {
  name: 'onnxruntime-cpu',
  describe: () => ({
    engine: 'onnxruntime-cpu',
    onnxruntime: onnxruntimeVersion(),
    device: cpus()[0]?.model ?? 'unknown CPU',
    cores: String(availableParallelism()),
  }),
  open: openCpuSession,
};

type StateSet = { readonly [K in keyof TrainingState]: Float32Array<SharedArrayBuffer> };

async function openCpuSession(design: RunDesign, wanted: number | null): Promise<TrainingSession> {
  const { spec, layout, denoiser, shardSize } = design;
  const { training } = spec;
  const size = layout.size;
  const threads = Math.min(wanted ?? availableParallelism(), training.shards);

  const newSet = (): StateSet => ({
    parameters: sharedVector(size),
    moment1: sharedVector(size),
    moment2: sharedVector(size),
    average: sharedVector(size),
  });
  const sets: readonly [StateSet, StateSet] = [newSet(), newSet()];
  const gradients = Array.from({ length: training.shards }, () => sharedVector(size));
  const losses = sharedVector(training.shards);
  const hasValidation =
    selectValidationLabels(design.dataset, training.validation.count, spec.seed).labels !== null;

  const lowering: LowerOptions = { target: 'onnxruntime', weightGrad: cpuWeightGrad };
  const gradientModel = lowerToOnnx(gradientGraph(denoiser, layout, shardSize, training.batchSize), lowering);
  const lossModel = hasValidation
    ? lowerToOnnx(lossGraph(denoiser, layout, VALIDATION_CHUNK, VALIDATION_CHUNK), lowering)
    : null;
  const replicas = await Replicas.start(threads, {
    spec,
    gradientModel,
    lossModel,
    parameters: [sets[0].parameters, sets[1].parameters],
    averages: [sets[0].average, sets[1].average],
    gradients,
    losses,
  });
  const update = await openSession(
    lowerToOnnx(updateGraph(size, training.shards, training.optimizer), lowering),
  );

  const start = initialParameters(layout, spec.seed);
  sets[0].parameters.set(start);
  sets[0].average.set(start);
  let current: 0 | 1 = 0;

  const hyper = new Float32Array(HYPER.length);
  const norms = { gradient: new Float32Array(1), parameter: new Float32Array(1) };
  const vector = (data: Float32Array) => float32(data, [size]);
  const shared = {
    hyper: float32(hyper, [HYPER.length]),
    ...Object.fromEntries(gradients.map((g, s) => [`gradient${s}`, vector(g)])),
  };
  // Feeds and fetches of an update from set i into the other one.
  const io = ([0, 1] as const).map((i) => {
    const from = sets[i];
    const to = sets[i === 0 ? 1 : 0];
    return {
      feeds: { ...shared, ...Object.fromEntries(STATE_VECTORS.map((k) => [k, vector(from[k])])) },
      fetches: {
        nextParameters: vector(to.parameters),
        nextMoment1: vector(to.moment1),
        nextMoment2: vector(to.moment2),
        nextAverage: vector(to.average),
        gradientNorm: float32(norms.gradient, []),
        parameterNorm: float32(norms.parameter, []),
      },
    };
  });

  return {
    threads,
    async step(k): Promise<StepResult> {
      await replicas.gradients(k, current, training.shards);
      hyperAt(training, k, hyper);
      const { feeds, fetches } = io[current]!;
      await update.run(feeds, fetches);
      const result: StepResult = {
        loss: losses.reduce((a, b) => a + b, 0),
        gradientNorm: norms.gradient[0]!,
        parameterNorm: norms.parameter[0]!,
      };
      if (isFinite(result)) current = current === 0 ? 1 : 0;
      return result;
    },
    async state() {
      return sets[current];
    },
    async load(state) {
      for (const k of STATE_VECTORS) sets[current][k].set(state[k]);
    },
    async validationLoss(weights) {
      return hasValidation ? replicas.validation(current, weights) : null;
    },
    async dispose() {
      await replicas.dispose();
      await update.release();
    },
  };
}
