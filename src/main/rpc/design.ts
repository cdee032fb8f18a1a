import { availableParallelism } from 'node:os';
import { implement } from '@orpc/server';
import { checkRun } from '../../shared/check-run.ts';
import { designContract } from '../../shared/contract/design.ts';
import { listPresets, removePreset, savePreset } from '../presets/own.ts';
import { estimateRun, measuredSpeed } from './estimate.ts';
import type { RpcContext } from './router.ts';

const os = implement(designContract);

export function designHandlers({ workbench }: RpcContext) {
  return os.router({
    presets: os.presets.handler(() => listPresets(workbench.home)),
    savePreset: os.savePreset.handler(({ input }) => savePreset(workbench.home, input)),
    removePreset: os.removePreset.handler(({ input }) => {
      removePreset(workbench.home, input.name);
      return { removed: input.name };
    }),
    estimate: os.estimate.handler(({ input: { spec } }) => {
      checkRun(spec);
      const cores = availableParallelism();
      const { concurrency } = workbench.queue();
      const threads = workbench.settings().threads ?? Math.max(1, Math.floor(cores / concurrency));
      return estimateRun(spec, measuredSpeed(workbench), cores, threads);
    }),
  });
}
