import { effectScope, ref, type EffectScope } from 'vue';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_ANALYSES, type RepresentationSpec } from '../../../../shared/analysis.ts';
import { createAnswerCache, questionKey } from './question.ts';
import { fakeClient, reading, recordOf } from './testing/fakeClient.ts';
import { useRunAnalysis } from './useRunAnalysis.ts';

vi.mock('../../../service/connection.ts', () => ({
  connection: { status: 'open', generation: 1 },
  service: {},
  isLost: () => false,
}));

let scope: EffectScope;
beforeEach(() => {
  vi.useFakeTimers();
  scope = effectScope();
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
});

const request = DEFAULT_ANALYSES.pca;
const settle = () => vi.advanceTimersByTimeAsync(500);

function open(automatic = true) {
  const fake = fakeClient();
  const step = ref<number | null>(100);
  const spec = ref<RepresentationSpec | null>(reading);
  const analysis = scope.run(() =>
    useRunAnalysis('r', step, spec, request, { client: fake.client, cache: createAnswerCache(), automatic }),
  )!;
  return { ...fake, step, spec, analysis };
}
const answer = (step: number) =>
  ({ type: 'result', record: recordOf(request, { step }), stored: true }) as const;

describe('useRunAnalysis', () => {
  it('shows progress, then the answer, and asks for the step that is named', async () => {
    const { calls, analysis } = open();
    await settle();
    expect(calls[0]!.question).toEqual({ id: 'r', step: 100, representation: reading, request });
    calls[0]!.send({ type: 'progress', phase: 'reading', fraction: 0.5 });
    await settle();
    expect(analysis.progress.value).toEqual({ phase: 'reading', fraction: 0.5 });
    expect(analysis.busy.value).toBe(true);
    calls[0]!.send(answer(100));
    calls[0]!.end();
    await settle();
    expect(analysis.record.value?.step).toBe(100);
    expect([analysis.busy.value, analysis.current.value, analysis.progress.value]).toEqual([
      false,
      true,
      null,
    ]);
  });

  it('cancels the question before, and never shows its answer', async () => {
    const { calls, analysis, step } = open();
    await settle();
    step.value = 200;
    await settle();
    expect(calls[0]!.signal.aborted).toBe(true);
    calls[1]!.send(answer(200));
    calls[1]!.end();
    calls[0]!.send(answer(100));
    calls[0]!.end();
    await settle();
    expect(analysis.record.value?.step).toBe(200);
  });

  it('answers from memory when it steps back, and asks only where the cursor rests', async () => {
    const { calls, analysis, step } = open();
    await settle();
    calls[0]!.send(answer(100));
    calls[0]!.end();
    await settle();
    for (const passing of [200, 300, 400]) step.value = passing;
    await settle();
    expect(calls.map(({ question }) => question.step)).toEqual([100, 400]);
    expect(analysis.current.value).toBe(false); // what is seen is still that of 100
    step.value = 100;
    expect(analysis.current.value).toBe(true);
    await settle();
    expect(calls).toHaveLength(2);
    expect(calls[1]!.signal.aborted).toBe(true);
  });

  it('keeps what was said of an answer with it, also when it comes from memory', async () => {
    const { calls, analysis, step } = open();
    await settle();
    calls[0]!.send({ type: 'notice', sentence: 'read at 48' });
    calls[0]!.send(answer(100));
    calls[0]!.end();
    await settle();
    expect(analysis.notice.value).toBe('read at 48');
    step.value = 200;
    expect(analysis.notice.value).toBeNull();
    step.value = 100;
    expect(analysis.notice.value).toBe('read at 48');
  });

  it('asks nothing any more when it stops being automatic while the question rests', async () => {
    const fake = fakeClient();
    const automatic = ref(true);
    const step = ref(1);
    const given = { client: fake.client, cache: createAnswerCache(), automatic };
    scope.run(() => useRunAnalysis('r', step, reading, request, given));
    await settle();
    step.value = 2;
    automatic.value = false;
    await settle();
    expect(fake.calls.map(({ question }) => question.step)).toEqual([1]);
  });

  it('keeps a refusal until somebody asks again', async () => {
    const { calls, analysis } = open();
    await settle();
    calls[0]!.fail(new Error('no such tap'));
    await settle();
    expect(analysis.error.value?.message).toMatch(/no such tap/);
    expect([analysis.busy.value, calls.length]).toEqual([false, 1]);
    analysis.retry();
    await settle();
    expect([analysis.error.value, calls.length]).toEqual([null, 2]);
  });

  it('says so when a stream ends without an answer', async () => {
    const { calls, analysis } = open();
    await settle();
    calls[0]!.end();
    await settle();
    expect(analysis.error.value?.message).toMatch(/without an answer/);
  });

  it('waits for start when it is not automatic, and is idle again after cancel', async () => {
    const { calls, analysis } = open(false);
    await settle();
    expect([calls.length, analysis.idle.value]).toEqual([0, true]);
    analysis.start();
    analysis.start();
    await settle();
    expect([calls.length, analysis.idle.value]).toEqual([1, false]);
    analysis.cancel();
    expect(calls[0]!.signal.aborted).toBe(true);
    expect([analysis.busy.value, analysis.idle.value]).toEqual([false, true]);
  });

  it('asks nothing while there is no reading, and stops with its scope', async () => {
    const { calls, spec } = open();
    spec.value = null;
    await settle();
    expect(calls).toHaveLength(0);
    spec.value = reading;
    await settle();
    scope.stop();
    expect(calls[0]!.signal.aborted).toBe(true);
  });
});

describe('questions', () => {
  const question = { runId: 'r', step: 3, representation: reading, request };

  it('are the same whatever the order of their fields, and of an untrained network at every step', () => {
    const turned = Object.fromEntries(Object.entries(reading).reverse()) as RepresentationSpec;
    expect(questionKey({ ...question, representation: turned })).toBe(questionKey(question));
    expect(questionKey({ ...question, step: 4 })).not.toBe(questionKey(question));
    const untrained = { ...question, representation: { ...reading, network: 'untrained' as const } };
    expect(questionKey({ ...untrained, step: 4 })).toBe(questionKey(untrained));
  });

  it('keep the answers used last, within the size', () => {
    const big = recordOf(request, { points: 1000 }); // some 100 kB
    const cache = createAnswerCache(250_000);
    for (const key of ['a', 'b']) cache.set(key, { record: big, notices: [] });
    cache.get('a');
    cache.set('c', { record: big, notices: [] });
    expect(['a', 'b', 'c'].map((key) => cache.get(key) !== undefined)).toEqual([true, false, true]);
    cache.set('huge', { record: recordOf(request, { points: 10_000 }), notices: [] });
    expect(['a', 'c', 'huge'].map((key) => cache.get(key) !== undefined)).toEqual([false, false, true]);
  });
});
