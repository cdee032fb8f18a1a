import { toErrorData } from '../../../core/base/errors.ts';
import { percolationSteps } from '../../../core/metrics/percolation/curve.ts';
import { siteLattice } from '../../../core/metrics/percolation/lattice.ts';
import type { CurvesReply, CurvesRequest } from './messages.ts';

/** Computes one request's curves, one after another. It is ended from outside when they are not wanted any more. */
self.onmessage = ({ data }: MessageEvent<CurvesRequest>) => {
  const reply = (message: CurvesReply) => self.postMessage(message);
  try {
    const { size, spacing, periodic } = data.lattice;
    const lattice = siteLattice(size, spacing, periodic);
    for (const task of data.tasks) {
      const steps = percolationSteps(lattice, { ...task, lambdas: data.lambdas, seeds: data.seeds });
      for (;;) {
        const { done, value } = steps.next();
        if (done === true) {
          reply({ type: 'curve', task, curve: value });
          break;
        }
        reply({ type: 'progress', task, seeds: value });
      }
    }
    reply({ type: 'done' });
  } catch (error) {
    reply({ type: 'failed', error: toErrorData(error) });
  }
};
