import { availableParallelism, cpus } from 'node:os';
import { describe, expect, it } from 'vitest';
import { Estimate } from '../../shared/contract/design.ts';
import type { RunView, SeriesMap } from '../../shared/contract/runs.ts';
import type { RunSummary } from '../../shared/records.ts';
import { RunSpec } from '../../shared/run-spec.ts';
import { loadPreset } from '../presets/presets.ts';
import type { Workbench } from '../workbench/api.ts';
import { openWorkbench } from '../workbench/service.ts';
import { cleanUp, temporaryFolder } from '../workbench/testing/home.ts';
import { testSpec } from '../workbench/testing/spec.ts';
import { estimateRun, measuredSpeed, speedOf } from './estimate.ts';

const quick = loadPreset('quick').spec;
const stripes = loadPreset('quick-stripes').spec;
const paper = loadPreset('paper').spec;

/** A parsed spec with some fields of its parts changed. */
function change(
  spec: RunSpec,
  { training, evaluation }: { training?: object; evaluation?: object },
): RunSpec {
  return RunSpec.parse({
    ...spec,
    training: { ...spec.training, ...training },
    evaluation: { ...spec.evaluation, ...evaluation },
  });
}

const total = (e: Estimate) => e.trainingSeconds + e.evaluationSeconds;

describe('estimateRun', () => {
  it('says what was measured: both quick presets in 8.0 minutes on two cores, in 640 MiB', () => {
    const [a, b] = [quick, stripes].map((spec) => estimateRun(spec, null, 2, 2)) as [Estimate, Estimate];
    expect(Estimate.parse(a)).toEqual(a);
    // The README's quickstart on an otherwise idle machine; typical cores differ by more than this.
    expect((total(a) + total(b)) / 60).toBeGreaterThan(8 * 0.85);
    expect((total(a) + total(b)) / 60).toBeLessThan(8 * 1.15);
    expect(a.memoryBytes / 2 ** 20).toBeGreaterThan(640 * 0.84);
    expect(a.memoryBytes / 2 ** 20).toBeLessThan(640 * 1.16);
    // 16² labels without three values of x and of y: 13².
    expect(a).toMatchObject({ parameters: 493_601, trainingImages: 169 });
  });

  it('is fast enough to follow a form, at the paper’s size too', () => {
    const took = (spec: RunSpec) => {
      const began = performance.now();
      estimateRun(
        { ...spec, training: { ...spec.training, batchSize: spec.training.batchSize * 3 } },
        null,
        2,
        2,
      );
      return performance.now() - began;
    };
    // About 40 and 120 ms on an idle machine.
    expect(took(quick)).toBeLessThan(300);
    expect(took(paper)).toBeLessThan(2000);
  });

  it('scales a measured run: the same again takes as long, another one as its operations say', () => {
    const measured = speedOf('brave-otter', quick, 100, 2, 2);
    const again = estimateRun(quick, measured, 2, 2);
    const { steps, batchSize } = quick.training;
    expect(again.trainingSeconds).toBeCloseTo((steps * batchSize) / 100, 6);
    expect(measured.flopsPerSecond).toBeCloseTo((again.stepFlops * 100) / batchSize, 0);
    const half = estimateRun(quick, speedOf('brave-otter', quick, 50, 2, 2), 2, 2);
    expect(total(half) / total(again)).toBeCloseTo(2, 9);
    // Without attention there is less to do, at about as many operations a second.
    const plain: RunSpec = {
      ...quick,
      model: { ...quick.model, attention: { ...quick.model.attention, after: [] } },
    };
    const lighter = estimateRun(plain, measured, 2, 2);
    const ratio = lighter.trainingSeconds / again.trainingSeconds;
    expect(ratio).toBeLessThan(0.9);
    expect(Math.abs(ratio / (lighter.stepFlops / again.stepFlops) - 1)).toBeLessThan(0.2);
    expect(again.basis).toBe(
      'From run brave-otter, which trained 100 images/s here on 2 threads (7.6 GFLOP/s).',
    );
    expect(estimateRun(quick, null, 2, 1).basis).toMatch(
      /^No run was measured on this machine yet: typical speed of a server's CPU cores, \d+ GFLOP\/s for this network on 1 thread\.$/,
    );
  });

  it('counts threads as far as there are shards and cores', () => {
    const at = (cores: number, threads: number) => estimateRun(quick, null, cores, threads);
    const [one, two] = [at(2, 1), at(2, 2)];
    expect(one.trainingSeconds / two.trainingSeconds).toBeGreaterThan(1.5);
    expect(one.trainingSeconds / two.trainingSeconds).toBeLessThan(2);
    expect(two.memoryBytes).toBeGreaterThan(one.memoryBytes);
    // Two shards keep two threads busy and no third one; two threads of one core are no faster than one.
    expect(at(8, 8).trainingSeconds).toBe(two.trainingSeconds);
    expect(at(1, 2).trainingSeconds).toBeGreaterThanOrEqual(at(1, 1).trainingSeconds);
    expect(at(8, 8).evaluationSeconds).toBeLessThan(two.evaluationSeconds);
  });

  it('counts steps, calls of the sampler, images and validations', () => {
    const of = (parts: Parameters<typeof change>[1]) => estimateRun(change(quick, parts), null, 2, 2);
    const plain = of({});
    expect(of({ training: { steps: 5600 } }).trainingSeconds / plain.trainingSeconds).toBeCloseTo(2, 9);
    const overhead = 6 * 0.3; // step 0, four on the way, the last
    const sampled = (e: Estimate) => e.evaluationSeconds - overhead;
    const { sampler } = quick.evaluation;
    const twice = of({ evaluation: { sampler: { ...sampler, steps: 80 } } });
    expect(sampled(twice) / sampled(plain)).toBeCloseTo(2, 9);
    const guided = of({
      evaluation: { sampler: { ...sampler, guidance: 2 } },
      training: { labelDrop: 0.1 },
    });
    expect(sampled(guided) / sampled(plain)).toBeGreaterThan(2);
    expect(sampled(guided) / sampled(plain)).toBeLessThan(2.05); // the network learns one more embedding
    // An evaluation on the way costs the same each time, and there is one after each step at most.
    const evaluated = (points: number) =>
      of({ evaluation: { points }, training: { steps: 300 } }).evaluationSeconds;
    const cheap = evaluated(1) - evaluated(0);
    expect(cheap).toBeGreaterThan(0.3);
    expect(evaluated(4) - evaluated(0)).toBeCloseTo(4 * cheap, 6);
    expect(evaluated(10_000) - evaluated(0)).toBeCloseTo(299 * cheap, 6);
    const validated = RunSpec.parse({
      ...quick,
      dataset: { ...quick.dataset, parts: [{ kind: 'bump2d', lambda: 0.5 }] },
      training: { ...quick.training, validation: { count: 64, everySteps: 1 } },
    });
    const without = {
      ...validated,
      training: { ...validated.training, validation: { count: 0, everySteps: 1 } },
    };
    const [more, less] = [validated, without].map((s) => estimateRun(s, null, 2, 2).trainingSeconds);
    expect(more! / less!).toBeGreaterThan(1.2);
    expect(more! / less!).toBeLessThan(2);
  });

  it('refuses what cannot be trained', () => {
    const odd = change(quick, { training: { batchSize: 63 } });
    expect(() => estimateRun(odd, null, 2, 2)).toThrow('training.batchSize: got 63, expected a multiple');
  });
});

describe('measuredSpeed', () => {
  const HERE = cpus()[0]?.model ?? 'unknown CPU';
  interface Fake {
    name: string;
    started?: boolean;
    device?: string;
    speeds?: number[];
  }
  /** As much of a workbench as is asked, the newest run first. */
  function history(runs: Fake[]): Parameters<typeof measuredSpeed>[0] {
    const of = (id: string) => runs.find((r) => r.name === id)!;
    return {
      listRuns: () =>
        runs.map(({ name, started }) => ({
          id: name,
          name,
          startedAt: started === false ? null : '2025-01-01T00:00:00.000Z',
        })) as RunSummary[],
      seriesOf: (id) => {
        const points = (of(id).speeds ?? []).map((v, i) => [i, v] as [number, number]);
        const series: SeriesMap = points.length === 0 ? {} : { imagesPerSecond: points };
        return { epoch: 0, series, thinned: false };
      },
      viewRun: (id) =>
        ({
          spec: quick,
          environment: { device: of(id).device ?? HERE, threads: '2', cores: '2' },
        }) as unknown as RunView,
    };
  }

  it('takes the median speed of the newest run that was measured on this machine', () => {
    const found = measuredSpeed(
      history([
        { name: 'waiting', started: false, speeds: [1] },
        { name: 'just-begun' },
        { name: 'from-a-bundle', device: 'another CPU', speeds: [9000] },
        { name: 'mine', speeds: [4, 700, 650, 720, 90] },
        { name: 'older', speeds: [10] },
      ]),
      HERE,
    );
    expect(found).toEqual(speedOf('mine', quick, 650, 2, 2));
    expect(measuredSpeed(history([]), HERE)).toBeNull();
  });

  it('reads what the engine recorded, and predicts that run to take as long as it did', async () => {
    const workbench: Workbench = openWorkbench({ home: temporaryFolder() });
    cleanUp(() => workbench.close());
    expect(measuredSpeed(workbench)).toBeNull();
    const spec = testSpec({ steps: 200, checkpointEvery: 200 });
    const { id, name } = workbench.createRun({ spec });
    await workbench.train(id, { engine: 'auto', threads: 1 });
    const found = measuredSpeed(workbench)!;
    expect(found).toMatchObject({ run: name, threads: 1 });
    const { series } = workbench.seriesOf(id, { keys: ['imagesPerSecond'] });
    const speeds = series['imagesPerSecond']!.map(([, v]) => v);
    expect(found.imagesPerSecond).toBeGreaterThanOrEqual(Math.min(...speeds));
    expect(found.imagesPerSecond).toBeLessThanOrEqual(Math.max(...speeds));
    const estimate = estimateRun(spec, found, availableParallelism(), 1);
    expect(estimate.trainingSeconds).toBeCloseTo(
      (spec.training.steps * spec.training.batchSize) / found.imagesPerSecond,
      6,
    );
  });
});
