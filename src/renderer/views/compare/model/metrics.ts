import { FEATURES, type Feature } from '../../../../shared/compare/accuracy.ts';
import { mergeOrders } from '../../../../shared/compare/spec-diff.ts';
import type { ComparedRun } from './run.ts';

/** What can be drawn over training: a recorded metric, or the accuracy of a section. */
export type Metric =
  | { readonly kind: 'metric'; readonly key: string }
  | { readonly kind: 'accuracy'; readonly section: string; readonly feature: Feature };

/** `metric:KEY` or `accuracy:SECTION:FEATURE`; null for anything else. Sections may hold colons. */
export function parseMetric(text: string): Metric | null {
  if (text.startsWith('metric:')) return { kind: 'metric', key: text.slice('metric:'.length) };
  const match = /^accuracy:(.+):(x|y|both)$/s.exec(text);
  return match ? { kind: 'accuracy', section: match[1]!, feature: match[2] as Feature } : null;
}

export const metricText = (key: string): string => `metric:${key}`;
export const accuracyText = (section: string, feature: Feature): string => `accuracy:${section}:${feature}`;

/** All that the runs have: recorded metrics, then sections in the order of report with each feature. */
export function metricsOf(runs: readonly ComparedRun[]): { metrics: string[]; accuracies: string[] } {
  return {
    metrics: mergeOrders(runs.map((run) => run.metricKeys)).map(metricText),
    accuracies: sectionsOf(runs).flatMap((section) =>
      FEATURES.toReversed().map((feature) => accuracyText(section, feature)),
    ),
  };
}

/** Names of sections that any evaluation of any run has. */
export function sectionsOf(runs: readonly Pick<ComparedRun, 'evaluations'>[]): string[] {
  return mergeOrders(
    runs.map(({ evaluations }) => mergeOrders(evaluations.map((e) => e.sections.map((s) => s.section)))),
  );
}

const TITLES: Readonly<Record<string, { title: string; unit?: string }>> = {
  loss: { title: 'Training loss', unit: 'mean squared error' },
  validationLoss: { title: 'Validation loss', unit: 'mean squared error' },
  gradientNorm: { title: 'Gradient norm' },
  learningRate: { title: 'Learning rate' },
  imagesPerSecond: { title: 'Throughput', unit: 'images/s' },
};

export function metricTitle(text: string): string {
  const metric = parseMetric(text);
  if (metric === null) return text;
  if (metric.kind === 'metric') return TITLES[metric.key]?.title ?? metric.key;
  return `Accuracy, ${metric.section} (${featureTitle(metric.feature)})`;
}

/** Title of the axis, with its unit. */
export function metricAxis(text: string): string {
  const metric = parseMetric(text);
  if (metric?.kind !== 'metric') return 'accuracy (fraction of images)';
  const unit = TITLES[metric.key]?.unit;
  return unit === undefined
    ? metricTitle(text).toLowerCase()
    : `${metricTitle(text).toLowerCase()} (${unit})`;
}

export function featureTitle(feature: Feature): string {
  return feature === 'both' ? 'x and y' : feature;
}
