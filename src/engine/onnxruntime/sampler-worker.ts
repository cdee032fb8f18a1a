import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { invariant, toErrorData } from '../../core/base/errors.ts';
import { type Denoiser, guidedDenoiser, sample, type SamplerState } from '../../core/diffusion/sampler.ts';
import { makeSchedule } from '../../core/diffusion/schedule.ts';
import { sampleTrajectory } from '../../core/diffusion/trajectory.ts';
import { NO_LABEL } from '../../core/nn/embedding.ts';
import type { SamplerReply, SamplerRequest, SamplerSetup } from './sampler-messages.ts';
import { float32, int64, openSession } from './session.ts';
import { listen } from './threads.ts';

/** Samples chunks of images from an exported model on one core. */
async function main(port: MessagePort): Promise<void> {
  const { model, diffusion, sampler, size, seed } = workerData as SamplerSetup;
  const session = await openSession(model);
  const schedule = makeSchedule(diffusion);
  const pixels = size * size;

  const denoiser = (labels: Float32Array): Denoiser => {
    const count = labels.length / 2;
    const shape = [count, 1, size, size];
    const label = float32(labels, [count, 2]);
    const t = new BigInt64Array(count);
    const times = int64(t, [count]);
    const eps = new Float32Array(count * pixels);
    const fetches = { eps: float32(eps, shape) };
    return async (x, step) => {
      needOpen();
      t.fill(BigInt(step));
      await session.run({ x: float32(x, shape), t: times, label }, fetches);
      return eps;
    };
  };

  const handle = async ({ chunk, keys, labels, trajectory }: SamplerRequest): Promise<SamplerReply> => {
    const conditional = denoiser(labels);
    const denoise =
      sampler.guidance === 1
        ? conditional
        : guidedDenoiser(
            conditional,
            denoiser(new Float32Array(labels.length).fill(NO_LABEL)),
            sampler.guidance,
          );
    const onStep = progressOf(port, chunk);
    // The exported model gives ε whatever the network predicts.
    const request = {
      schedule,
      prediction: 'epsilon',
      sampler,
      denoise,
      pixels,
      seed,
      keys,
      onStep,
    } as const;
    if (!trajectory) return { type: 'done', chunk, images: await sample(request), trajectory: null };
    const kept = await sampleTrajectory(request);
    return { type: 'done', chunk, images: kept.frames.slice(-keys.length * pixels), trajectory: kept };
  };

  const needOpen = listen<SamplerRequest>(port, (request) => {
    handle(request).then(
      // Handed over, not copied: a trajectory is large.
      (reply) => port.postMessage(reply, buffersOf(reply)),
      (error: unknown) =>
        port.postMessage({ type: 'error', error: toErrorData(error) } satisfies SamplerReply),
    );
  });
  port.postMessage({ type: 'ready' } satisfies SamplerReply);
}

function buffersOf(reply: SamplerReply): ArrayBuffer[] {
  if (reply.type !== 'done') return [];
  const { images, trajectory } = reply;
  const arrays = trajectory ? [images, trajectory.frames, trajectory.predictions] : [images];
  return arrays.map((array) => array.buffer as ArrayBuffer);
}

const REPORT_MS = 200;

/** Tells now and then how far a chunk is: with many steps of a large network one takes minutes. */
function progressOf(port: MessagePort, chunk: number): (state: SamplerState) => void {
  let told = performance.now();
  return ({ index, steps }) => {
    const now = performance.now();
    if (now - told < REPORT_MS || index + 1 === steps) return;
    told = now;
    port.postMessage({ type: 'progress', chunk, fraction: (index + 1) / steps } satisfies SamplerReply);
  };
}

invariant(parentPort, 'the sampler must run as a worker thread');
const port = parentPort;
// As a message: an error thrown across threads would lose its code.
await main(port).catch((error: unknown) =>
  port.postMessage({ type: 'error', error: toErrorData(error) } satisfies SamplerReply),
);
