import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { CliffordError, invalid } from '../core/base/errors.ts';
import type { SamplerSpec } from '../core/diffusion/spec.ts';
import { samplingChunk } from '../core/diffusion/chunk.ts';
import { samplingPlan } from '../core/diffusion/plan.ts';
import { makeSchedule } from '../core/diffusion/schedule.ts';
import { checkTrajectorySize, type Trajectory } from '../core/diffusion/trajectory.ts';
import type { RunSpec } from '../shared/run-spec.ts';
import { siblingEntry } from './entry.ts';
import { endThread } from './onnxruntime/threads.ts';
import type { SamplerReply, SamplerRequest, SamplerSetup } from './onnxruntime/sampler-messages.ts';

/** What is the same for all images of a sampler. */
export interface SamplerOptions {
  /** Bytes of an exported denoiser. */
  readonly model: Uint8Array;
  /** The spec of the model (see `readModel`). */
  readonly spec: RunSpec;
  readonly sampler: SamplerSpec;
  readonly seed: number;
}

export interface SampleBatch {
  /** (n) One noise key for each image. */
  readonly keys: Uint32Array;
  /** (n, 2) x then y. */
  readonly labels: Float32Array;
  /** In images; one that is half denoised counts as half. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface SamplingJob extends SamplerOptions, SampleBatch {
  readonly threads: number | null;
}

/**
 * Samples images from an exported model by onnxruntime, chunks spread over cores.
 * @returns (n, 1, N, N) float32
 * @throws CliffordError INVALID_INPUT, CANCELLED when the signal aborts, NON_FINITE
 */
export function sampleImages(job: SamplingJob): Promise<Float32Array> {
  return withSampler(job, (sampler) => sampler.sample(job));
}

/**
 * Samples the same images, and keeps every step on the way.
 * @returns frames (K + 1, n, 1, N, N) and predictions (K, n, 1, N, N); the last frame is what `sampleImages` returns
 * @throws CliffordError as `sampleImages`; INVALID_INPUT when there are too many images × steps × N² to keep
 */
export async function sampleTrajectories(job: SamplingJob): Promise<Trajectory> {
  checkTrajectorySize(job.keys.length, job.sampler.steps, job.spec.dataset.size);
  return withSampler(job, (sampler) => sampler.trajectories(job));
}

function chunkOf({ model, dataset }: RunSpec): number {
  return samplingChunk(model, dataset.size);
}

async function withSampler<T>(job: SamplingJob, use: (sampler: Sampler) => Promise<T>): Promise<T> {
  const chunks = Math.ceil(job.keys.length / chunkOf(job.spec));
  const sampler = openSampler(job, Math.min(job.threads ?? availableParallelism(), chunks));
  try {
    return await use(sampler);
  } finally {
    await sampler.dispose();
  }
}

/** Threads that hold an open model. One call at a time. */
export interface Sampler {
  /** Resolves when every thread has opened the model; sampling does not have to wait for it. */
  readonly ready: Promise<void>;
  /** As `sampleImages`. After an error or a cancellation the sampler is of no more use. */
  sample(batch: SampleBatch): Promise<Float32Array>;
  /** As `sampleTrajectories`, but for the check of its size. */
  trajectories(batch: SampleBatch): Promise<Trajectory>;
  dispose(): Promise<void>;
}

/**
 * Opens an exported model on some threads.
 * @throws CliffordError INVALID_INPUT when model and sampler do not fit
 */
export function openSampler(options: SamplerOptions, threads: number): Sampler {
  const { model, spec, sampler, seed } = options;
  const size = spec.dataset.size;
  if (sampler.guidance !== 1 && spec.training.labelDrop === 0) {
    throw invalid(
      `guidance: got ${sampler.guidance}, expected 1, because the model was trained without label drop`,
    );
  }
  samplingPlan(makeSchedule(spec.diffusion), sampler); // a bad plan is the user's error: say so before any thread starts
  const setup: SamplerSetup = { model, diffusion: spec.diffusion, sampler, size, seed };
  const entry = siblingEntry('onnxruntime/sampler-worker', import.meta.url);
  const workers = Array.from({ length: threads }, () => new Worker(entry, { workerData: setup }));
  const failed = Promise.withResolvers<never>();
  const ready = Promise.race([Promise.all(workers.map(isReady)).then(() => {}), failed.promise]);
  for (const p of [failed.promise, ready]) p.catch(() => {}); // told by `sample` too
  for (const worker of workers) {
    worker.on('message', (reply: SamplerReply) => {
      if (reply.type === 'error') failed.reject(new CliffordError(reply.error.code, reply.error.message));
    });
    worker.on('error', failed.reject);
    worker.on('exit', (code) => failed.reject(new Error(`a sampling thread ended with code ${code}`)));
  }
  const pixels = size * size;
  const run = (batch: SampleBatch, trajectory: boolean, onChunk: (chunk: ChunkResult) => void) =>
    Promise.race([spread(workers, batch, chunkOf(spec), trajectory, onChunk), failed.promise]);
  return {
    ready,
    async sample(batch) {
      const images = new Float32Array(batch.keys.length * pixels);
      await run(batch, false, ({ from, reply }) => images.set(reply.images, from * pixels));
      return images;
    },
    async trajectories(batch) {
      const count = batch.keys.length;
      const frames = new Float32Array((sampler.steps + 1) * count * pixels);
      const predictions = new Float32Array(sampler.steps * count * pixels);
      await run(batch, true, ({ from, images, reply }) => {
        const place = { from: from * pixels, length: images * pixels, stride: count * pixels };
        interleave(reply.trajectory!.frames, frames, place);
        interleave(reply.trajectory!.predictions, predictions, place);
      });
      return { frames, predictions };
    },
    dispose: async () => {
      await Promise.all(workers.map(endThread));
    },
  };
}

function isReady(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const listen = (reply: SamplerReply) => {
      if (reply.type !== 'ready') return;
      worker.off('message', listen);
      resolve();
    };
    worker.on('message', listen);
  });
}

/** Copies (K, b, …) into (K, n, …) at the chunk's first image. */
function interleave(
  chunk: Float32Array,
  out: Float32Array,
  { from, length, stride }: { from: number; length: number; stride: number },
): void {
  for (let k = 0; k * length < chunk.length; k++) {
    out.set(chunk.subarray(k * length, (k + 1) * length), k * stride + from);
  }
}

interface ChunkResult {
  /** First image and number of images. */
  readonly from: number;
  readonly images: number;
  readonly reply: Extract<SamplerReply, { type: 'done' }>;
}

/** Hands the chunks to whichever thread is free. */
async function spread(
  workers: readonly Worker[],
  { keys, labels, onProgress, signal }: SampleBatch,
  chunkSize: number,
  trajectory: boolean,
  onChunk: (chunk: ChunkResult) => void,
): Promise<void> {
  if (labels.length !== 2 * keys.length) {
    throw invalid(`sampling: got ${labels.length / 2} labels for ${keys.length} images, expected as many`);
  }
  const chunks = Math.ceil(keys.length / chunkSize);
  if (chunks === 0) return;
  const finished = Promise.withResolvers<void>();
  let next = 0;
  let done = 0;
  // fractions: how far each chunk is
  const fractions = new Float64Array(chunks);
  const imagesOf = (chunk: number) => Math.min(keys.length, (chunk + 1) * chunkSize) - chunk * chunkSize;
  const report = (chunk: number, fraction: number) => {
    fractions[chunk] = fraction;
    onProgress?.(
      fractions.reduce((sum, f, i) => sum + f * imagesOf(i), 0),
      keys.length,
    );
  };
  const assign = (worker: Worker) => {
    if (next >= chunks) return;
    const chunk = next++;
    const [from, to] = [chunk * chunkSize, chunk * chunkSize + imagesOf(chunk)];
    const request: SamplerRequest = {
      chunk,
      keys: keys.slice(from, to),
      labels: labels.slice(2 * from, 2 * to),
      trajectory,
    };
    worker.postMessage(request);
  };
  const listeners = workers.map((worker) => (reply: SamplerReply) => {
    if (reply.type === 'progress') report(reply.chunk, reply.fraction);
    if (reply.type !== 'done') return;
    onChunk({ from: reply.chunk * chunkSize, images: imagesOf(reply.chunk), reply });
    done++;
    report(reply.chunk, 1);
    if (done === chunks) finished.resolve();
    else assign(worker);
  });
  const abort = () => finished.reject(new CliffordError('CANCELLED', 'sampling was stopped'));
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  workers.forEach((worker, i) => {
    worker.on('message', listeners[i]!);
    assign(worker);
  });
  try {
    await finished.promise;
  } finally {
    workers.forEach((worker, i) => worker.off('message', listeners[i]!));
    signal?.removeEventListener('abort', abort);
  }
}
