import { expect, it, vi } from 'vitest';
import type { TrainOutcome } from '../workbench/api.ts';
import { describeEnd } from './notifications.ts';

vi.mock('electron', () => import('./testing/electron-stand-in.ts'));

const end = (state: TrainOutcome['state'], change: object = {}): TrainOutcome =>
  ({ state, run: { name: 'calm-otter', step: 7, accuracy: {}, reason: null, ...change } }) as TrainOutcome;

it('tells the accuracy at a good end, and the reason of a bad one', () => {
  expect(describeEnd(end('finished', { accuracy: { overall: 0.524, vertical: 0.04 } }))).toEqual({
    title: 'calm-otter finished',
    body: 'overall 52 %, vertical 4 %',
  });
  expect(describeEnd(end('failed', { reason: { code: 'NON_FINITE', message: 'loss is NaN' } }))).toEqual({
    title: 'calm-otter failed at step 7',
    body: 'loss is NaN',
  });
  expect(describeEnd(end('interrupted'))).toMatchObject({ title: 'calm-otter was interrupted at step 7' });
});

it('does not tell the user what the user did', () => expect(describeEnd(end('stopped'))).toBe(null));
