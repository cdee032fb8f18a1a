import { call } from '@orpc/server';
import { expect, test } from 'vitest';
import { CliffordError } from '../../core/base/errors.ts';
import { type AnalysisRecord, DEFAULT_ANALYSES } from '../../shared/analysis.ts';
import type { AnalyzeOptions, Workbench } from '../workbench/api.ts';
import { analysisHandlers } from './analysis.ts';
import type { RpcContext } from './router.ts';

const RECORD: AnalysisRecord = {
  runId: 'a1',
  step: 3,
  representation: {
    ...{ tap: 'down2', network: 'trained', weights: 'ema', mode: 'clean', timestep: 5, seed: 0, perAxis: 2 },
  },
  request: DEFAULT_ANALYSES.decoding,
  labels: [[0, 0]],
  sections: ['in-distribution'],
  dimension: 8,
  shape: [8],
  seconds: 1,
  answer: { kind: 'decoding', result: { penalty: 1e-3, targets: [] } },
};
const input = { id: 'a1', step: null, representation: RECORD.representation, request: RECORD.request };

const all = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
  const events: T[] = [];
  for await (const event of stream) events.push(event);
  return events;
};

function handlers(analyze: Workbench['analyze']) {
  return analysisHandlers({ workbench: { analyze } } as RpcContext);
}

test('a computation tells its notices and progress, and its answer last', async () => {
  const router = handlers((_, { onNotice, onEvent }) => {
    onNotice?.('using the weights of step 3');
    onEvent?.({ type: 'analysis', phase: 'reading', fraction: 0.5 });
    onEvent?.({ type: 'notice', sentence: 'of the engine, which the service passes on itself' });
    return Promise.resolve({ record: RECORD, stored: false });
  });
  const events = await all(await call(router.compute, input));
  expect(events).toEqual([
    { type: 'notice', sentence: 'using the weights of step 3' },
    { type: 'progress', phase: 'reading', fraction: 0.5 },
    { type: 'result', record: RECORD, stored: false },
  ]);
});

test('an error arrives with its code and sentence', async () => {
  const router = handlers(() =>
    Promise.reject(new CliffordError('NOT_FOUND', 'keeps no checkpoint of step 9')),
  );
  const stream = await call(router.compute, input);
  await expect(all(stream)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'keeps no checkpoint of step 9',
  });
});

test('going away cancels the job', async () => {
  const reader = new AbortController();
  const asked = Promise.withResolvers<AnalyzeOptions>();
  const router = handlers((_, options) => {
    asked.resolve(options);
    return new Promise((_, reject) => {
      options.signal!.addEventListener('abort', () => reject(new CliffordError('CANCELLED', 'cancelled')));
    });
  });
  const stream = await call(router.compute, input, { signal: reader.signal });
  const events = all(stream);
  events.catch(() => {});
  const { signal } = await asked.promise;
  expect(signal!.aborted).toBe(false);
  reader.abort();
  expect(signal!.aborted).toBe(true);
});
