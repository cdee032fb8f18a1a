import { parentPort, workerData } from 'node:worker_threads';
import { CliffordError, toErrorData } from '../../../core/base/errors.ts';
import { measure, type MeasureRequest } from './analyze-measure.ts';
import type { MeasureMessage } from './analyze-thread.ts';

/** The thread of one measurement: a long computation would keep the main thread from hearing Ctrl-C. */

/** A short one tells nothing on the way. */
const FIRST_MS = 400;
const INTERVAL_MS = 100;

const post = (message: MeasureMessage) => parentPort!.postMessage(message);
let due = performance.now() + FIRST_MS;

try {
  const document = await measure(workerData as MeasureRequest, {
    onNotice: (sentence) => post({ type: 'notice', sentence }),
    onProgress(phase, fraction) {
      if (performance.now() < due) return;
      due = performance.now() + INTERVAL_MS;
      post({ type: 'progress', phase, fraction });
    },
  });
  post({ type: 'result', document });
} catch (error) {
  post({ type: 'error', error: toErrorData(outOfMemory(error) ?? error) });
}

/** V8 reports an array that could not be had as a RangeError. */
function outOfMemory(error: unknown): CliffordError | null {
  if (
    !(error instanceof RangeError) ||
    !/allocation failed|Invalid typed array length|Array length/i.test(error.message)
  ) {
    return null;
  }
  return new CliffordError(
    'INVALID_INPUT',
    `got more numbers than memory holds (${error.message}), expected fewer points or fewer coordinates of each`,
    { cause: error },
  );
}
