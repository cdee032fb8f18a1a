import { effectScope, ref, type EffectScope } from 'vue';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RepresentationSpec } from '../../../../shared/analysis.ts';
import type { AnalysisSummary } from '../../../../shared/contract/analysis.ts';
import { RunSpec } from '../../../../shared/run-spec.ts';
import tiny from '../../../../../resources/presets/tiny.json' with { type: 'json' };
import { PCA_REQUEST } from './model/view.ts';
import { reading, recordOf } from './testing/fakeClient.ts';
import { useDimensionSteps } from './useDimensionSteps.ts';

/** A service that stores what it is asked, and can be made to stop before an answer. */
const fake = vi.hoisted(() => ({
  stored: [] as unknown[],
  asked: [] as { step: number }[],
  underWay: 0,
  most: 0,
  stopAt: null as number | null,
}));
vi.mock('../../../service/connection.ts', () => ({
  connection: { status: 'open', generation: 1 },
  isLost: () => false,
  service: {
    analysis: {
      list: () => Promise.resolve([...fake.stored]),
      compute: (question: Question, { signal }: { signal: AbortSignal }) =>
        Promise.resolve(answer(question, signal)),
    },
  },
}));
interface Question {
  step: number;
  representation: RepresentationSpec;
}
async function* answer({ step, representation }: Question, signal: AbortSignal) {
  fake.asked.push({ step });
  fake.most = Math.max(fake.most, ++fake.underWay);
  try {
    yield { type: 'progress', phase: 'reading', fraction: 0.5 };
    if (fake.stopAt === step) {
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('cancelled'))),
      );
    }
    fake.stored.push(summary(step, representation));
    yield { type: 'result' };
  } finally {
    fake.underWay -= 1;
  }
}
const summary = (step: number, representation: RepresentationSpec): AnalysisSummary => ({
  step,
  representation: { ...representation, weights: 'raw' },
  request: PCA_REQUEST,
  at: '',
  sha256: `${step} ${representation.network} ${representation.tap}`,
});

let scope: EffectScope;
beforeEach(() => {
  Object.assign(fake, { stored: [], asked: [], underWay: 0, most: 0, stopAt: null });
  vi.stubGlobal('fetch', (address: string) => {
    const step = Number(/\/(\d+) /.exec(decodeURI(address))![1]);
    const { runId: _, seconds: __, ...record } = recordOf(PCA_REQUEST, { step });
    const file = { ...record, format: 'clifford-analysis-1', weights: null, timestep: 50, notices: [] };
    return Promise.resolve({ ok: true, json: () => Promise.resolve(file) });
  });
  scope = effectScope();
});
afterEach(() => {
  scope.stop();
  vi.unstubAllGlobals();
});

const run = RunSpec.parse(tiny.spec);
run.training.ema.startStep = 1e6; // so that `auto` reads raw weights at every step
function open(spec = ref<RepresentationSpec | null>(reading)) {
  return scope.run(() =>
    useDimensionSteps('r', { run, spec, steps: [0, 10, 20], networkTap: 'down3', active: true, changes: 0 }),
  )!;
}

it('computes what is missing one after the other, controls last, and shows all of it', async () => {
  fake.stored.push(summary(10, reading));
  const dimensions = open();
  await vi.waitFor(() =>
    expect(dimensions.found.value.map((f) => f?.value.step)).toEqual([
      undefined,
      10,
      undefined,
      undefined,
      undefined,
    ]),
  );
  await dimensions.computeAll();
  expect(fake.asked.map(({ step }) => step)).toEqual([0, 20, 0, 20]);
  expect(fake.most).toBe(1);
  expect(dimensions.missing.value).toEqual([]);
  expect(dimensions.progress.value).toBeNull();
  expect(dimensions.found.value.map((f) => [f!.role, f!.value.participationRatio])).toEqual([
    ['step', 1.8],
    ['step', 1.8],
    ['step', 1.8],
    ['untrained', 1.8],
    ['conditioning', 1.8],
  ]);
});

it('keeps what was done before it is cancelled, and says nothing of an error', async () => {
  fake.stopAt = 10;
  const dimensions = open();
  const all = dimensions.computeAll();
  await vi.waitFor(() => expect(dimensions.progress.value).toMatchObject({ done: 1, of: 5, fraction: 0.35 }));
  dimensions.cancel();
  await all;
  await vi.waitFor(() => expect(dimensions.missing.value).toHaveLength(4));
  expect([dimensions.progress.value, dimensions.error.value, fake.underWay]).toEqual([null, null, 0]);
});

it('stops when another reading is chosen', async () => {
  fake.stopAt = 10;
  const spec = ref<RepresentationSpec | null>(reading);
  const dimensions = open(spec);
  const all = dimensions.computeAll();
  await vi.waitFor(() => expect(fake.asked).toHaveLength(2));
  spec.value = { ...reading, timestep: 7 };
  await all;
  expect([dimensions.progress.value, fake.asked.length, dimensions.error.value]).toEqual([null, 2, null]);
});
