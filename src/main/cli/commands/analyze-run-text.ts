import { CliffordError } from '../../../core/base/errors.ts';
import type { DecodingResult, TopologyResult } from '../../../core/metrics/records-analysis.ts';
import type { AnalysisKind, AnalysisResult, RepresentationSpec } from '../../../shared/analysis.ts';
import { formatTable } from '../table.ts';
import type { Measurement, Subject } from './analyze-run.ts';

const NONE = '–';

/** One line for each subject, with what decides the paper's claims on representations (C1, C2). */
export function analysesTable(
  run: string,
  { tap, mode, timestep, perAxis }: RepresentationSpec,
  measurements: readonly Measurement[],
): string {
  const subjects = [...new Set(measurements.map((m) => m.subject))];
  const steps = measurements.flatMap(({ subject, outcome }) =>
    subject === 'untrained' || outcome instanceof CliffordError ? [] : [outcome.record.step],
  );
  const of = steps.length > 0 ? ` at step ${steps[0]}` : '';
  const grid = perAxis === null ? 'all labels' : `${perAxis}×${perAxis} labels`;
  const measured = new Set(measurements.map((m) => m.kind));
  const columns = COLUMNS.filter((c) => measured.has(c.kind));
  const rows = subjects.map((subject) => rowOf(subject, columns, measurements));
  return [
    `${run}${of}: ${tap}, ${mode}, timestep ${timestep}, ${grid}`,
    '',
    columns.length > 0
      ? formatTable(
          [['', ...columns.map((c) => c.title)], ...rows],
          columns.map((_, i) => i + 1),
        )
      : 'Nothing that fits a table; --json or --out has the answer.',
    ...(measured.has('topology') ? ['', 'H₁ and H₂: lengths of the longest bars.'] : []),
    ...(measured.has('similarity') ? ['Additive: variance that f(x) + g(y) explains.'] : []),
    ...(measured.has('decoding') ? ['R²: of x and y by ridge regression, on labels left out.'] : []),
  ].join('\n');
}

interface Column {
  readonly kind: AnalysisKind;
  readonly title: string;
  readonly cell: (answer: AnalysisResult) => string;
}

type ResultOf<K extends AnalysisKind> = Extract<AnalysisResult, { kind: K }>['result'];

function column<K extends AnalysisKind>(
  kind: K,
  title: string,
  cell: (result: ResultOf<K>) => string,
): Column {
  // Asked of answers of its own kind only.
  return { kind, title, cell: ({ result }) => cell(result as ResultOf<K>) };
}

const COLUMNS: readonly Column[] = [
  column('pca', 'dimension', (r) => r.participationRatio.toFixed(3)),
  column('pca', 'top 4', (r) => `${(100 * r.top4).toFixed(1)} %`),
  column('topology', 'H₁', (r) => longest(r, 1, 3)),
  column('topology', 'H₂', (r) => longest(r, 2, 2)),
  column('factorization', 'score', (r) => fixed(r.score)),
  column('similarity', 'additive', (r) => `${(100 * r.additiveShare).toFixed(1)} %`),
  column('decoding', 'R² x', (r) => heldOut(r, 'x')),
  column('decoding', 'R² y', (r) => heldOut(r, 'y')),
];

function rowOf(subject: Subject, columns: readonly Column[], measurements: readonly Measurement[]): string[] {
  const cells = columns.map(({ kind, cell }) => {
    const found = measurements.find((m) => m.subject === subject && m.kind === kind)?.outcome;
    return !found || found instanceof CliffordError ? NONE : cell(found.record.answer);
  });
  return [NAMES[subject], ...cells];
}

const NAMES: Readonly<Record<Subject, string>> = {
  trained: 'trained',
  untrained: 'untrained',
  conditioning: 'conditioning alone',
};

/** `1.28 1.27 0.31`; a class that never dies has no length. */
function longest({ diagrams }: TopologyResult, dimension: number, most: number): string {
  const bars = diagrams[dimension] ?? [];
  const lengths = bars.slice(0, most).map(([birth, death]) => (death === null ? '∞' : short(death - birth)));
  return lengths.length > 0 ? lengths.join(' ') : NONE;
}

function heldOut({ targets }: DecodingResult, feature: 'x' | 'y'): string {
  const scores = targets.find((target) => target.feature === feature)?.scores;
  return fixed(scores?.find((score) => score.on === 'folds')?.r2 ?? null);
}

function fixed(value: number | null): string {
  return value === null ? NONE : value.toFixed(3);
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
