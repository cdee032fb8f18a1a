import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { CliffordError, invalid } from '../core/base/errors.ts';
import type { SamplerSpec } from '../core/diffusion/spec.ts';
import { samplingPlan } from '../core/diffusion/plan.ts';
import { makeSchedule } from '../core/diffusion/schedule.ts';
import type { RunSpec } from '../shared/run-spec.ts';
import { siblingEntry } from './entry.ts';
import type { SamplerReply, SamplerRequest, SamplerSetup } from './onnxruntime/sampler-messages.ts';

export interface SamplingJob {
  /** Bytes of an exported denoiser. */
  readonly model: Uint8Array;
  /** The spec of the model (see `readModelSpec`). */
  readonly spec: RunSpec;
  readonly sampler: SamplerSpec;
  readonly seed: number;
  /** (n) One noise key for each image. */
  readonly keys: Uint32Array;
  /** (n, 2) x then y. */
  readonly labels: Float32Array;
  readonly threads: number | null;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Images that one thread denoises together: fixed, so that results do not depend on the number of threads. */
const CHUNK = 32;

/**
 * Samples images from an exported model by onnxruntime, chunks spread over cores.
 * @returns (n, 1, N, N) float32
 * @throws CliffordError INVALID_INPUT, CANCELLED when the signal aborts, NON_FINITE
 */
export async function sampleImages(job: SamplingJob): Promise<Float32Array> {
  const { spec, keys, labels, sampler } = job;
  const size = spec.dataset.size;
  if (labels.length !== 2 * keys.length) {
    throw invalid(`sampling: got ${labels.length / 2} labels for ${keys.length} images, expected as many`);
  }
  if (sampler.guidance !== 1 && spec.training.labelDrop === 0) {
    throw invalid(
      `guidance: got ${sampler.guidance}, expected 1, because the model was trained without label drop`,
    );
  }
  samplingPlan(makeSchedule(spec.diffusion), sampler); // a bad plan is the user's error: say so before any thread starts
  const images = new Float32Array(keys.length * size * size);
  const chunks = Math.ceil(keys.length / CHUNK);
  const threads = Math.min(job.threads ?? availableParallelism(), chunks);
  const setup: SamplerSetup = { model: job.model, diffusion: spec.diffusion, sampler, size, seed: job.seed };
  const entry = siblingEntry('onnxruntime/sampler-worker', import.meta.url);
  const workers = Array.from({ length: threads }, () => new Worker(entry, { workerData: setup }));
  try {
    await spread(workers, job, chunks, images, size * size);
  } finally {
    await Promise.all(workers.map((w) => w.terminate()));
  }
  return images;
}

/** Hands the chunks to whichever thread is free; each lands at its own place. */
function spread(
  workers: readonly Worker[],
  { keys, labels, onProgress, signal }: SamplingJob,
  chunks: number,
  images: Float32Array,
  pixels: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = 0;
    let done = 0;
    if (chunks === 0) resolve();
    const abort = () => reject(new CliffordError('CANCELLED', 'sampling was stopped'));
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    const assign = (worker: Worker) => {
      if (next >= chunks) return;
      const chunk = next++;
      const [from, to] = [chunk * CHUNK, Math.min(keys.length, (chunk + 1) * CHUNK)];
      const request: SamplerRequest = {
        chunk,
        keys: keys.slice(from, to),
        labels: labels.slice(2 * from, 2 * to),
      };
      worker.postMessage(request);
    };
    for (const worker of workers) {
      worker.on('message', (reply: SamplerReply) => {
        if (reply.type === 'error') {
          reject(new CliffordError(reply.error.code, reply.error.message));
          return;
        }
        if (reply.type === 'done') {
          images.set(reply.images, reply.chunk * CHUNK * pixels);
          done++;
          onProgress?.(Math.min(keys.length, done * CHUNK), keys.length);
          if (done === chunks) resolve();
        }
        assign(worker);
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`a sampling thread ended with code ${code}`)));
    }
  });
}
