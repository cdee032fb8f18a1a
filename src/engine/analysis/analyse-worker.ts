import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { invariant, toErrorData } from '../../core/base/errors.ts';
import { outOfMemory } from './analyse.ts';
import type { AnalyseReply, AnalyseSetup } from './analyse-messages.ts';
import { measure } from './measure.ts';

/** Measures one representation. The thread is ended by terminating it: it runs nothing but plain code. */
function main(port: MessagePort): void {
  const setup = workerData as AnalyseSetup;
  const send = (reply: AnalyseReply): void => port.postMessage(reply);
  try {
    const answer = measure(setup, (fraction) => send({ type: 'progress', fraction }));
    send({ type: 'done', answer });
  } catch (error) {
    const full = error instanceof RangeError && /allocation failed/i.test(error.message);
    send({ type: 'error', error: toErrorData(full ? outOfMemory(setup.request.kind, setup.grid) : error) });
  }
}

invariant(parentPort, 'the analysis must run as a worker thread');
main(parentPort);
