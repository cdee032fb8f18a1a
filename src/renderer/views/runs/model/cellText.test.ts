import { describe, expect, it } from 'vitest';
import { runRow } from '../testing/rows.ts';
import { cellText, numberText, percentText } from './cellText.ts';

const run = runRow({
  id: 'r',
  step: 1200,
  steps: 3000,
  seed: 7,
  accuracy: { overall: 0.8481 },
  best: { overall: 0.913, lesion: 0.2 },
  latest: { loss: 0.0123456 },
  queuePosition: 0,
});
const text = (key: string, mode: 'last' | 'best' | 'both' = 'last', parameters = {}) =>
  cellText(key, run, parameters, mode);

describe('cells', () => {
  it('show the last or the best accuracy, as asked, never one for the other', () => {
    expect(text('accuracy:overall')).toMatchObject({ text: '0.85' });
    expect(text('accuracy:overall', 'best')).toMatchObject({ text: '0.91' });
    expect(text('accuracy:overall', 'both')).toMatchObject({ text: '0.85', aside: 'best 0.91' });
    // Measured earlier, but not by the last evaluation.
    expect(text('accuracy:lesion')).toEqual({ text: '–' });
    expect(text('accuracy:unknown', 'best')).toEqual({ text: '–' });
  });

  it('count places in the queue from 1, as people do', () => {
    expect(text('queue').text).toBe('1');
  });

  it('show a seed without separators, and steps with them', () => {
    expect(cellText('seed', runRow({ id: 'x', seed: 12345 }), {}, 'last').text).toBe('12345');
    expect(text('step')).toEqual({ text: '1,200', aside: '/ 3,000' });
  });

  it('tell a parameter that is null from one that is not there', () => {
    expect(text('spec:a', 'last', { a: null }).text).toBe('none');
    expect(text('spec:a').text).toBe('–');
    expect(text('spec:a', 'last', { a: false }).text).toBe('false');
    expect(text('spec:a', 'last', { a: [1, 2] }).text).toBe('[1,2]');
  });

  it('say nothing of what was not measured', () => {
    expect(text('metric:gradientNorm')).toEqual({ text: '–' });
    expect(text('metric:loss')).toEqual({ text: '0.01235', title: '0.0123456' });
  });
});

it('writes very small and very large numbers with an exponent, and zero as zero', () => {
  expect([0, 0.0003, 3e-4, 1500, 2e9, -2.5].map((value) => numberText(value).text)).toEqual([
    '0',
    '3e-4',
    '3e-4',
    '1,500',
    '2e+9',
    '-2.5',
  ]);
});

it('does not call a small region none', () => {
  expect([0, 0.0001, 0.345, 1].map(percentText)).toEqual(['0 %', '< 0.1 %', '34.5 %', '100.0 %']);
});
