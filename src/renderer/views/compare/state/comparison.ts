import {
  computed,
  inject,
  onScopeDispose,
  provide,
  shallowRef,
  type ComputedRef,
  type InjectionKey,
  type ShallowRef,
} from 'vue';
import type { StepCursor } from '../../run/live/useStepCursor.ts';
import type { Card, CardOf, CardKind } from '../model/layout.ts';
import { groupsOf, type ComparedRun, type Group, type SeriesOf } from '../model/run.ts';
import type { ComparedRuns, NeededSeries } from './useComparedRuns.ts';

/** What every card of the comparison works with. */
export interface Comparison {
  /** The runs that are not hidden, in their order. */
  readonly runs: ComputedRef<readonly ComparedRun[]>;
  /** The same, those together that are equal but for the seed. */
  readonly groups: ComputedRef<readonly Group[]>;
  readonly cursor: StepCursor;
  /** Where the step cursor stands; null while it follows the newest evaluations. */
  readonly step: ComputedRef<number | null>;
  readonly seriesOf: SeriesOf;
  /** Points of a metric are still on their way. */
  isReading(key: string): boolean;
  /** Has metrics read for as long as the calling card lives. */
  need(series: () => readonly NeededSeries[]): void;
  /** The run under the pointer in the list of runs or in a chart. */
  readonly hovered: Readonly<ShallowRef<string | null>>;
  /** Charts follow when the pointer rests, not on its way over a list. */
  hover(runId: string | null): void;
  /** What each card of parallel coordinates lets through; null is everything. */
  readonly brushed: ShallowRef<ReadonlyMap<string, ReadonlySet<string>>>;
  /** Runs that stand back in charts: another one is pointed at, or a brush left them out. */
  isFaint(runId: string): boolean;
  /** Runs that a brush left out. */
  isLeftOut(runId: string): boolean;
  /** Changes a card's settings, as one step of undo. */
  set<K extends CardKind>(card: CardOf<K>, change: Partial<CardOf<K>['settings']>): void;
  changeCard(card: Card, change: Partial<Pick<Card, 'width' | 'height' | 'hidden'>>): void;
  removeCard(card: Card): void;
  moveCard(card: Card, by: number): void;
  /** Shows samples at a label, in the first card of samples. */
  pickLabel(label: readonly [number, number]): void;
  /** Labels that were picked and are shown. */
  readonly picked: ComputedRef<readonly (readonly [number, number])[]>;
}

/** How long the pointer rests on a run before charts point it out, and until they stop. */
const REST_MS = 120;
const LEAVE_MS = 60;

const KEY: InjectionKey<Comparison> = Symbol('comparison');

export function provideComparison(
  { runs: all, seriesOf, isReading, need }: ComparedRuns,
  hidden: () => readonly string[],
  rest: Pick<
    Comparison,
    'cursor' | 'set' | 'changeCard' | 'removeCard' | 'moveCard' | 'pickLabel' | 'picked'
  >,
): Comparison {
  const runs = computed(() => all.value.filter(({ id }) => !hidden().includes(id)));
  const hovered = shallowRef<string | null>(null);
  const brushed = shallowRef<ReadonlyMap<string, ReadonlySet<string>>>(new Map());
  const isLeftOut = (id: string): boolean => [...brushed.value.values()].some((through) => !through.has(id));
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(timer));
  const comparison: Comparison = {
    runs,
    groups: computed(() => groupsOf(runs.value)),
    step: computed(() => (rest.cursor.live.value ? null : rest.cursor.step.value)),
    seriesOf,
    isReading,
    need,
    hovered,
    brushed,
    hover: (id) => {
      clearTimeout(timer);
      timer = setTimeout(() => (hovered.value = id), id === null ? LEAVE_MS : REST_MS);
    },
    isFaint: (id) => (hovered.value === null ? isLeftOut(id) : hovered.value !== id),
    isLeftOut,
    ...rest,
  };
  provide(KEY, comparison);
  return comparison;
}

export function useComparison(): Comparison {
  return inject(KEY)!;
}
