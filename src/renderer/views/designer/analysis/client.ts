import type { AnalysisReply, AnalysisRequest } from './messages.ts';

/** The part of a Worker that the client uses. */
export interface WorkerLike {
  onmessage: ((event: MessageEvent<AnalysisReply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: AnalysisRequest): void;
  terminate(): void;
}

export interface AnalysisClient {
  /** Asks for an analysis; one that waits is replaced, since only the latest drawing is of interest. */
  request(spec: AnalysisRequest['spec'], threshold: number): void;
  dispose(): void;
}

/**
 * Latest wins: the worker has at most one request at a time, and at most one waits. So a fast brush gets an answer
 * as often as the worker can give one, and never a queue. Each answer is handed on: it is newer than what is shown.
 *
 * @param onReply `latest` says whether it answers the last request
 */
export function createAnalysisClient(
  createWorker: () => WorkerLike,
  onReply: (reply: AnalysisReply, latest: boolean) => void,
): AnalysisClient {
  let worker: WorkerLike | null = null;
  let busy = false;
  let waiting: AnalysisRequest | null = null;
  let lastId = 0;

  const start = (): WorkerLike => {
    const created = createWorker();
    created.onmessage = ({ data }) => {
      busy = false;
      next();
      onReply(data, data.id === lastId);
    };
    created.onerror = (event) => {
      // The worker catches what its own work throws, so this is a script that could not be loaded or run.
      created.terminate();
      worker = null;
      busy = false;
      waiting = null;
      const message = `The analysis of the drawing failed: ${event.message || 'its worker could not be started'}`;
      onReply({ id: lastId, error: { code: 'INTERNAL', message } }, true);
    };
    return created;
  };
  const next = () => {
    if (busy || waiting === null) return;
    worker ??= start();
    busy = true;
    worker.postMessage(waiting);
    waiting = null;
  };
  return {
    request(spec, threshold) {
      lastId++;
      waiting = { id: lastId, spec, threshold };
      next();
    },
    dispose() {
      worker?.terminate();
      worker = null;
      waiting = null;
      busy = true;
    },
  };
}
