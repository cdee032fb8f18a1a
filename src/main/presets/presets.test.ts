import { describe, expect, it } from 'vitest';
import { buildDataset } from '../../core/dataset/dataset.ts';
import { checkRun } from '../../shared/check-run.ts';
import { loadPreset, presetNames } from './presets.ts';
import { withSteps } from './steps.ts';

describe('presets', () => {
  it('holds the ones that the documentation names', () => {
    expect(presetNames()).toEqual(expect.arrayContaining(['paper', 'quick', 'quick-stripes', 'tiny']));
  });

  it.each(presetNames())('%s is a valid specification whose parts fit each other', (name) => {
    expect(() => checkRun(loadPreset(name).spec)).not.toThrow();
  });

  it('has the two sides of the contrast differ in the stripes alone', () => {
    const quick = loadPreset('quick').spec;
    const stripes = loadPreset('quick-stripes').spec;
    const { parts, margin, ...shared } = stripes.dataset;
    expect(quick.dataset).toEqual({
      ...shared,
      margin: 0,
      parts: parts.filter((part) => part.kind !== 'stripes1d'),
    });
    expect(margin).toBe(3); // 6 of 32, scaled to 16 (paper.md, "embedding")
    expect({ ...quick, dataset: null }).toEqual({
      ...stripes,
      dataset: null,
    });
    expect({ ...quick.training, steps: 0 }).toEqual({ ...stripes.training, steps: 0 });
  });

  it('counts the training images as the paper and the pilot did', () => {
    const images = (name: string) => buildDataset(loadPreset(name).spec.dataset).trainingImages;
    // 13 of 16 values on each axis: 169; stripes of 16 values on two axes, 6 positions in the margin each: 192.
    expect(images('quick')).toBe(169);
    expect(images('quick-stripes')).toBe(361);
    // 320 values minus the 61 from 13.0 to 19.0, squared.
    expect(images('paper')).toBe(67_081);
  });
});

describe('loadPreset', () => {
  it('suggests the name that was meant', () => {
    expect(() => loadPreset('quick-stripe')).toThrow(
      expect.objectContaining({
        code: 'NOT_FOUND',
        message: expect.stringContaining('did you mean "quick-stripes"'),
      }),
    );
  });
});

describe('withSteps', () => {
  const { spec } = loadPreset('quick');
  const rate = { ...spec.training.rate, warmupSteps: 200 };
  const quick = { ...spec, training: { ...spec.training, steps: 2000, rate } };
  it.each([
    [100, 10],
    [4000, 400],
    [3, 0],
    [1, 0],
  ])('over %d steps warms up for %d, so that the peak rate is reached', (steps, warmupSteps) => {
    const { training, ...rest } = withSteps(quick, steps);
    expect(training).toEqual({ ...quick.training, steps, rate: { ...quick.training.rate, warmupSteps } });
    expect({ ...rest, training: quick.training }).toEqual(quick);
  });

  it('leaves a step after a warm-up that was nearly all of the training', () => {
    const long = {
      ...quick,
      training: { ...quick.training, steps: 1000, rate: { ...rate, warmupSteps: 999 } },
    };
    expect(withSteps(long, 2).training.rate.warmupSteps).toBe(1);
  });
});
