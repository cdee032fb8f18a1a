/**
 * Test double of the engine process: it speaks the protocol of shared/engine-protocol.ts, trains nothing, and
 * misbehaves as the environment variable SCRIPT says, at step SCRIPT_STEP. A checkpoint holds its step as text, so
 * that a wrong resume is seen; the "loss" at step n is 1/n.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../../files/atomic.ts';
import { sha256 } from '../../../files/hash.ts';
import type { EngineEvent, EngineRequest } from '../../../shared/engine-protocol.ts';
import type { Artifact, Evaluation } from '../../../shared/records.ts';

const SCRIPT = process.env.SCRIPT ?? 'ok';
const AT = Number(process.env.SCRIPT_STEP ?? 7);
const STEP_MS = Number(process.env.SCRIPT_STEP_MS ?? 1);

let stopping = false;

process.on('disconnect', () => process.exit(0));
process.on('message', (request: EngineRequest) => {
  if (request.type === 'stop') {
    if (SCRIPT === 'count-stops') say(`stop at ${Date.now()}`);
    stopping = true;
  } else if (request.type === 'train') void train(request);
  else if (request.type === 'evaluate') void evaluate(request);
  else if (request.type === 'sample') void sample(request);
  else if (request.type === 'export') void exportModel(request);
});

async function train(request: Extract<EngineRequest, { type: 'train' }>): Promise<void> {
  const { folder, spec, resumeFrom } = request;
  const { steps, checkpoint } = spec.training;
  for (const name of ['checkpoints', 'milestones']) mkdirSync(join(folder, name), { recursive: true });
  await emit({
    type: 'started',
    engine: 'scripted',
    threads: Number(process.env.SCRIPT_THREADS ?? request.threads ?? 1),
    parameters: 3,
    trainingImages: 64,
    environment: { node: process.version, device: process.env.SCRIPT_DEVICE ?? 'abacus' },
  });
  let best: string | null = null;
  let step = resumeFrom === null ? 0 : Number(readFileSync(join(folder, resumeFrom), 'utf8'));
  const save = async (): Promise<void> => {
    const file = `checkpoints/${String(step).padStart(6, '0')}.state`;
    const artifact = write(folder, 'checkpoint', file, step, String(step));
    if (SCRIPT === 'wrong-size' && step > 0) artifact.bytes++;
    if (SCRIPT === 'wrong-hash' && step > 0) artifact.sha256 = sha256('something else');
    await emit({ type: 'checkpoint', step, artifact, weights: weightsAt(step) });
  };
  /** A milestone that replaces the one before. */
  const saveBest = async (): Promise<void> => {
    const file = `milestones/best-${step}.state`;
    const artifact = write(folder, 'milestone', file, step, String(step));
    await emit({ type: 'checkpoint', step, artifact, weights: weightsAt(step) });
    if (best !== null) await emit({ type: 'retire', files: [best] });
    best = file;
  };
  if (resumeFrom === null) {
    await emit({ type: 'evaluation', evaluation: evaluationAt(0, 0) });
    await save();
  }
  while (step < steps && (!stopping || SCRIPT === 'hang-on-stop')) {
    step++;
    await emit({ type: 'metrics', points: [{ step, key: 'loss', value: 1 / step }] });
    await emit({
      type: 'progress',
      phase: 'training',
      step,
      steps,
      loss: 1 / step,
      imagesPerSecond: null,
      secondsLeft: null,
      fraction: step / steps,
    });
    if (step === AT) await misbehave(step);
    if (step % checkpoint.everySteps === 0 && step < steps) {
      await save();
      await emit({ type: 'evaluation', evaluation: evaluationAt(step, step / steps) });
      await saveBest();
    }
    await sleep(STEP_MS);
  }
  await save();
  if (step === steps) {
    await emit({
      type: 'artifact',
      artifact: write(folder, 'model', 'model.onnx', step, `model of step ${step}`),
    });
    await emit({ type: 'evaluation', evaluation: evaluationAt(step, 1, true) });
  }
  await end(step === steps ? 'finished' : 'stopped', step);
}

async function misbehave(step: number): Promise<void> {
  switch (SCRIPT) {
    case 'sigkill':
    case 'wrong-hash':
      process.kill(process.pid, 'SIGKILL');
      return sleep(10_000);
    case 'exit':
      process.stderr.write('cannot go on\n');
      return process.exit(3);
    case 'quiet-exit':
      return process.exit(0);
    case 'throw':
      throw new Error('a bug in the engine');
    case 'memory': {
      const hoard: number[][] = [];
      for (;;) hoard.push(new Array<number>(100_000).fill(hoard.length + 0.5));
    }
    case 'garbage':
      process.stdout.write('\u0000\u001b[31m{"type":"ended"}\n');
      return;
    case 'malformed':
      return emit({ type: 'metrics', points: [{ step, key: 'loss', value: Number.NaN }] });
    case 'unknown':
      return emit({ type: 'gossip' } as unknown as EngineEvent);
    case 'not-an-object':
      return emit('hello' as unknown as EngineEvent);
    case 'escape-write':
      return emit({
        type: 'artifact',
        artifact: { kind: 'model', file: '../evil', step, bytes: 0, sha256: '' },
      });
    case 'escape-retire':
      return emit({ type: 'retire', files: ['../../clifford.db'] });
    case 'non-finite':
      await emit({
        type: 'ended',
        outcome: 'failed',
        step,
        weights: null,
        error: { code: 'NON_FINITE', message: `loss is NaN at step ${step}` },
      });
      return process.exit(1);
    case 'dirty-exit': // crashes while unloading, after all is done
      await emit({ type: 'ended', outcome: 'finished', step, weights: weightsAt(step), error: null });
      return process.abort();
    case 'linger':
      await emit({ type: 'ended', outcome: 'finished', step, weights: weightsAt(step), error: null });
      return sleep(60_000);
    case 'hang':
      for (;;) await sleep(1000);
    case 'await-stop':
      while (!stopping) await sleep(5);
      return;
    default:
      return;
  }
}

async function evaluate(request: Extract<EngineRequest, { type: 'evaluate' }>): Promise<void> {
  const file = `${request.outDir}/read-outs.json`;
  // As the real one does: the model itself says which step it holds.
  const model = readFileSync(join(request.folder, request.modelFile), 'utf8');
  const step = Number(/^model of step (\d+)/.exec(model)![1]);
  mkdirSync(join(request.folder, request.outDir), { recursive: true });
  await emit({ type: 'artifact', artifact: write(request.folder, 'evaluation', file, step, '{}') });
  await emit({ type: 'evaluation', evaluation: evaluationAt(step, 0.75, true) });
  await end('finished', step);
}

async function sample(request: Extract<EngineRequest, { type: 'sample' }>): Promise<void> {
  if (SCRIPT === 'hang') return sleep(60_000);
  mkdirSync(request.outDir, { recursive: true });
  const text = JSON.stringify([request.labels, readFileSync(request.modelFile, 'utf8')]);
  await emit({ type: 'artifact', artifact: write(request.outDir, 'samples', 'samples.npy', null, text) });
  await end('finished', 0);
}

async function exportModel(request: Extract<EngineRequest, { type: 'export' }>): Promise<void> {
  const state = readFileSync(join(request.folder, request.checkpointFile), 'utf8');
  writeFileSync(request.outFile, `model of step ${state} with tap ${request.tap}`);
  const bytes = readFileSync(request.outFile);
  const artifact: Artifact = {
    kind: request.tap === null ? 'model' : 'taps',
    file: request.outFile,
    step: Number(state),
    bytes: bytes.length,
    sha256: sha256(bytes),
  };
  await emit({ type: 'artifact', artifact });
  await end('finished', Number(state));
}

function write(
  folder: string,
  kind: Artifact['kind'],
  file: string,
  step: number | null,
  text: string,
): Artifact {
  return { kind, file, step, ...writeFileAtomic(join(folder, file), text) };
}

function weightsAt(step: number): string {
  return sha256(`weights of step ${step}`);
}

function evaluationAt(step: number, accuracy: number, final = false): Evaluation {
  const estimate = { mean: accuracy, low: accuracy, high: accuracy };
  const none = { x: 0, y: 0, both: 0 };
  return {
    step,
    final,
    tolerancePx: 1,
    readout: 'matchedFilter',
    weights: 'raw',
    seconds: 0,
    sections: [
      {
        section: 'overall',
        labels: 1,
        images: 1,
        unreadableLabels: 0,
        x: estimate,
        y: estimate,
        both: estimate,
        copyBaseline: none,
        chance: none,
        medianErrorPx: { x: null, y: null },
        none: 0,
        several: 0,
      },
    ],
    skipped: [],
  };
}

async function end(outcome: 'finished' | 'stopped', step: number): Promise<never> {
  await emit({ type: 'ended', outcome, step, weights: weightsAt(step), error: null });
  process.exit(0);
}

/** Resolves when the message is on its way, so that an exit right after loses nothing. */
function emit(event: EngineEvent): Promise<void> {
  return new Promise((resolve) => process.send!(event, () => resolve()));
}

function say(line: string): void {
  process.stderr.write(line + '\n');
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
