import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { invariant, toErrorData } from '../../core/base/errors.ts';
import { type Denoiser, guidedDenoiser, sample } from '../../core/diffusion/sampler.ts';
import { makeSchedule } from '../../core/diffusion/schedule.ts';
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

  const handle = async ({ keys, labels }: SamplerRequest): Promise<Float32Array> => {
    const conditional = denoiser(labels);
    const denoise =
      sampler.guidance === 1
        ? conditional
        : guidedDenoiser(
            conditional,
            denoiser(new Float32Array(labels.length).fill(NO_LABEL)),
            sampler.guidance,
          );
    // The exported model gives ε whatever the network predicts.
    return sample({ schedule, prediction: 'epsilon', sampler, denoise, pixels, seed, keys });
  };

  const needOpen = listen<SamplerRequest>(port, (request) => {
    handle(request).then(
      (images) => port.postMessage({ type: 'done', chunk: request.chunk, images } satisfies SamplerReply),
      (error: unknown) =>
        port.postMessage({ type: 'error', error: toErrorData(error) } satisfies SamplerReply),
    );
  });
  port.postMessage({ type: 'ready' } satisfies SamplerReply);
}

invariant(parentPort, 'the sampler must run as a worker thread');
const port = parentPort;
// As a message: an error thrown across threads would lose its code.
await main(port).catch((error: unknown) =>
  port.postMessage({ type: 'error', error: toErrorData(error) } satisfies SamplerReply),
);
