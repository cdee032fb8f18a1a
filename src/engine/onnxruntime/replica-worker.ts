import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { invariant, toErrorData } from '../../core/base/errors.ts';
import { designRun } from '../design.ts';
import type { ReplicaReply, ReplicaRequest, ReplicaSetup } from './replica-messages.ts';
import { float32, openSession } from './session.ts';
import { listen } from './threads.ts';
import { createShardFeeder, createValidation } from './shard.ts';

/** One data-parallel replica: a single-threaded session that computes shards' gradients into shared memory. */
async function main(port: MessagePort): Promise<void> {
  const setup = workerData as ReplicaSetup;
  const design = designRun(setup.spec);
  const size = [design.layout.size];
  const session = await openSession(setup.gradientModel);
  const feed = createShardFeeder(design);
  const validate = setup.lossModel ? createValidation(design) : null;
  const lossSession = validate ? await openSession(setup.lossModel!) : null;

  const parameters = setup.parameters.map((v) => float32(v, size));
  const averages = setup.averages.map((v) => float32(v, size));
  const fetches = setup.gradients.map((g, s) => ({
    gradient: float32(g, size),
    loss: float32(setup.losses.subarray(s, s + 1), []),
  }));

  const handle = async (request: ReplicaRequest): Promise<number | null> => {
    if (request.type === 'gradients') {
      for (const shard of request.shards) {
        needOpen();
        const feeds = { ...feed(request.step, shard), parameters: parameters[request.current]! };
        await session.run(feeds, fetches[shard]!);
      }
      return null;
    }
    invariant(validate && lossSession, 'this run has no validation labels');
    const from = request.weights === 'raw' ? parameters : averages;
    return validate(lossSession, from[request.current]!);
  };

  const needOpen = listen<ReplicaRequest>(port, (request) => {
    handle(request).then(
      (value) => port.postMessage({ type: 'done', id: request.id, value } satisfies ReplicaReply),
      (error: unknown) =>
        port.postMessage({ type: 'error', id: request.id, error: toErrorData(error) } satisfies ReplicaReply),
    );
  });
  port.postMessage({ type: 'ready' } satisfies ReplicaReply);
}

invariant(parentPort, 'the replica must run as a worker thread');
const port = parentPort;
// As a message: an error thrown across threads would lose its code.
await main(port).catch((error: unknown) =>
  port.postMessage({ type: 'failed', error: toErrorData(error) } satisfies ReplicaReply),
);
