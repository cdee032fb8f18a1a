import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { CliffordError, invalid } from '../core/base/errors.ts';
import type { SamplerSpec } from '../core/diffusion/spec.ts';
import { samplingPlan } from '../core/diffusion/plan.ts';
import { widestValue } from '../core/nn/validate.ts';
import { makeSchedule } from '../core/diffusion/schedule.ts';
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
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface SamplingJob extends SamplerOptions, SampleBatch {
  readonly threads: number | null;
}

const LARGEST_CHUNK = 32;
/** Values of the network's widest tensor that one chunk may hold: 64 MiB. */
const WIDEST = 2 ** 24;

/**
 * Images that one thread denoises together, at most 32 and fewer for networks whose attention is wide. A function
 * of the spec alone, so that results do not depend on the number of threads.
 */
export function chunkSize({ model, dataset }: Pick<RunSpec, 'model' | 'dataset'>): number {
  return Math.max(1, Math.min(LARGEST_CHUNK, Math.floor(WIDEST / widestValue(model, dataset.size))));
}

/**
 * Samples images from an exported model by onnxruntime, chunks spread over cores.
 * @returns (n, 1, N, N) float32
 * @throws CliffordError INVALID_INPUT, CANCELLED when the signal aborts, NON_FINITE
 */
export async function sampleImages(job: SamplingJob): Promise<Float32Array> {
  const chunks = Math.ceil(job.keys.length / chunkSize(job.spec));
  const sampler = openSampler(job, Math.min(job.threads ?? availableParallelism(), chunks));
  try {
    return await sampler.sample(job);
  } finally {
    await sampler.dispose();
  }
}

/** Threads that hold an open model. One `sample` at a time. */
export interface Sampler {
  /** Resolves when every thread has opened the model; sampling does not have to wait for it. */
  readonly ready: Promise<void>;
  /** As `sampleImages`. After an error or a cancellation the sampler is of no more use. */
  sample(batch: SampleBatch): Promise<Float32Array>;
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
  return {
    ready,
    sample: (batch) => Promise.race([spread(workers, batch, size * size, chunkSize(spec)), failed.promise]),
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

/** Hands the chunks to whichever thread is free; each lands at its own place. */
async function spread(
  workers: readonly Worker[],
  { keys, labels, onProgress, signal }: SampleBatch,
  pixels: number,
  chunkSize: number,
): Promise<Float32Array> {
  if (labels.length !== 2 * keys.length) {
    throw invalid(`sampling: got ${labels.length / 2} labels for ${keys.length} images, expected as many`);
  }
  const images = new Float32Array(keys.length * pixels);
  const chunks = Math.ceil(keys.length / chunkSize);
  if (chunks === 0) return images;
  const finished = Promise.withResolvers<void>();
  let next = 0;
  let done = 0;
  const assign = (worker: Worker) => {
    if (next >= chunks) return;
    const chunk = next++;
    const [from, to] = [chunk * chunkSize, Math.min(keys.length, (chunk + 1) * chunkSize)];
    const request: SamplerRequest = {
      chunk,
      keys: keys.slice(from, to),
      labels: labels.slice(2 * from, 2 * to),
    };
    worker.postMessage(request);
  };
  const listeners = workers.map((worker) => (reply: SamplerReply) => {
    if (reply.type !== 'done') return;
    images.set(reply.images, reply.chunk * chunkSize * pixels);
    done++;
    onProgress?.(Math.min(keys.length, done * chunkSize), keys.length);
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
  return images;
}
