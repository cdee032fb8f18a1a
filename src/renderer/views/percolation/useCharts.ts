import { computed, type Ref } from 'vue';
import { refThrottled } from '@vueuse/core';
import type { PercolationCurve } from '../../../core/metrics/percolation/curve.ts';
import type { SiteLattice } from '../../../core/metrics/percolation/lattice.ts';
import {
  percolationCurvesCsv,
  percolationCurvesOption,
  type NamedCurve,
} from '../../charts/percolation-curves.ts';
import { overlapCsv, overlapCurves, overlapOption } from '../../charts/percolation-overlap.ts';
import type { ChartTheme } from '../../charts/theme.ts';
import { styleOf } from '../../state/runColors.ts';
import { withOwn, type Settings, type Task } from './settings.ts';

/**
 * What the charts show, as options that change only when a chart does: one made in the template would draw its chart anew
 * at each word of the status.
 */
export function useCharts(
  settings: Ref<Settings>,
  lattice: Ref<SiteLattice | null>,
  curveOf: (task: Task) => PercolationCurve | null,
) {
  /** A value keeps its hue in all charts; the lattice's own, where it is not listed, is grey. */
  const styleAmong = (values: readonly number[], value: number) => {
    const place = values.indexOf(value);
    return place >= 0 ? styleOf(place) : { ...styleOf(7), dash: 'dashed' as const };
  };
  function named(tasks: readonly Task[], by: 'sigma' | 'threshold'): NamedCurve[] {
    const listed = by === 'sigma' ? settings.value.sigmas : settings.value.thresholds;
    return tasks.flatMap((task) => {
      const curve = curveOf(task);
      const name = `${by === 'sigma' ? 'σ' : 'θ'} = ${task[by]}`;
      return curve === null ? [] : [{ name, style: styleAmong(listed, task[by]), curve }];
    });
  }
  const widths = computed(() => withOwn(settings.value.sigmas, settings.value.sigma));
  const thresholds = computed(() => withOwn(settings.value.thresholds, settings.value.threshold));
  /** The lattice follows the slider at once, the line in the charts a little later. */
  const cursor = refThrottled(
    computed(() => settings.value.lambda),
    150,
  );
  const charts = computed(() => {
    const { sigma, threshold, otherThreshold, logLambda, over } = settings.value;
    const least = 1 / (lattice.value?.sites ?? 1e5);
    const bySigma = (theta: number) => widths.value.map((s) => ({ sigma: s, threshold: theta }));
    const of = (id: string, title: string, tasks: Task[], by: 'sigma' | 'threshold') => {
      const curves = named(tasks, by);
      const view = { logLambda, over, lambdaRange: [least, 1] as const, cursor: cursor.value };
      const option = (theme: ChartTheme) => percolationCurvesOption(curves, view, theme);
      const csv = () => percolationCurvesCsv(curves);
      return { id, title, tasks, option, csv, missing: tasks.length - curves.length };
    };
    return [
      of('own', `Largest cluster, θ = ${threshold}`, bySigma(threshold), 'sigma'),
      of(
        'thresholds',
        `Largest cluster, σ = ${sigma} px`,
        thresholds.value.map((theta) => ({ sigma, threshold: theta })),
        'threshold',
      ),
      of('other', `Largest cluster, θ = ${otherThreshold}`, bySigma(otherThreshold), 'sigma'),
    ];
  });

  const overlaps = computed(() => {
    const { size, threshold, periodic } = settings.value;
    const list = widths.value.map((sigma) => ({ sigma, style: styleAmong(settings.value.sigmas, sigma) }));
    return overlapCurves(list, { size, threshold, periodic });
  });
  const overlapChart = computed(() => {
    const { logOverlap, pixels, threshold, spacing } = settings.value;
    const view = { logOverlap, pixels, threshold, spacing };
    return (theme: ChartTheme) => overlapOption(overlaps.value, view, theme);
  });
  const overlapsCsv = () => overlapCsv(overlaps.value);
  return { charts, overlapChart, overlapsCsv };
}
