import { cpus } from 'node:os';
import { buildDataset, type Dataset } from '../../core/dataset/dataset.ts';
import { selectValidationLabels } from '../../core/dataset/validation-labels.ts';
import { samplingChunk } from '../../core/diffusion/chunk.ts';
import { denoiserCost, lossCost, trainingCost, type TrainingCost } from '../../core/diffusion/cost.ts';
import type { GraphCost } from '../../core/nn/cost.ts';
import { designDenoiser, shardSizeOf } from '../../shared/check-run.ts';
import type { Estimate } from '../../shared/contract/design.ts';
import type { RunSpec } from '../../shared/run-spec.ts';
import type { Workbench } from '../workbench/api.ts';
import {
  coreSeconds,
  engineBytes,
  EVALUATION_OVERHEAD_SECONDS,
  parallelSeconds,
  SAMPLING_SPEED,
  stepSeconds,
  TRAINING_SPEED,
} from './cpu-costs.ts';

/** How fast a run trained on this machine. */
export interface MeasuredSpeed {
  /** The run's name. */
  readonly run: string;
  readonly threads: number;
  readonly imagesPerSecond: number;
  readonly flopsPerSecond: number;
  /** Seconds of its steps over those that a typical core would have needed (see cpu-costs.ts). */
  readonly slowdown: number;
}

/**
 * What a run will take. The time scales that of the measured run by flops, memory traffic and number of ops, since small
 * networks reach a fraction of the flops that large ones do; without a measured run, constants of a typical core stand in.
 * Takes a tenth of a second for a network seen for the first time (the paper's: a fifth), afterwards as long as
 * enumerating the dataset.
 *
 * @param cores logical cores of the machine; more threads than these share them
 * @throws CliffordError INVALID_INPUT for a spec whose parts do not fit each other
 */
export function estimateRun(
  spec: RunSpec,
  history: MeasuredSpeed | null,
  cores: number,
  threads: number,
): Estimate {
  shardSizeOf(spec.training);
  const dataset = buildDataset(spec.dataset);
  const { training, call, validation } = costsOf(spec);
  const { steps, shards } = spec.training;
  const slowdown = history?.slowdown ?? 1;
  const step = stepSeconds(training, shards, threads, cores);
  const validations = validationCalls(spec, dataset) * coreSeconds(validation, TRAINING_SPEED);
  const chunk = samplingChunk(spec.model, spec.dataset.size);
  const evaluations = evaluationImages(spec, dataset);
  const sampling = evaluations.map(
    (images) =>
      EVALUATION_OVERHEAD_SECONDS +
      parallelSeconds(Math.ceil(images / chunk), samplingSeconds(spec, call), threads, cores),
  );
  return {
    parameters: training.parameters,
    trainingImages: dataset.trainingImages,
    stepFlops: training.stepFlops,
    trainingSeconds: slowdown * (steps * step + validations),
    evaluationSeconds: slowdown * sampling.reduce((a, b) => a + b, 0),
    memoryBytes: Math.round(
      engineBytes(training, call, shards, {
        training: Math.min(threads, shards),
        sampling: Math.min(threads, Math.ceil(Math.max(...evaluations) / chunk)),
      }),
    ),
    basis: basisOf(history, training.stepFlops / step, threads),
  };
}

/**
 * The speed of a recent run that was measured on this machine: of the newest five among the last 50, the one that is
 * the median in how it compares with a typical core, since one run alone may have shared the machine; null if none was.
 * Of a run, the median over its points: the first ones are those of single steps, and other programs come and go.
 */
export function measuredSpeed(
  workbench: Pick<Workbench, 'listRuns' | 'viewRun' | 'seriesOf'>,
  device = cpus()[0]?.model,
): MeasuredSpeed | null {
  const measured: MeasuredSpeed[] = [];
  for (const { id, name, startedAt } of workbench.listRuns({ limit: RECENT })) {
    if (startedAt === null) continue;
    const { series } = workbench.seriesOf(id, { keys: [SPEED_KEY], maxPoints: 500 });
    const speeds = (series[SPEED_KEY] ?? []).map(([, value]) => value).sort((a, b) => a - b);
    if (speeds.length === 0) continue;
    const { spec, environment } = workbench.viewRun(id);
    const threads = Number(environment['threads']);
    // A run that came in a bundle tells of another machine.
    if (environment['device'] !== device || !(threads >= 1)) continue;
    const cores = Number(environment['cores']) || threads;
    measured.push(speedOf(name, spec, speeds[speeds.length >> 1]!, threads, cores));
    if (measured.length === ENOUGH) break;
  }
  measured.sort((a, b) => a.slowdown - b.slowdown);
  return measured[(measured.length - 1) >> 1] ?? null;
}

const RECENT = 50;
const ENOUGH = 5;
const SPEED_KEY = 'imagesPerSecond';

export function speedOf(
  run: string,
  spec: RunSpec,
  imagesPerSecond: number,
  threads: number,
  cores: number,
): MeasuredSpeed {
  const { training } = costsOf(spec);
  const { batchSize, shards } = spec.training;
  const seconds = batchSize / imagesPerSecond;
  return {
    run,
    threads,
    imagesPerSecond,
    flopsPerSecond: training.stepFlops / seconds,
    slowdown: seconds / stepSeconds(training, shards, threads, cores),
  };
}

function basisOf(history: MeasuredSpeed | null, flopsPerSecond: number, threads: number): string {
  const count = (n: number) => `${n} thread${n === 1 ? '' : 's'}`;
  const short = (v: number) => (v >= 10 ? Math.round(v).toString() : v.toPrecision(2));
  const gigaflops = (v: number) => `${short(v / 1e9)} GFLOP/s`;
  if (history === null) {
    return (
      `No run was measured on this machine yet: typical speed of a server's CPU cores, ${gigaflops(flopsPerSecond)} ` +
      `for this network on ${count(threads)}.`
    );
  }
  return (
    `From run ${history.run}, which trained ${short(history.imagesPerSecond)} images/s here on ${count(history.threads)} ` +
    `(${gigaflops(history.flopsPerSecond)}).`
  );
}

interface Costs {
  readonly training: TrainingCost;
  /** One call of the denoiser for the images that one thread samples together. */
  readonly call: GraphCost;
  /** The loss of one chunk of validation images. */
  readonly validation: GraphCost;
}

/** Of the networks seen last. Typing in a form asks for the same one again and again. */
const known = new Map<string, Costs>();
const MOST_KNOWN = 64;

function costsOf(spec: RunSpec): Costs {
  const design = designDenoiser(spec);
  const { batchSize, shards, optimizer } = spec.training;
  const key = JSON.stringify([design, batchSize, shards, optimizer]);
  const found = known.get(key);
  if (found) return found;
  const costs: Costs = {
    training: trainingCost(design, { batchSize, shards, optimizer }),
    call: denoiserCost(design, samplingChunk(spec.model, spec.dataset.size)),
    validation: lossCost(design, VALIDATION_CHUNK),
  };
  if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value!);
  known.set(key, costs);
  return costs;
}

/** As the engine takes them. */
const VALIDATION_CHUNK = 32;

/** Calls of the loss graph over the whole run. */
function validationCalls({ training, seed }: RunSpec, dataset: Dataset): number {
  const { count, everySteps } = training.validation;
  const { labels } = selectValidationLabels(dataset, count, seed);
  if (labels === null) return 0;
  return Math.floor(training.steps / everySteps) * Math.max(1, Math.floor(labels.length / VALIDATION_CHUNK));
}

/** Images that each evaluation generates: at step 0, in between, and the full one at the end. */
function evaluationImages({ training, evaluation }: RunSpec, dataset: Dataset): number[] {
  const images = (limit: number, samples: number) =>
    dataset.sections.reduce((sum, s) => sum + Math.min(limit, s.labels.length) * samples, 0);
  const { points, during } = evaluation;
  const cheap = images(during.labelsPerSection, during.samplesPerLabel);
  const before = Math.min(points + 1, training.steps);
  return [
    ...new Array<number>(before).fill(cheap),
    images(evaluation.labelsPerSection, evaluation.samplesPerLabel),
  ];
}

/** Seconds in which one thread samples one chunk. */
function samplingSeconds({ evaluation: { sampler } }: RunSpec, call: GraphCost): number {
  const calls = sampler.steps * (sampler.guidance === 1 ? 1 : 2);
  return calls * coreSeconds(call, SAMPLING_SPEED);
}
