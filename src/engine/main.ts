import { invariant, toErrorData } from '../core/base/errors.ts';
import { type EngineEvent, EngineRequest } from '../shared/engine-protocol.ts';
import { analyzeJob } from './analysis/job.ts';
import type { TrainingBackend } from './backend.ts';
import { evaluateJob, exportJob, sampleJob } from './jobs.ts';
import { cpuBackend } from './onnxruntime/cpu-backend.ts';
import { connectParent } from './parent.ts';
import { trainRun } from './trainer.ts';

/**
 * The engine process: takes one job from its parent, reports events, and leaves. It ends at once when the
 * parent is gone, so that nothing trains unseen.
 */

const backends: readonly TrainingBackend[] = [cpuBackend];

function chooseBackend(name: string): TrainingBackend {
  const backend = name === 'auto' ? backends[0] : backends.find((b) => b.name === name);
  invariant(backend, `no engine is called ${name}`);
  return backend;
}

const stop = new AbortController();
let step = 0;
let busy = false;

const { emit, leave } = connectParent((message) => {
  const request = EngineRequest.parse(message);
  if (request.type === 'stop') {
    stop.abort();
    return;
  }
  invariant(!busy, 'the engine process takes one job');
  busy = true;
  run(request).then(leave, (error: unknown) => {
    console.error(error);
    leave({ type: 'ended', outcome: 'failed', step, weights: null, error: toErrorData(error) });
  });
});

async function run(request: Exclude<EngineRequest, { type: 'stop' }>): Promise<EngineEvent> {
  const finished: EngineEvent = { type: 'ended', outcome: 'finished', step: 0, weights: null, error: null };
  switch (request.type) {
    case 'train': {
      const { spec, folder, threads, resumeFrom } = request;
      const backend = chooseBackend(request.engine);
      return trainRun({
        spec,
        folder,
        backend,
        threads,
        resumeFrom,
        emit,
        stop: stop.signal,
        onStep: (k) => (step = k),
      });
    }
    case 'evaluate':
      await evaluateJob(request, emit, stop.signal);
      return finished;
    case 'sample':
      await sampleJob(request, emit, stop.signal);
      return finished;
    case 'export':
      exportJob(request, emit);
      return finished;
    case 'analyze':
      await analyzeJob(request, emit, stop.signal);
      return finished;
  }
}

// Ctrl-C, a closed terminal, or a stopped service reaches the whole process group; the parent decides what it
// means, and if it dies of it, its channel closes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
