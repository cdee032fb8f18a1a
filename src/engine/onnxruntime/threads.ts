import type { MessagePort, Worker } from 'node:worker_threads';
import { CliffordError } from '../../core/base/errors.ts';

/**
 * How threads with onnxruntime sessions end: by themselves, between two calls. Terminating a thread inside
 * `session.run` aborts the whole process (the native call returns into a torn-down environment).
 */

interface CloseRequest {
  readonly type: 'close';
}

/** Asks a thread to end after its current onnxruntime call, and waits until it has. */
export function endThread(worker: Worker): Promise<void> {
  // A thread that has ended already has the id −1 and will not say so again.
  if (worker.threadId === -1) return Promise.resolve();
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    worker.postMessage({ type: 'close' } satisfies CloseRequest);
  });
}

/**
 * The thread's side: passes requests on until it is asked to close; then the port closes, and the thread ends
 * as soon as it has nothing to do.
 * @returns throws CANCELLED once closing; to be called before each onnxruntime call
 */
export function listen<R>(port: MessagePort, handle: (request: R) => void): () => void {
  let closing = false;
  port.on('message', (request: R | CloseRequest) => {
    if (isClose(request)) {
      closing = true;
      port.close();
    } else {
      handle(request);
    }
  });
  return () => {
    if (closing) throw new CliffordError('CANCELLED', 'the thread was asked to end');
  };
}

function isClose(request: unknown): request is CloseRequest {
  return (request as { type?: unknown }).type === 'close';
}
