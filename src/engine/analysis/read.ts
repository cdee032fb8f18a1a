import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { CliffordError } from '../../core/base/errors.ts';
import { samplingChunk } from '../../core/diffusion/chunk.ts';
import type { LabelGrid } from '../../shared/representation.ts';
import { siblingEntry } from '../entry.ts';
import { endThread } from '../onnxruntime/threads.ts';
import type { ReaderReply, ReaderRequest, ReaderSetup } from './reader-messages.ts';

export interface Reading extends ReaderSetup {
  readonly grid: LabelGrid;
  /** Null means one per core. */
  readonly threads: number | null;
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** Chunks that may wait for an earlier one, for each thread: what bounds the memory. */
const AHEAD = 2;

/**
 * A tap's values at the labels of a grid, in their order, by onnxruntime on all cores.
 * @returns pieces of (b, d) float32
 * @throws CliffordError CANCELLED when the signal aborts, NON_FINITE
 */
export async function* readTap({
  grid,
  threads,
  onProgress,
  signal,
  ...setup
}: Reading): AsyncGenerator<Float32Array> {
  const { spec } = setup;
  const size = samplingChunk(spec.model, spec.dataset.size);
  const count = grid.keys.length;
  const chunks = Math.ceil(count / size);
  const entry = siblingEntry('reader-worker', import.meta.url);
  const workers = Array.from(
    { length: Math.min(threads ?? availableParallelism(), chunks) },
    () => new Worker(entry, { workerData: setup satisfies ReaderSetup }),
  );
  const idle = [...workers];
  const ready = new Map<number, Float32Array>();
  let given = 0;
  let wanted = 0;
  let failure: unknown = null;
  let wake = (): void => {};
  const fail = (error: unknown): void => {
    failure ??= error;
    wake();
  };
  const assign = (): void => {
    while (idle.length > 0 && given < Math.min(chunks, wanted + AHEAD * workers.length)) {
      const [from, to] = [given * size, Math.min(count, (given + 1) * size)];
      const labels = Float32Array.from(grid.labels.subarray(2 * from, 2 * to));
      const keys = grid.keys.slice(from, to);
      idle.pop()!.postMessage({ chunk: given++, labels, keys } satisfies ReaderRequest);
    }
  };
  for (const worker of workers) {
    worker.on('message', (reply: ReaderReply) => {
      if (reply.type === 'error') return fail(new CliffordError(reply.error.code, reply.error.message));
      ready.set(reply.chunk, reply.values);
      idle.push(worker);
      assign();
      wake();
    });
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`a reading thread ended with code ${code}`)));
  }
  const abort = (): void => fail(new CliffordError('CANCELLED', 'reading was stopped'));
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    assign();
    for (; wanted < chunks;) {
      if (failure !== null) throw failure;
      const values = ready.get(wanted);
      if (!values) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      ready.delete(wanted++);
      assign();
      yield values;
      onProgress?.(wanted / chunks);
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    await Promise.all(workers.map(endThread));
  }
}
