import { implement } from '@orpc/server';
import { analysisContract, type AnalysisEvent } from '../../shared/contract/analysis.ts';
import type { Workbench } from '../workbench/api.ts';
import { mapErrors } from './errors.ts';
import { jobStream } from './job-stream.ts';
import type { RpcContext } from './router.ts';

const os = implement(analysisContract);

export function analysisHandlers({ workbench }: RpcContext) {
  return os.router({
    options: os.options.handler(({ input }) => workbench.analysisOptions(input.id)),
    compute: os.compute.handler(({ input: { id, step, representation, request }, signal }) =>
      mapErrors(
        jobStream<AnalysisEvent, Awaited<ReturnType<Workbench['analyze']>>>(
          (tell) =>
            workbench.analyze(id, {
              step,
              representation,
              request,
              ...(signal ? { signal } : {}),
              onEvent: (event) => {
                if (event.type !== 'analysis') return;
                tell({ type: 'progress', phase: event.phase, fraction: event.fraction });
              },
              onNotice: (sentence) => tell({ type: 'notice', sentence }),
            }),
          (result) => ({ type: 'result', ...result }),
        ),
      ),
    ),
    list: os.list.handler(({ input }) => workbench.listAnalyses(input.id)),
    phases: os.phases.handler(({ input }) => workbench.phases(input.id)),
  });
}
