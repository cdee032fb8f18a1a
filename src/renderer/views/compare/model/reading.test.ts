import { expect, it } from 'vitest';
import { specWith } from '../testing/runs.ts';
import { readingFor } from './reading.ts';

const choice = { control: 'trained', tap: null, mode: 'clean', time: 0.1 } as const;

it('reads each run at the same share of its own timesteps, at its own last block', () => {
  const long = specWith((spec) => (spec.diffusion.timesteps = 1000));
  const short = specWith((spec) => (spec.diffusion.timesteps = 50));
  expect(readingFor(long, choice).timestep).toBe(100);
  expect(readingFor(short, choice).timestep).toBe(5);
  const blocks = long.model.widths.length;
  expect(readingFor(long, choice).tap).toBe(`down${blocks}`);
  expect(readingFor(long, { ...choice, tap: 'stem' }).tap).toBe('stem');
});

it('takes the controls as the tabs of a run do', () => {
  const spec = specWith();
  expect(readingFor(spec, { ...choice, control: 'conditioning' })).toMatchObject({
    tap: 'conditioning',
    network: 'trained',
  });
  expect(readingFor(spec, { ...choice, control: 'untrained' })).toMatchObject({ network: 'untrained' });
});
