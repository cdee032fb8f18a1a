import type { AnalysisReply, AnalysisRequest } from './messages.ts';

/** The part of a Worker that the client uses. */
export interface WorkerLike {
  onmessage: ((event: MessageEvent<AnalysisReply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: AnalysisRequest): void;
  terminate(): void;
}

export interface AnalysisClient {
  /**
   * Asks for an analysis; one that waits is replaced, since only the latest drawing is of interest.
   * @param urgent false for drawings that are still changing: the worker then rests between answers, six times as
   *   long as the last one took, since it and the painting may have but two cores between them
   */
  request(what: Omit<AnalysisRequest, 'id'>, urgent: boolean): void;
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
  let startedAt = 0;
  let restUntil = 0;
  let rest: ReturnType<typeof setTimeout> | undefined;

  const start = (): WorkerLike => {
    const created = createWorker();
    created.onmessage = ({ data }) => {
      busy = false;
      const now = performance.now();
      restUntil = now + 6 * (now - startedAt);
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
  let hurry = true;
  const next = () => {
    clearTimeout(rest);
    if (busy || waiting === null) return;
    const pause = restUntil - performance.now();
    if (!hurry && pause > 0) {
      rest = setTimeout(next, pause);
      return;
    }
    worker ??= start();
    const request = waiting;
    waiting = null;
    startedAt = performance.now();
    try {
      worker.postMessage(request);
      busy = true;
    } catch (error) {
      // What cannot be copied to a worker must not silence the requests after it.
      const message = `The analysis of the drawing could not be asked for: ${String(error)}`;
      onReply({ id: request.id, error: { code: 'INTERNAL', message } }, request.id === lastId);
    }
  };
  return {
    request(what, urgent) {
      lastId++;
      hurry = urgent;
      waiting = { ...what, id: lastId };
      next();
    },
    dispose() {
      clearTimeout(rest);
      worker?.terminate();
      worker = null;
      waiting = null;
      busy = true;
    },
  };
}
