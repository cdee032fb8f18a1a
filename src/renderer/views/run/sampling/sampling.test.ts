import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildDataset } from '../../../../core/dataset/dataset.ts';
import { DatasetSpec } from '../../../../core/dataset/spec.ts';
import type { SampleResult } from '../../../../shared/contract/sampling.ts';
import type { Artifact } from '../../../../shared/records.ts';
import { RunSpec } from '../../../../shared/run-spec.ts';
import { placeOf } from '../space/neighbours.ts';
import { firstLabel, firstSettings, keptSteps, problemOf } from './playground.ts';
import { trajectoryOf } from './trajectory.ts';

const presets = new URL('../../../../../resources/presets/', import.meta.url);
const spec = RunSpec.parse(
  (JSON.parse(readFileSync(new URL('quick.json', presets), 'utf8')) as { spec: unknown }).spec,
);

describe('problemOf', () => {
  const settings = firstSettings(spec);
  const problem = (more: object, labels = 1, run = spec) =>
    problemOf(
      { ...settings, ...more },
      Array.from({ length: labels }, (_, i) => [i, i] as const),
      [2800, 100],
      run,
    );

  it('has nothing to say of how the run itself samples', () => {
    expect(problem({})).toBeNull();
    expect(problem({ step: 100 })).toBeNull();
  });

  it('names what cannot be asked for before the service has to', () => {
    expect(problem({ step: 50 })).toContain('not kept any more');
    expect(problem({ count: 100 }, 3)).toContain('300 images');
    expect(problem({ sampler: { ...settings.sampler, steps: 1001 } })).toContain('1000 timesteps');
    expect(problem({ sampler: { ...settings.sampler, guidance: 2 } })).toContain('label drop');
    expect(problem({ sampler: { ...settings.sampler, steps: 1000 }, count: 100 })).toContain('48 MiB');
    expect(problemOf(settings, [[1, 1]], [], spec)).toContain('checkpoint');
  });

  it('allows guidance for a model that knows it', () => {
    const guided = { ...spec, training: { ...spec.training, labelDrop: 0.1 } };
    expect(problem({ sampler: { ...settings.sampler, guidance: 2 } }, 1, guided)).toBeNull();
  });
});

it('lists steps whose weights are kept once, newest first, and no others', () => {
  const artifact = (kind: Artifact['kind'], step: number | null): Artifact => {
    return { kind, step, file: `${kind}${step}`, bytes: 1, sha256: '' };
  };
  const artifacts = [
    artifact('milestone', 0),
    artifact('checkpoint', 200),
    artifact('milestone', 200),
    artifact('samples', 150),
    artifact('model', 300),
  ];
  expect(keptSteps(artifacts)).toEqual([200, 0]);
});

describe('firstLabel', () => {
  it('lies in a region that was never trained on, where there is one', () => {
    const held = buildDataset(
      DatasetSpec.parse({
        size: 8,
        parts: [{ kind: 'bump2d' }],
        heldOut: [{ type: 'rectangle', x: [2, 4], y: [2, 4], name: 'hole' }],
      }),
    );
    expect(placeOf(held, firstLabel(held))).toMatchObject({ section: 'hole', trained: false });
    const whole = buildDataset(DatasetSpec.parse({ size: 8, parts: [{ kind: 'bump2d' }] }));
    expect(placeOf(whole, firstLabel(whole)).inFrame).toBe(true);
  });
});

describe('trajectoryOf', () => {
  const base64 = (bytes: readonly number[]) => Buffer.from(bytes).toString('base64');
  // One pixel each: 2 calls, 2 labels × 1 image.
  const result: SampleResult = {
    step: 1,
    size: 1,
    labels: [
      [0, 0],
      [1, 1],
    ],
    count: 1,
    pixels: base64([90, 91]),
    readings: [],
    trajectory: {
      timesteps: [9, 0],
      frames: base64([10, 11, 20, 21, 30, 31]),
      predictions: base64([50, 51, 60, 61]),
    },
  };
  const trajectory = trajectoryOf(result)!;

  it('goes from the noisiest call to the result, image by image', () => {
    const frames = Array.from({ length: trajectory.frames }, (_, k) => [
      trajectory.timestep(k),
      trajectory.noisy(k, 1)[0],
      trajectory.predicted(k, 1)[0],
    ]);
    expect(frames).toEqual([
      [9, 11, 51],
      [0, 21, 61],
      [null, 91, 61],
    ]);
  });

  it('is not there when it was not asked for', () => {
    expect(trajectoryOf({ ...result, trajectory: null })).toBeNull();
  });
});
