import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { CliffordError, invariant, toErrorData } from '../../core/base/errors.ts';
import type { Denoiser } from '../../core/diffusion/sampler.ts';
import { float32, int64, openSession } from '../onnxruntime/session.ts';
import { listen } from '../onnxruntime/threads.ts';
import { createNoised } from './noised.ts';
import type { ReaderReply, ReaderRequest, ReaderSetup } from './reader-messages.ts';

/** Reads a tap at chunks of labels on one core. */
async function main(port: MessagePort): Promise<void> {
  const setup = workerData as ReaderSetup;
  const { tap, timestep } = setup;
  const { size } = setup.spec.dataset;
  const session = await openSession(setup.model);

  const feeds = (x: Float32Array, t: number, labels: Float32Array) => {
    needOpen();
    const count = labels.length / 2;
    return {
      x: float32(x, [count, 1, size, size]),
      t: int64(new BigInt64Array(count).fill(BigInt(t)), [count]),
      label: float32(labels, [count, 2]),
    };
  };
  const denoiserOf =
    (labels: Float32Array): Denoiser =>
    async (x, t) =>
      (await session.run(feeds(x, t, labels), ['eps']))['eps']!.data as Float32Array;
  const noised = createNoised(setup, denoiserOf);

  const handle = async ({ chunk, labels, keys }: ReaderRequest): Promise<ReaderReply> => {
    const x = await noised(labels, keys);
    const out = await session.run(feeds(x, timestep, labels), [tap]);
    // Not onnxruntime's own memory, which cannot be handed over.
    const values = Float32Array.from(out[tap]!.data as Float32Array);
    const bad = values.findIndex((v) => !Number.isFinite(v));
    if (bad >= 0) {
      const label = Math.floor((bad * keys.length) / values.length);
      throw new CliffordError(
        'NON_FINITE',
        `tap ${tap} at label (${labels[2 * label]}, ${labels[2 * label + 1]}): the network gave ${values[bad]}, expected finite values`,
      );
    }
    return { type: 'done', chunk, values };
  };

  const needOpen = listen<ReaderRequest>(port, (request) => {
    handle(request).then(
      (reply) => port.postMessage(reply, reply.type === 'done' ? [reply.values.buffer as ArrayBuffer] : []),
      (error: unknown) =>
        port.postMessage({ type: 'error', error: toErrorData(error) } satisfies ReaderReply),
    );
  });
}

invariant(parentPort, 'the reader must run as a worker thread');
const port = parentPort;
// As a message: an error thrown across threads would lose its code.
await main(port).catch((error: unknown) =>
  port.postMessage({ type: 'error', error: toErrorData(error) } satisfies ReaderReply),
);
