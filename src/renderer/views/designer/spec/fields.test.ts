import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RunSpec } from '../../../../shared/run-spec.ts';
import { ALL_FIELDS } from './fields.ts';
import { findProblems, getAt, setAt, withKind } from './paths.ts';

const load = (name: string): RunSpec => {
  const file = new URL(`../../../../../resources/presets/${name}.json`, import.meta.url);
  return RunSpec.parse((JSON.parse(readFileSync(file, 'utf8')) as { spec: unknown }).spec);
};
const quick = load('quick');

describe('fields', () => {
  it('show every leaf of a specification but what the canvas edits', () => {
    const shown = new Set(ALL_FIELDS.map((field) => field.path));
    const leaves: string[] = [];
    const walk = (value: unknown, path: string): void => {
      const isVariant = typeof value === 'object' && value !== null && 'kind' in value && shown.has(path);
      if (isVariant || Array.isArray(value) || typeof value !== 'object' || value === null) leaves.push(path);
      else
        for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`);
    };
    for (const preset of ['quick', 'quick-stripes', 'paper']) walk(load(preset), '');
    const byCanvas = /^version$|^dataset\.(parts|heldOut|lesion)/;
    // Left to the JSON view: nobody changes them twice.
    const rare = ['model.embedding.time.maxPeriod', 'evaluation.sampler.epsilonAfterClip'];
    const missing = [...new Set(leaves)].filter(
      (path) => !shown.has(path) && !byCanvas.test(path) && !rare.includes(path),
    );
    expect(missing).toEqual([]);
  });

  it.each(['quick', 'quick-stripes', 'paper', 'tiny'])('exist in the preset %s', (name) => {
    const spec = load(name);
    for (const { path, when } of ALL_FIELDS) {
      if (when?.(spec) ?? true) expect(getAt(spec, path), path).toBeDefined();
    }
  });

  it('offer values that the schema takes', () => {
    for (const field of ALL_FIELDS) {
      if (!(field.when?.(quick) ?? true)) continue;
      const { input } = field;
      if (input.kind !== 'choice' && input.kind !== 'variant') continue;
      for (const { value } of input.options) {
        const next = input.kind === 'choice' ? value : withKind(field.path, value, getAt(quick, field.path));
        const parsed = RunSpec.safeParse(setAt(quick, field.path, next));
        expect(parsed.success, `${field.path} = ${value}`).toBe(true);
        if (input.kind === 'variant') expect(getAt(parsed.data, `${field.path}.kind`)).toBe(value);
      }
    }
  });
});

describe('paths', () => {
  it('replace one value and share the rest', () => {
    const changed = setAt(quick, 'training.optimizer.learningRate', 0.5);
    expect(changed.training.optimizer.learningRate).toBe(0.5);
    expect(changed.model).toBe(quick.model);
    expect(quick.training.optimizer.learningRate).toBe(0.003);
  });

  it('keep what two kinds of a variant share', () => {
    const bump = withKind('model.embedding.label', 'bump', { kind: 'sinusoidal', dim: 96, maxPeriod: 7 });
    expect(bump).toEqual({ kind: 'bump', dim: 96, sigma: 1 });
  });
});

describe('findProblems', () => {
  it('finds none in a preset', () => {
    expect(findProblems(quick)).toEqual({ fields: new Map(), whole: null });
  });

  it('names the field of a value that is not allowed', () => {
    const { fields } = findProblems(setAt(quick, 'training.batchSize', 0));
    expect([...fields.keys()]).toEqual(['training.batchSize']);
  });

  it('says in one sentence what does not fit together', () => {
    const { fields, whole } = findProblems(setAt(quick, 'evaluation.sampler.guidance', 3));
    expect(fields.size).toBe(0);
    expect(whole).toContain('evaluation.sampler.guidance: got 3, expected 1');
  });
});
