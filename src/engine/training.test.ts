import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { stepGraph } from '../core/diffusion/graphs.ts';
import { HYPER, hyperAt } from '../core/nn/adamw.ts';
import { lowerToOnnx } from '../core/onnx/lower.ts';
import { sha256 } from '../files/hash.ts';
import { EngineEvent } from '../shared/engine-protocol.ts';
import type { RunSpec } from '../shared/run-spec.ts';
import { STATE_VECTORS, type TrainingBackend } from './backend.ts';
import { designRun } from './design.ts';
import { cpuBackend } from './onnxruntime/cpu-backend.ts';
import { float32, openSession } from './onnxruntime/session.ts';
import { createShardFeeder } from './onnxruntime/shard.ts';
import { tinySpec } from './testing/tiny-spec.ts';
import { trainRun } from './trainer.ts';

const folders: string[] = [];
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'clifford-engine-'));
  folders.push(path);
  return path;
}
afterEach(() => {
  for (const f of folders.splice(0)) rmSync(f, { recursive: true, force: true });
});

/** Stops at an exact step, by aborting while that step runs. */
function stoppingAt(step: number, stop: AbortController): TrainingBackend {
  return {
    ...cpuBackend,
    async open(design, threads) {
      const session = await cpuBackend.open(design, threads);
      return {
        ...session,
        step(k) {
          if (k + 1 === step) stop.abort();
          return session.step(k);
        },
      };
    },
  };
}

async function train(
  spec: RunSpec,
  dir: string,
  { threads = 2, resumeFrom = null as string | null, stopAt = Infinity } = {},
) {
  const events: EngineEvent[] = [];
  const stop = new AbortController();
  const ended = await trainRun({
    spec,
    folder: dir,
    backend: stoppingAt(stopAt, stop),
    threads,
    resumeFrom,
    stop: stop.signal,
    emit: (e) => void events.push(EngineEvent.parse(e)),
  });
  return { ended, events };
}

function resumeFile(events: readonly EngineEvent[]): string {
  const files = events.flatMap((e) =>
    e.type === 'checkpoint' && e.artifact.kind === 'checkpoint' ? [e.artifact.file] : [],
  );
  return files.at(-1)!;
}

describe('the replica engine', () => {
  it('gives the same weights on one thread as on two (shards are summed in order)', async () => {
    const spec = tinySpec();
    const hashes = [];
    for (const threads of [1, 2]) {
      const session = await cpuBackend.open(designRun(spec), threads);
      expect(session.threads).toBe(threads);
      for (let k = 0; k < 5; k++) await session.step(k);
      const state = await session.state();
      hashes.push(STATE_VECTORS.map((v) => sha256(state[v])));
      await session.dispose();
    }
    expect(hashes[0]).toEqual(hashes[1]);
  });

  it('agrees with the whole step as one graph', async () => {
    const spec = tinySpec({ training: { shards: 1 } });
    const design = designRun(spec);
    const session = await cpuBackend.open(design, 1);
    const size = [design.layout.size];
    const one = await openSession(
      lowerToOnnx(stepGraph(design.denoiser, design.layout, 8, spec.training.optimizer), {
        target: 'onnxruntime',
      }),
    );
    const start = await session.state();
    let state = Object.fromEntries(STATE_VECTORS.map((v) => [v, float32(Float32Array.from(start[v]), size)]));
    const feed = createShardFeeder(design);
    for (let k = 0; k < 4; k++) {
      const hyper = new Float32Array(HYPER.length);
      hyperAt(spec.training, k, hyper);
      const out = await one.run({ ...feed(k, 0), ...state, hyper: float32(hyper, [HYPER.length]) });
      const { loss } = await session.step(k);
      // Another strategy for weight gradients and another order of sums: float32 rounding.
      expect(Math.abs(loss - (out.loss!.data as Float32Array)[0]!)).toBeLessThan(1e-5);
      state = {
        parameters: out.nextParameters!,
        moment1: out.nextMoment1!,
        moment2: out.nextMoment2!,
        average: out.nextAverage!,
      } as never;
    }
    const ours = (await session.state()).parameters;
    const theirs = state.parameters!.data as Float32Array;
    // AdamW's first steps have size ±rate whatever the gradient, so weights whose gradient is zero in exact
    // arithmetic may go either way; no weight can be further off than both going all four steps apart.
    const apart = ours.map((p, i) => Math.abs(p - theirs[i]!));
    expect(apart.filter((d) => d > 1e-4).length / ours.length).toBeLessThan(0.02);
    expect(Math.max(...apart)).toBeLessThan(2 * 4 * spec.training.optimizer.learningRate);
    await session.dispose();
    await one.release();
  });

  it('learns: the validation loss falls well below that of predicting nothing', async () => {
    const session = await cpuBackend.open(designRun(tinySpec({ training: { steps: 150 } })), 2);
    for (let k = 0; k < 150; k++) await session.step(k);
    // Predicting 0 has a loss of E ε² = 1; the untrained network is near it.
    expect(await session.validationLoss('raw')).toBeLessThan(0.7);
    await session.dispose();
  });

  it('keeps the state when a step is not finite', async () => {
    const session = await cpuBackend.open(designRun(tinySpec()), 1);
    const state = await session.state();
    const broken = Float32Array.from(state.parameters);
    broken[3] = Number.NaN;
    await session.load({ ...state, parameters: broken });
    const before = sha256((await session.state()).parameters);
    const result = await session.step(0);
    expect(Number.isFinite(result.loss)).toBe(false);
    expect(sha256((await session.state()).parameters)).toBe(before);
    await session.dispose();
  });
});

describe('trainRun', () => {
  it('goes from spec to model: evaluations at 0, between and at the end, checkpoints rotated, milestones kept', async () => {
    const dir = folder();
    const { ended, events } = await train(tinySpec(), dir);
    expect(ended).toMatchObject({ outcome: 'finished', step: 12 });
    const evaluations = events.filter((e) => e.type === 'evaluation').map((e) => e.evaluation);
    expect(evaluations.map((e) => [e.step, e.final, e.weights])).toEqual([
      [0, false, 'raw'],
      [6, false, 'ema'],
      [12, true, 'ema'],
    ]);
    expect(evaluations[2]!.sections.map((s) => s.section)).toEqual([
      'overall',
      'in-distribution',
      'vertical',
      'horizontal',
      'intersection',
    ]);
    const losses = events
      .flatMap((e) => (e.type === 'metrics' ? e.points : []))
      .filter((p) => p.key === 'loss');
    expect(losses.map((p) => p.step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    const validation = events
      .flatMap((e) => (e.type === 'metrics' ? e.points : []))
      .filter((p) => p.key === 'validationLoss');
    expect(validation.map((p) => p.step)).toEqual([0, 4, 8, 12]);
    expect(readdirSync(join(dir, 'checkpoints'))).toEqual(
      [5, 10, 12].map((k) => `step-${String(k).padStart(8, '0')}.safetensors`),
    );
    expect(readdirSync(join(dir, 'milestones')).filter((f) => f.startsWith('step'))).toEqual(
      [0, 2, 5, 12].map((k) => `step-${String(k).padStart(8, '0')}.safetensors`),
    );
    expect(readdirSync(dir)).toEqual(expect.arrayContaining(['model.onnx', 'taps.onnx']));
  });

  it.each([1, 5, 6, 11])(
    'stopped after step %i and resumed, ends with the very same weights',
    async (stopAt) => {
      const spec = tinySpec();
      const straight = await train(spec, folder());
      const dir = folder();
      const first = await train(spec, dir, { stopAt });
      expect(first.ended.outcome).toBe('stopped');
      expect(first.ended.step).toBeLessThan(12);
      const second = await train(spec, dir, { resumeFrom: resumeFile(first.events), threads: 1 });
      expect(second.ended).toEqual(straight.ended);
      const accuracies = (events: EngineEvent[]) =>
        events.flatMap((e) => (e.type === 'evaluation' && e.evaluation.final ? e.evaluation.sections : []));
      expect(accuracies(second.events)).toEqual(accuracies(straight.events));
    },
  );

  it('says so when the loss is not finite, and keeps the checkpoints', async () => {
    const dir = folder();
    const spec = tinySpec({
      training: {
        steps: 400,
        optimizer: { learningRate: 1e38, clipNorm: null },
        rate: { warmupSteps: 0, kind: 'constant' },
      },
    });
    await expect(train(spec, dir)).rejects.toMatchObject({ code: 'NON_FINITE' });
    expect(readdirSync(join(dir, 'milestones'))).toContain('step-00000000.safetensors');
  });

  it.each([
    ['truncated', (f: string) => truncateSync(f, 1000), /step-.*(truncated|ends|cut|beyond)/],
    [
      'foreign',
      (f: string) => writeFileSync(f, 'not a checkpoint at all, but long enough'),
      /step-.*safetensors/,
    ],
  ])('refuses a %s checkpoint, naming it', async (_, damage, name) => {
    const dir = folder();
    const { events } = await train(tinySpec(), dir, { stopAt: 5 });
    const file = resumeFile(events);
    damage(join(dir, file));
    await expect(train(tinySpec(), dir, { resumeFrom: file })).rejects.toThrow(name);
  });

  it('refuses the checkpoint of another spec', async () => {
    const dir = folder();
    const { events } = await train(tinySpec(), dir, { stopAt: 5 });
    await expect(train(tinySpec({ seed: 2 }), dir, { resumeFrom: resumeFile(events) })).rejects.toThrow(
      'is a checkpoint of another run',
    );
  });

  it('lets go of a best milestone only when a checkpoint no longer names it', async () => {
    const { events } = await train(tinySpec(), folder());
    const checkpoints: EngineEvent[] = [];
    for (const e of events) {
      if (e.type === 'checkpoint' && e.artifact.kind === 'checkpoint') checkpoints.push(e);
      // Whatever is let go, a checkpoint with the newer facts is durable already.
      if (e.type === 'retire') expect(events[events.indexOf(e) - 1]).toBe(checkpoints.at(-1));
    }
    expect(checkpoints.length).toBeGreaterThan(1);
  });

  it('tells the step it is at, after a resume too', async () => {
    const dir = folder();
    const { events } = await train(tinySpec(), dir, { stopAt: 5 });
    const seen: number[] = [];
    await trainRun({
      spec: tinySpec(),
      folder: dir,
      backend: cpuBackend,
      threads: 2,
      resumeFrom: resumeFile(events),
      stop: new AbortController().signal,
      emit: () => {},
      onStep: (k) => seen.push(k),
    });
    expect(seen).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('refuses shards that do not divide the batch', async () => {
    await expect(train(tinySpec({ training: { shards: 3 } }), folder())).rejects.toThrow(
      'training.batchSize: got 8, expected a multiple of training.shards (3)',
    );
  });
});
