import { buildDataset } from '../../core/dataset/dataset.ts';
import { describeDataset } from '../../core/dataset/describe.ts';
import type { Figure } from '../../files/figure.ts';
import { FEATURES } from '../../shared/compare/accuracy.ts';
import { mergeOrders } from '../../shared/compare/spec-diff.ts';
import type { RunDetail } from '../../shared/records.ts';
import { labelMap } from '../cli/dataset-preview.ts';
import { FIGURES } from './format.ts';
import { type ChartPoint, lineChart } from './line-chart.ts';
import { csvField, encodeMetrics } from './metrics-csv.ts';

/** Pictures of a run for its bundle, each as SVG, PNG and the CSV of what it shows, by path. */
export function bundleFigures(run: RunDetail): [path: string, content: string | Uint8Array][] {
  const made: [string, { figure: Figure; csv: string } | null][] = [
    ['label-map', labelSpace(run)],
    ['loss', losses(run)],
    ['accuracy', accuracies(run)],
  ];
  return made.flatMap(([name, content]): [string, string | Uint8Array][] => {
    if (content === null) return [];
    const { figure, csv } = content;
    return [
      [`${FIGURES}${name}.svg`, figure.svg],
      [`${FIGURES}${name}.png`, figure.png],
      [`${FIGURES}${name}.csv`, csv],
    ];
  });
}

function labelSpace(run: RunDetail): { figure: Figure; csv: string } {
  const dataset = buildDataset(run.spec.dataset);
  const facts = describeDataset(dataset);
  const rows = facts.sections.map(({ name, kind, labels, fraction, trained }) =>
    [csvField(name), kind, labels, fraction, trained].join(','),
  );
  return {
    figure: labelMap(dataset, facts, run.name),
    csv: table('section,kind,labels,fraction,trained', rows),
  };
}

/** Training and validation loss, on a logarithmic axis; null before the first point. */
function losses(run: RunDetail): { figure: Figure; csv: string } | null {
  const keys = ['loss', 'validationLoss'].filter((key) => (run.metrics[key]?.length ?? 0) > 0);
  if (keys.length === 0) return null;
  const metrics = Object.fromEntries(keys.map((key) => [key, run.metrics[key]!]));
  const series = keys.map((key) => ({
    name: key === 'loss' ? 'training' : 'validation',
    points: metrics[key]!.map(([x, y]) => ({ x, y })),
  }));
  const positive = series.every(({ points }) => points.every(({ y }) => y > 0));
  const figure = lineChart({
    title: `Loss of ${run.name}`,
    subtitle: subtitle(run),
    xTitle: 'optimizer step',
    yTitle: 'mean squared error of the prediction',
    series,
    logarithmic: positive,
  });
  return { figure, csv: encodeMetrics(metrics) };
}

/** `both` accuracy by section over training, with its intervals; null before the first evaluation. */
function accuracies(run: RunDetail): { figure: Figure; csv: string } | null {
  const { evaluations } = run;
  if (evaluations.length === 0) return null;
  // The full evaluation of a step stands for it: it comes last.
  const byStep = new Map(evaluations.map((e) => [e.step, e]));
  const names = mergeOrders([...byStep.values()].map((e) => e.sections.map((s) => s.section)));
  const series = names.map((name) => ({
    name,
    points: [...byStep.values()].flatMap(({ step, sections }): ChartPoint[] => {
      const both = sections.find((s) => s.section === name)?.both;
      return both ? [{ x: step, y: both.mean, low: both.low, high: both.high }] : [];
    }),
  }));
  const figure = lineChart({
    title: `Accuracy of ${run.name}`,
    subtitle: `${subtitle(run)}; x and y right, with 95 % intervals over labels`,
    xTitle: 'optimizer step',
    yTitle: 'fraction of generated images',
    series,
    yRange: [0, 1],
  });
  const rows = evaluations.flatMap(({ step, final, sections }) =>
    sections.flatMap((s) =>
      FEATURES.map((feature) => {
        const { mean, low, high } = s[feature];
        const values = [mean, low, high, s.copyBaseline[feature], s.chance[feature], s.labels, s.images];
        return [step, final, csvField(s.section), feature, ...values].join(',');
      }),
    ),
  );
  const header = 'step,final,section,feature,mean,low,high,copy_baseline,chance,labels,images';
  return { figure, csv: table(header, rows) };
}

function subtitle({ id, seed, step, steps }: RunDetail): string {
  return `run ${id}, seed ${seed}, step ${step} of ${steps}`;
}

function table(header: string, rows: readonly string[]): string {
  return `${[header, ...rows].join('\n')}\n`;
}
