import { describe, expect, it } from 'vitest';
import { denoiserLayout } from '../src/core/diffusion/graphs.ts';
import { designRun } from '../src/engine/design.ts';
import { designDenoiser } from '../src/shared/check-run.ts';
import { benchCases } from './cases.ts';
import { readOptions, selectMeasurements } from './options.ts';

const cases = benchCases();
const selected = (...only: string[]) =>
  selectMeasurements(cases, only).flatMap(({ of, what }) => what.map((m) => `${m} ${of.name}`));

describe('selectMeasurements', () => {
  it('leaves out the slow case unless it is named', () => {
    expect(selected().filter((name) => name.endsWith(' paper'))).toEqual([]);
    expect(selected('train paper')).toEqual(['train paper']);
    expect(selected('paper')).toContain('sample paper');
  });

  it('takes a measurement of all usual cases, or all of one case', () => {
    expect(selected('train')).toEqual(['train quick', 'train c32']);
    expect(selected('c32', 'memory')).toEqual([
      'memory quick',
      'train c32',
      'sample c32',
      'start-up c32',
      'memory c32',
    ]);
  });

  it('takes the run history alone', () => {
    expect(selected('history')).toEqual([]);
    expect(selected('history', 'train quick')).toEqual(['train quick']);
  });

  it('refuses what is neither', () => {
    expect(() => selected('trian')).toThrow(
      '--only: got "trian", expected one of train, sample, start-up, memory',
    );
  });
});

describe('readOptions', () => {
  it('reads the documented options', () => {
    expect(readOptions(['--json', '--only', 'train, c32', '--seconds', '0.5'])).toEqual({
      only: ['train', 'c32'],
      seconds: 0.5,
      pairs: 5,
      threads: 2,
      json: true,
    });
    expect(readOptions(['--help'])).toBe('help');
  });

  it.each([
    ['--seconds', '0', 'expected a number above 0'],
    ['--seconds', 'NaN', 'expected a number above 0'],
    ['--pairs', '2.5', 'expected a whole number above 0'],
  ])('refuses %s %s', (name, value, message) => {
    expect(() => readOptions([name, value])).toThrow(`${name}: got ${value}, ${message}`);
  });
});

describe('benchCases', () => {
  it('are runs that can be trained, the second with c = 32 and N = 32', () => {
    for (const { spec } of cases) expect(designRun(spec).layout.size).toBeGreaterThan(1e5);
    const { dataset, model } = cases.find((c) => c.name === 'c32')!.spec;
    expect([dataset.size, model.stem, model.widths[0]]).toEqual([32, 32, 32]);
    // 1.9 M parameters: the size at which engines were compared first.
    expect(denoiserLayout(designDenoiser(cases[1]!.spec)).size).toBeGreaterThan(1.8e6);
    expect(denoiserLayout(designDenoiser(cases[1]!.spec)).size).toBeLessThan(2e6);
  });
});
