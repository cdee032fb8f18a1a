import { effectScope, nextTick, ref, type EffectScope } from 'vue';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AnalysisRequest, RepresentationSpec } from '../../../../shared/analysis.ts';
import { decideWeights, defaultReading } from '../../../../shared/representation.ts';
import { specWith } from '../../compare/testing/runs.ts';
import { useStoredSteps, type StoredSteps } from './useStoredSteps.ts';

/** A service that stores what it computes; each computation waits until the test lets it go on. */
const fake = vi.hoisted(() => ({
  stored: [] as unknown[],
  asked: [] as { step: number; representation: RepresentationSpec; signal: AbortSignal }[],
  go: [] as (() => void)[],
}));
type Question = { step: number; representation: RepresentationSpec; request: AnalysisRequest };

const run = specWith();
const reading = defaultReading(run);
const topology = {
  ...{ points: 4, landmarks: 4, landmarkIndices: null, coveringRadius: 0, enclosingRadius: 1, maxDim: 1 },
  ...{ diagrams: [[[0, null]], []], ideals: [] },
};

vi.mock('../../../service/connection.ts', () => ({
  isLost: () => false,
  service: {
    analysis: {
      list: async () => [...fake.stored],
      compute: async (question: Question, { signal }: { signal: AbortSignal }) => {
        fake.asked.push({ ...question, signal });
        return (async function* () {
          yield { type: 'progress', phase: 'analysing', fraction: 0.5 };
          await new Promise<void>((resolve, reject) => {
            fake.go.push(resolve);
            signal.addEventListener('abort', () => reject(new Error('aborted')));
          });
          fake.stored.push(summaryOf(question));
          yield { type: 'result' };
        })();
      },
    },
  },
}));

function summaryOf({ step, representation, request }: Question): object {
  const weights = decideWeights(run, representation, step);
  return {
    ...{ step, request, representation: { ...representation, weights } },
    ...{ at: '2026-01-01T00:00:00Z', sha256: `${step} ${representation.tap} ${representation.network}` },
  };
}

let scope: EffectScope;
const request = ref<AnalysisRequest>({ kind: 'topology', maxDim: 1, landmarks: null });
beforeEach(() => {
  [fake.stored, fake.asked, fake.go] = [[], [], []];
  request.value = { kind: 'topology', maxDim: 1, landmarks: null };
  scope = effectScope();
  vi.stubGlobal('fetch', async (address: string) => ({
    ok: true,
    json: async () => ({
      ...{ format: 'clifford-analysis-1', step: 0, representation: reading, request: request.value },
      ...{
        labels: [],
        sections: [],
        dimension: 1,
        shape: [1],
        weights: null,
        timestep: 0,
        notices: [address],
      },
      answer: { kind: 'topology', result: topology },
    }),
  }));
});
afterEach(() => {
  scope.stop();
  vi.unstubAllGlobals();
});

const open = (): StoredSteps =>
  scope.run(() =>
    useStoredSteps('r', {
      ...{ runSpec: run, spec: reading, steps: [0, 10], request, networkTap: reading.tap },
      ...{ active: true, changes: 0 },
    }),
  )!;
const settle = () => new Promise((resolve) => setTimeout(resolve, 10));

it('shows what is stored, and computes only what is missing, one after the other', async () => {
  fake.stored.push(summaryOf({ step: 10, representation: reading, request: request.value }));
  const steps = open();
  await settle();
  expect(steps.found.value.map(({ control, step }) => [control, step])).toEqual([['trained', 10]]);
  expect(steps.isStored(10, reading)).toBe(true);
  expect(steps.isStored(0, reading)).toBe(false);

  const done = steps.computeAll();
  for (let i = 0; i < 3; i++) {
    await settle();
    expect(fake.asked).toHaveLength(i + 1);
    expect(steps.progress.value).toMatchObject({ done: i, of: 3 });
    fake.go[i]!();
  }
  await done;
  const asked = fake.asked.map(({ step, representation: { tap, network } }) => [step, tap, network]);
  expect(asked).toEqual([
    [0, reading.tap, 'trained'],
    [0, reading.tap, 'untrained'],
    [10, 'conditioning', 'trained'],
  ]);
  expect(steps.progress.value).toBeNull();
  expect(steps.missing.value).toEqual([]);
  expect(steps.found.value).toHaveLength(4);
});

it('keeps what was done when it is cancelled, and asks for nothing more', async () => {
  const steps = open();
  await settle();
  const done = steps.computeAll();
  await settle();
  fake.go[0]!();
  await settle();
  steps.cancel();
  await done;
  expect(fake.asked).toHaveLength(2);
  expect(fake.asked[1]!.signal.aborted).toBe(true);
  expect(steps.found.value.map(({ step }) => step)).toEqual([0]);
  expect([steps.progress.value, steps.error.value]).toEqual([null, null]);
});

it('ends the sequence when something else is asked: its answers would be of another kind', async () => {
  const steps = open();
  await settle();
  const done = steps.computeAll();
  await settle();
  request.value = { kind: 'topology', maxDim: 2, landmarks: null };
  await nextTick();
  await done;
  expect(fake.asked).toHaveLength(1);
  expect(fake.asked[0]!.signal.aborted).toBe(true);
  expect(steps.missing.value).toHaveLength(4);
});
