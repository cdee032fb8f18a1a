import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { canonicalJson, specHash } from '../src/files/hash.ts';
import { RunQuery } from '../src/shared/contract/runs.ts';
import type { Evaluation, MetricPoint } from '../src/shared/records.ts';
import type { RunSpec } from '../src/shared/run-spec.ts';
import { loadPreset } from '../src/main/presets/presets.ts';
import type { Workbench } from '../src/main/workbench/api.ts';
import { describeSpec } from '../src/main/workbench/description.ts';
import { openWorkbench } from '../src/main/workbench/service.ts';
import { openStore, type Store } from '../src/main/workbench/store/database.ts';
import { recordEvaluation } from '../src/main/workbench/store/evaluations.ts';
import { insertPoints } from '../src/main/workbench/store/metrics.ts';
import { changeTags, insertRun } from '../src/main/workbench/store/runs.ts';
import type { Result } from './report.ts';

/** What `--only` calls it. Only when named, since making the history takes minutes. */
export const HISTORY = 'history';

export interface HistorySize {
  readonly runs: number;
  /** Of each of four metrics. */
  readonly steps: number;
  readonly evaluations: number;
}

/** The size at which the table of runs must open in a second: 10,000 points a run. */
export const LARGE_HISTORY: HistorySize = { runs: 1000, steps: 2500, evaluations: 10 };

const METRICS = ['loss', 'validationLoss', 'gradientNorm', 'learningRate'];
const SECTIONS = ['overall', 'in-distribution', 'vertical', 'horizontal', 'intersection', 'lesion'];
const TIMES = 5;

/** Makes a history of that size in a temporary home, through the store that training writes to, and reads it. */
export function measureHistory(size: HistorySize, log: (line: string) => void): Result[] {
  const home = mkdtempSync(path.join(tmpdir(), 'clifford-bench-'));
  try {
    const started = performance.now();
    const { steps } = size;
    fillHome(home, size);
    const bytes = statSync(path.join(home, 'clifford.db')).size;
    const what = `${size.runs} runs of ${METRICS.length * steps} points, ${(bytes / 2 ** 20).toFixed(0)} MiB`;
    log(`${what}: made in ${((performance.now() - started) / 1000).toFixed(0)} s`);
    return readHome(home, what);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

export function fillHome(home: string, { runs, steps, evaluations }: HistorySize): void {
  openWorkbench({ home }).close(); // makes the folder
  const store = openStore(path.join(home, 'clifford.db'));
  const regions = new Map<string, object>();
  for (let i = 0; i < runs; i++) addRun(store, i, { runs, steps, evaluations }, regions);
  store.dispose();
}

/** Twenty masks, each with many seeds. */
function specOf(i: number): RunSpec {
  const { spec } = loadPreset('quick');
  const width = i % 20;
  const heldOut: RunSpec['dataset']['heldOut'] =
    width === 0 ? [] : [{ type: 'cross', x: [3, 3 + width / 2], y: [3, 3 + width / 2], mode: 'add' }];
  return { ...spec, dataset: { ...spec.dataset, heldOut }, seed: Math.floor(i / 20) };
}

function addRun(
  store: Store,
  i: number,
  { steps, evaluations }: HistorySize,
  regions: Map<string, object>,
): void {
  const spec = specOf(i);
  const json = canonicalJson(spec);
  const at = new Date(Date.UTC(2026, 0, 1, 0, i)).toISOString();
  const points: MetricPoint[] = METRICS.flatMap((key, k) =>
    Array.from({ length: steps }, (_, s) => ({
      key,
      step: s + 1,
      value: (k + 1) / (s + 1) + Math.sin(i + s) / 100,
    })),
  );
  store.write((db) => {
    const { pk } = insertRun(db, {
      id: `bench${String(i).padStart(5, '0')}`,
      name: `quick-run-${i}`,
      preset: 'quick',
      spec: json,
      specHash: specHash(spec),
      seed: spec.seed,
      steps,
      step: steps,
      state: i % 9 === 0 ? 'failed' : 'finished',
      note: i % 10 === 0 ? 'the lesion on the left' : '',
      createdAt: at,
      ...describeSpec(json, regions),
    });
    changeTags(db, pk, [`mask ${i % 20}`, 'bench'], []);
    insertPoints(db, pk, points);
    for (let e = 0; e < evaluations; e++) {
      const step = Math.round((steps * e) / Math.max(1, evaluations - 1));
      recordEvaluation(db, pk, evaluationAt(step, (e + (i % 7)) / (evaluations + 7)), 'training', at);
    }
  });
}

function evaluationAt(step: number, accuracy: number): Evaluation {
  const estimate = { mean: accuracy, low: accuracy, high: accuracy };
  const none = { x: 0, y: 0, both: 0 };
  const sections = SECTIONS.map((section) => ({
    section,
    labels: 32,
    images: 128,
    unreadableLabels: 0,
    x: estimate,
    y: estimate,
    both: estimate,
    copyBaseline: none,
    chance: none,
    medianErrorPx: { x: 0.25, y: 0.25 },
    none: 0,
    several: 0,
  }));
  const rest = {
    tolerancePx: 0.5,
    readout: 'matchedFilter',
    weights: 'ema' as const,
    seconds: 1,
    skipped: [],
  };
  return { step, final: false, ...rest, sections };
}

function readHome(home: string, note: string): Result[] {
  const results: Result[] = [];
  const measure = (name: string, work: (workbench: Workbench) => unknown): void => {
    const times: number[] = [];
    for (let i = 0; i < TIMES; i++) {
      // A new connection each time: what was read before must not be at hand.
      const workbench = openWorkbench({ home });
      const started = performance.now();
      work(workbench);
      times.push(performance.now() - started);
      workbench.close();
    }
    results.push(millisecondsOf(name, times, note));
  };
  const page = (query: Partial<RunQuery>) => (workbench: Workbench) =>
    workbench.pageRuns(RunQuery.parse(query));
  const sorted = (key: string) => page({ sort: { key, descending: true } });
  const opening: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    const started = performance.now();
    const workbench = openWorkbench({ home });
    page({})(workbench);
    opening.push(performance.now() - started);
    workbench.close();
  }
  results.push(millisecondsOf('open, and the first page', opening, note));
  measure('first page', page({}));
  measure('last page', page({ offset: 900 }));
  measure('by metric:loss', sorted('metric:loss'));
  measure('by best:vertical', sorted('best:vertical'));
  measure('by spec:dataset.heldOut', sorted('spec:dataset.heldOut.0.x'));
  measure('search', page({ search: 'lesion quick' }));
  measure('grouped by region', page({ group: 'region' }));
  measure('500 rows', page({ limit: 500 }));
  measure('table as CSV', (workbench) => workbench.runsCsv(RunQuery.parse({})));
  measure('series of a run, thinned', (workbench) => workbench.seriesOf('bench00007'));
  measure('row of a run', (workbench) => workbench.rowOf('bench00007'));
  return results;
}

function millisecondsOf(name: string, times: number[], note: string): Result {
  const ours = times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
  return { name: `${HISTORY}: ${name}`, unit: 'ms', ours, peer: null, ratio: null, spread: null, note };
}
