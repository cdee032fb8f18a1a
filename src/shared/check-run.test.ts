import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkRun } from './check-run.ts';
import { RunSpec } from './run-spec.ts';

function preset(name: string): RunSpec {
  const file = new URL(`../../resources/presets/${name}.json`, import.meta.url);
  return RunSpec.parse((JSON.parse(readFileSync(file, 'utf8')) as { spec: unknown }).spec);
}

const quick = preset('quick');
const { dataset, training, diffusion, evaluation } = quick;
const linear = (timesteps: number, betaEnd: number): RunSpec['diffusion'] => ({
  ...diffusion,
  timesteps,
  schedule: { kind: 'linear', betaStart: 1e-4, betaEnd },
});
const sampler = (change: object): Partial<RunSpec> => ({
  evaluation: { ...evaluation, sampler: { ...evaluation.sampler, ...change } },
});

describe('checkRun', () => {
  // Each passes the schema, and would otherwise end a run that is recorded already.
  it.each<[string, Partial<RunSpec>, RegExp]>([
    [
      'an image side that the strides do not divide',
      { dataset: { ...dataset, size: 12 } },
      /divisible by 8, got 12/,
    ],
    [
      'shards that do not divide the batch',
      { training: { ...training, shards: 3 } },
      /^training\.batchSize: got 64, expected a multiple of training\.shards \(3\)$/,
    ],
    [
      'a warm-up as long as the training',
      { training: { ...training, steps: 200 } },
      /^training\.rate\.warmupSteps: got 200, expected fewer than training\.steps \(200\)/,
    ],
    [
      'more sampling steps than diffusion steps',
      sampler({ steps: 2000 }),
      /got 2000, expected .* 1000 timesteps/,
    ],
    ['guidance without label drop', sampler({ guidance: 2 }), /guidance: got 2, .*labelDrop is 0/],
    // ᾱ of the linear schedule after 10,000 steps is about exp(−100).
    [
      'a schedule that leaves no trace of the image',
      { diffusion: linear(10_000, 0.02) },
      /ᾱ falls to .* fewer steps/,
    ],
    ['β = 1', { diffusion: linear(1000, 1) }, /betaEnd: got 1, expected a number between 0 and 1/],
    [
      'an empty training set',
      { dataset: { ...dataset, heldOut: [{ type: 'rectangle', x: [-1, 17], y: [-1, 17], mode: 'add' }] } },
      /no training image|training set/,
    ],
    // A bump this wide is a flat image.
    [
      'labels of which none can be read off its own image',
      { dataset: { ...dataset, sigma: { x: 1000, y: 1000 } } },
      /none of the 256 labels can be read/,
    ],
  ])('refuses %s', (_, change, message) => {
    const spec = RunSpec.parse({ ...quick, ...change });
    expect(() => checkRun(spec)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringMatching(message) }),
    );
  });

  it('takes the same specifications without the mistake', () => {
    expect(() => checkRun(quick)).not.toThrow();
    expect(() => checkRun({ ...quick, diffusion: linear(1000, 0.02) })).not.toThrow();
    expect(() => checkRun({ ...quick, training: { ...training, steps: 201 } })).not.toThrow();
    const dropped = { ...quick, ...sampler({ guidance: 2 }), training: { ...training, labelDrop: 0.1 } };
    expect(() => checkRun(dropped)).not.toThrow();
  });
});
