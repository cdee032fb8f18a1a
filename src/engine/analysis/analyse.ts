import { Worker } from 'node:worker_threads';
import { CliffordError, invalid } from '../../core/base/errors.ts';
import type { AnalysisResult } from '../../shared/analysis.ts';
import type { LabelGrid } from '../../shared/representation.ts';
import { siblingEntry } from '../entry.ts';
import type { AnalyseReply, AnalyseSetup } from './analyse-messages.ts';

export interface Analysis extends Omit<AnalyseSetup, 'memory'> {
  /** Bytes that points in memory may take; by default half of what the system can give. */
  readonly memory?: number;
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Measures a stored representation on a thread of its own, so that this one goes on hearing its parent.
 * @throws CliffordError INVALID_INPUT for points that the measurement cannot take, CANCELLED when the signal aborts
 */
export async function analyse({
  onProgress,
  signal,
  memory = Math.floor(process.availableMemory() / 2),
  ...setup
}: Analysis): Promise<{ answer: AnalysisResult; notices: string[] }> {
  const { promise, resolve, reject } = Promise.withResolvers<AnalysisResult>();
  const workerData: AnalyseSetup = { ...setup, memory };
  const worker = new Worker(siblingEntry('analyse-worker', import.meta.url), { workerData });
  worker.on('message', (reply: AnalyseReply) => {
    if (reply.type === 'progress') onProgress?.(reply.fraction);
    else if (reply.type === 'done') resolve(reply.answer);
    else reject(new CliffordError(reply.error.code, reply.error.message));
  });
  worker.on('error', (error: NodeJS.ErrnoException) =>
    reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? outOfMemory(setup.request.kind, setup.grid) : error),
  );
  worker.on('exit', (code) => reject(new Error(`the analysing thread ended with code ${code}`)));
  const abort = (): void => reject(new CliffordError('CANCELLED', 'the analysis was stopped'));
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return { answer: await promise, notices: noticesOf(setup) };
  } finally {
    signal?.removeEventListener('abort', abort);
    await worker.terminate();
  }
}

/** @returns INVALID_INPUT: fewer labels would do */
export function outOfMemory(kind: string, { nx, ny }: Pick<LabelGrid, 'nx' | 'ny'>): CliffordError {
  return invalid(`${kind}: memory ran out with ${nx}×${ny} labels; fewer labels along each axis need less`);
}

/** The ideal tori are periodic; what is compared with them may not be. */
function noticesOf({ request, spec }: Pick<AnalyseSetup, 'request' | 'spec'>): string[] {
  if (spec.dataset.boundary === 'periodic') return [];
  if (request.kind !== 'topology' && request.kind !== 'factorization') return [];
  return [
    'the dataset has open boundaries, while the ideal tori beside it are periodic in x and y: ' +
      'a perfectly factorized code of open labels has no holes',
  ];
}
