import { implement } from '@orpc/server';
import { contract } from '../../shared/contract/index.ts';
import type { Workbench } from '../workbench/api.ts';
import { analysisHandlers } from './analysis.ts';
import { exportHandler } from './bundles.ts';
import { designHandlers } from './design.ts';
import { toContractError } from './errors.ts';
import type { HostServices } from './host.ts';
import { queueHandlers } from './queue.ts';
import { runsHandlers } from './runs.ts';
import { sampleHandler } from './sampling.ts';
import { systemHandlers } from './system.ts';

export interface RpcContext {
  readonly workbench: Workbench;
  readonly host: HostServices;
}

const os = implement(contract);

/** Answers the whole contract over one workbench. Both hosts pass it to their transport's handler. */
export function createRouter(workbench: Workbench, host: HostServices) {
  const context: RpcContext = { workbench, host };
  return os.router({
    runs: runsHandlers(context),
    queue: queueHandlers(context),
    sampling: { sample: sampleHandler(context) },
    analysis: analysisHandlers(context),
    design: designHandlers(context),
    bundles: { export: exportHandler(context) },
    system: systemHandlers(context),
  });
}
export type WorkbenchRouter = ReturnType<typeof createRouter>;

/** Options of every transport's handler: errors leave as the contract says. */
export const handlerOptions = {
  clientInterceptors: [
    async ({ next }: { next(): Promise<unknown> }): Promise<unknown> => {
      try {
        return await next();
      } catch (error) {
        throw toContractError(error);
      }
    },
  ],
};
