import { describe, expect, it } from 'vitest';
import { buildDataset } from '../../core/dataset/dataset.ts';
import { checkRunSpec } from './check.ts';
import { loadPreset, presetNames } from './presets.ts';

describe('presets', () => {
  it('holds the ones that the documentation names', () => {
    expect(presetNames()).toEqual(expect.arrayContaining(['paper', 'quick', 'quick-stripes', 'tiny']));
  });

  it.each(presetNames())('%s is a valid specification whose parts fit each other', (name) => {
    expect(() => checkRunSpec(loadPreset(name).spec)).not.toThrow();
  });

  it('has the two sides of the contrast differ in the stripes and the steps alone', () => {
    const quick = loadPreset('quick').spec;
    const stripes = loadPreset('quick-stripes').spec;
    const { parts, margin, ...shared } = stripes.dataset;
    expect(quick.dataset).toEqual({
      ...shared,
      margin: 0,
      parts: parts.filter((part) => part.kind !== 'stripes1d'),
    });
    expect(margin).toBe(3); // 6 of 32, scaled to 16 (paper.md, "embedding")
    expect({ ...quick, dataset: null, training: null }).toEqual({
      ...stripes,
      dataset: null,
      training: null,
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

describe('checkRunSpec', () => {
  const quick = loadPreset('quick').spec;
  it.each([
    [
      'an image side that the strides do not divide',
      { dataset: { ...quick.dataset, size: 12 } },
      /divisible by 8, got 12/,
    ],
    [
      'shards that do not divide the batch',
      { training: { ...quick.training, shards: 3 } },
      /multiple of training.shards/,
    ],
    [
      'more sampling steps than diffusion steps',
      { evaluation: { ...quick.evaluation, sampler: { ...quick.evaluation.sampler, steps: 2000 } } },
      /at most diffusion.timesteps \(1000\)/,
    ],
    [
      'guidance without label drop',
      { evaluation: { ...quick.evaluation, sampler: { ...quick.evaluation.sampler, guidance: 2 } } },
      /labelDrop is 0/,
    ],
  ])('refuses %s', (_, change, message) => {
    expect(() => checkRunSpec({ ...quick, ...change })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringMatching(message) }),
    );
  });
});
