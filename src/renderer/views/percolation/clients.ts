import type { ErrorData } from '../../../core/base/errors.ts';
import type { ClustersReply, ClustersRequest, CurvesReply, CurvesRequest } from './messages.ts';

/** The part of a Worker that is used here. */
export interface WorkerLike<Request, Reply> {
  onmessage: ((event: MessageEvent<Reply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: Request): void;
  terminate(): void;
}

const broken = (event: ErrorEvent): ErrorData => ({
  code: 'INTERNAL',
  message: `The computation failed: ${event.message || 'its worker could not be started'}`,
});

export interface CurvesClient {
  /** Begins anew; what is being computed is given up. */
  start(request: CurvesRequest): void;
  /** Gives up. */
  cancel(): void;
}

/**
 * Curves take seconds, so a worker that computes what nobody wants any more is ended, not waited for. One that is done is
 * asked again.
 */
export function createCurvesClient(
  createWorker: () => WorkerLike<CurvesRequest, CurvesReply>,
  onReply: (reply: CurvesReply) => void,
): CurvesClient {
  let worker: WorkerLike<CurvesRequest, CurvesReply> | null = null;
  let busy = false;
  const cancel = () => {
    if (!busy) return;
    worker?.terminate();
    worker = null;
    busy = false;
  };
  const open = (): WorkerLike<CurvesRequest, CurvesReply> => {
    const created = createWorker();
    created.onmessage = ({ data }) => {
      if (created !== worker) return; // sent before it was ended
      if (data.type === 'done' || data.type === 'failed') busy = false;
      onReply(data);
    };
    created.onerror = (event) => {
      if (created !== worker) return;
      created.terminate();
      worker = null;
      busy = false;
      onReply({ type: 'failed', error: broken(event) });
    };
    return created;
  };
  return {
    start(request) {
      cancel();
      worker ??= open();
      busy = true;
      worker.postMessage(request);
    },
    cancel() {
      busy = worker !== null; // ends an idle one, too: leaving the page leaves no worker
      cancel();
    },
  };
}

export interface ClustersClient {
  request(what: Omit<ClustersRequest, 'id'>): void;
  dispose(): void;
}

/**
 * Clusters take milliseconds, so the worker goes on, with one request at a time and at most one that waits: a slider gets
 * pictures as fast as they can be made, and never a queue.
 * @param onReply `latest` says whether it answers the last request
 */
export function createClustersClient(
  createWorker: () => WorkerLike<ClustersRequest, ClustersReply>,
  onReply: (reply: ClustersReply, latest: boolean) => void,
): ClustersClient {
  let worker: WorkerLike<ClustersRequest, ClustersReply> | null = null;
  let busy = false;
  let waiting: ClustersRequest | null = null;
  let last = 0;
  const next = () => {
    if (busy || waiting === null) return;
    worker ??= open();
    busy = true;
    const request = waiting;
    waiting = null;
    worker.postMessage(request);
  };
  const open = (): WorkerLike<ClustersRequest, ClustersReply> => {
    const created = createWorker();
    created.onmessage = ({ data }) => {
      busy = false;
      next();
      onReply(data, data.id === last);
    };
    created.onerror = (event) => {
      created.terminate();
      worker = null;
      busy = false;
      waiting = null;
      onReply({ id: last, error: broken(event) }, true);
    };
    return created;
  };
  return {
    request(what) {
      waiting = { ...what, id: ++last };
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
