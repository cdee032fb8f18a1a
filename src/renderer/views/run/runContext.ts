import {
  computed,
  inject,
  provide,
  ref,
  shallowRef,
  watch,
  type ComputedRef,
  type InjectionKey,
  type Ref,
} from 'vue';
import { useRoute } from 'vue-router';
import { z } from 'zod';
import { buildDataset, type Dataset } from '../../../core/dataset/dataset.ts';
import { toleranceOf } from '../../../core/metrics/evaluation-labels.ts';
import { evaluationAt } from '../../../shared/compare/accuracy.ts';
import type { Evaluation } from '../../../shared/records.ts';
import type { RunSpec } from '../../../shared/run-spec.ts';
import { usePersisted } from '../../state/persisted.ts';
import { createGroundTruth, type GroundTruth } from './images/groundTruth.ts';
import type { Rule } from './images/sampled.ts';
import { formatLabels, parseLabels, useAddress, type Label } from './live/address.ts';
import { useRun, type LiveRun } from './live/useRun.ts';
import { useSamples, type Samples } from './live/useSamples.ts';
import { axisLength } from './overview/curveData.ts';
import { useStepCursor, type StepCursor } from './live/useStepCursor.ts';

/** What all parts of a run's page share. */
export interface RunContext {
  readonly id: string;
  readonly live: LiveRun;
  readonly cursor: StepCursor;
  /** The evaluation at the step cursor. */
  readonly evaluation: ComputedRef<Evaluation | null>;
  readonly samples: Samples;
  /** Fixed for the life of a run; null before the first answer. */
  readonly spec: ComputedRef<RunSpec | null>;
  readonly dataset: ComputedRef<Dataset | null>;
  readonly groundTruth: ComputedRef<GroundTruth | null>;
  /** How images are judged: as the run's evaluations do. */
  readonly rule: ComputedRef<Rule>;
  /** Labels chosen on the label space, the last one at hand; in the address. */
  readonly labels: ComputedRef<readonly Label[]>;
  chooseLabels(labels: readonly Label[]): void;
  readonly tab: ComputedRef<string>;
  openTab(name: string): void;
  /** Where the step axis of charts ends. */
  readonly axisEnd: ComputedRef<number>;
  /** How charts are drawn, the same for all runs. */
  readonly settings: Ref<ChartSettings>;
}

const ChartSettings = z.object({
  log: z.boolean(),
  /** Weight of the moving average. */
  smoothing: z.number().min(0).max(0.999),
  ignoreOutliers: z.boolean(),
  feature: z.enum(['both', 'x', 'y']),
  references: z.boolean(),
  quantity: z.enum(['accuracy', 'error']),
  labelsPerSection: z.int().min(1),
  /** Overlap at which training images are linked, for the largest cluster; null does not show it. */
  clusterThreshold: z.number().positive().nullable(),
});
export type ChartSettings = z.infer<typeof ChartSettings>;

const key: InjectionKey<RunContext> = Symbol('run');

export function useRunContext(): RunContext {
  return inject(key)!;
}

/** Opens a run for its page and everything in it. */
export function provideRun(id: string): RunContext {
  const route = useRoute();
  const setAddress = useAddress();
  const live = useRun(id);
  const evaluations = computed(() => live.run.value?.evaluations ?? []);
  const cursor = useStepCursor(() => evaluations.value.map(({ step }) => step));
  const evaluation = computed(() =>
    cursor.step.value === null ? null : evaluationAt({ evaluations: evaluations.value }, cursor.step.value),
  );

  // The specification never changes, while the record that holds it comes anew with every change.
  const first = shallowRef<RunSpec | null>(null);
  watch(live.run, (run) => (first.value ??= run?.spec ?? null), { immediate: true, flush: 'sync' });
  const spec = computed(() => first.value);
  const dataset = computed(() => (spec.value ? buildDataset(spec.value.dataset) : null));
  const period = computed(() => {
    const data = spec.value?.dataset;
    return data?.boundary === 'periodic' ? data.size : null;
  });

  const labels = ref(parseLabels(route.query['at'])) as Ref<readonly Label[]>;
  watch(
    () => route.query['at'],
    (at) => (labels.value = parseLabels(at)),
  );
  const { value: settings } = usePersisted('run/charts', ChartSettings, () => ({
    log: true,
    smoothing: 0.6,
    ignoreOutliers: true,
    feature: 'both' as const,
    references: true,
    quantity: 'accuracy' as const,
    labelsPerSection: 8,
    clusterThreshold: null,
  }));

  const context: RunContext = {
    id,
    live,
    cursor,
    evaluation,
    samples: useSamples(id, evaluation, period),
    spec,
    dataset,
    groundTruth: computed(() => (dataset.value ? createGroundTruth(dataset.value) : null)),
    rule: computed(() => ({
      tolerancePx: toleranceOf(spec.value?.dataset.size ?? 32, spec.value?.evaluation.tolerancePx ?? null),
      period: period.value,
    })),
    labels: computed(() => labels.value),
    chooseLabels(now) {
      labels.value = now;
      setAddress({ at: formatLabels(now) });
    },
    tab: computed(() => (typeof route.query['tab'] === 'string' ? route.query['tab'] : 'overview')),
    openTab: (name) => setAddress({ tab: name === 'overview' ? null : name }),
    // A number of its own, so that charts are not drawn anew with each step that is reported.
    axisEnd: computed(() =>
      axisLength(live.progress.value?.step ?? live.row.value?.step ?? 0, live.row.value?.steps ?? 1),
    ),
    settings,
  };
  provide(key, context);
  return context;
}
