import path from 'node:path';
import { writeFileAtomic } from '../../../files/atomic.ts';
import { writeNpy } from '../../../files/npy.ts';
import type {
  Evaluation,
  EvaluationFile,
  RunDetail,
  RunState,
  RunSummary,
  SectionAccuracy,
} from '../../../shared/records.ts';
import { loadPreset } from '../../presets/presets.ts';
import type { RunRow } from '../../../shared/contract/runs.ts';
import type { TrainOptions, Workbench } from '../../workbench/api.ts';
import type { CliContext } from '../context.ts';
import type { Terminal } from '../output.ts';

/** A terminal that remembers what was written to it. */
export function fakeTerminal(live = false): Terminal & { stdout: string; stderr: string } {
  return {
    stdout: '',
    stderr: '',
    live,
    columns: 100,
    out(text) {
      this.stdout += text;
    },
    err(text) {
      this.stderr += text;
    },
    flushed: () => Promise.resolve(),
  };
}

export function section(name: string, x: number, y: number, both: number): SectionAccuracy {
  const estimate = (mean: number) => ({ mean, low: Math.max(0, mean - 0.1), high: Math.min(1, mean + 0.1) });
  return {
    section: name,
    labels: 32,
    images: 128,
    unreadableLabels: 0,
    x: estimate(x),
    y: estimate(y),
    both: estimate(both),
    copyBaseline: { x: 0, y: 1, both: 0 },
    chance: { x: 0.0625, y: 0.0625, both: 0.0039 },
    medianErrorPx: { x: 0.25, y: null },
    none: 3,
    several: 1,
  };
}

export function evaluationAt(step: number, final = false): Evaluation {
  return {
    step,
    final,
    tolerancePx: 0.5,
    readout: 'matchedFilter',
    weights: 'ema',
    seconds: 2,
    sections: [
      section('overall', 0.61, 0.66, 0.52),
      section('in-distribution', 0.97, 0.98, 0.95),
      section('vertical', 0.05, 0.91, 0.04),
    ],
    skipped: [],
  };
}

/** A home of one finished run of `quick`, whose training plays what `play` does. */
export function fakeWorkbench(
  play: (options: TrainOptions) => Promise<RunState> = () => Promise.resolve('finished'),
): Workbench & { calls: [string, ...unknown[]][]; closed: boolean; run: RunDetail } {
  const { spec } = loadPreset('quick');
  const run: RunDetail = {
    id: '0a1b2c3d4e',
    name: 'quick-calm-otter',
    state: 'finished',
    reason: null,
    preset: 'quick',
    specHash: 'f00d',
    seed: 0,
    step: spec.training.steps,
    steps: spec.training.steps,
    engine: 'onnxruntime-cpu',
    createdAt: '2026-01-31T14:05:00.000Z',
    startedAt: '2026-01-31T14:05:01.000Z',
    endedAt: '2026-01-31T14:09:01.000Z',
    tags: ['quickstart'],
    note: '',
    deletedAt: null,
    accuracy: { overall: 0.52, 'in-distribution': 0.95, vertical: 0.04 },
    spec,
    folder: '/home/runs/0a1b2c3d4e',
    weights: 'abc123',
    weightsStep: spec.training.steps,
    metrics: { loss: [[1, 0.9]] },
    evaluations: [evaluationAt(0), evaluationAt(spec.training.steps, true)],
    artifacts: [
      { kind: 'picture', file: 'pictures/step-1000.png', step: 1000, bytes: 2000, sha256: 'p1' },
      { kind: 'picture', file: 'pictures/step-2000.png', step: 2000, bytes: 2100, sha256: 'p2' },
      { kind: 'model', file: 'model.onnx', step: 2000, bytes: 4_200_000, sha256: 'm' },
    ],
    environment: {},
    events: [],
  };
  const summary = (): RunSummary => run;
  const row = (): RunRow => ({
    ...run,
    starred: false,
    parent: null,
    region: null,
    best: run.accuracy,
    latest: {},
    progress: null,
    queuePosition: null,
    seconds: 60,
  });
  const calls: [string, ...unknown[]][] = [];
  const record =
    <T>(name: string, result: () => T) =>
    (...args: unknown[]): T => {
      calls.push([name, ...args]);
      return result();
    };
  return {
    calls,
    closed: false,
    run,
    home: '/home',
    createRun: record('createRun', summary),
    train: async (runId, options) => {
      calls.push(['train', runId, options]);
      run.state = await play(options);
      return { state: run.state, run };
    },
    stop: record('stop', () => Promise.resolve<RunState>('stopped')),
    resolveRun: record('resolveRun', summary),
    listRuns: record('listRuns', () => [summary()]),
    findRunsBySpecHash: record('findRunsBySpecHash', () => [summary()]),
    showRun: record('showRun', () => run),
    summarizeMetrics: record('summarizeMetrics', () => []),
    tag: record('tag', summary),
    note: record('note', summary),
    remove: record('remove', summary),
    restore: record('restore', summary),
    purge: record('purge', () => undefined),
    evaluate: record('evaluate', () => Promise.resolve(evaluationAt(2000, true))),
    sample: record('sample', () => Promise.resolve({ files: ['/out/sheet.png'], step: 2000 })),
    export: record('export', () =>
      Promise.resolve({ kind: 'model' as const, file: 'x.onnx', step: 2000, bytes: 10, sha256: 'm' }),
    ),
    viewRun: record('viewRun', () => ({ ...run, row: row(), metricKeys: ['loss'], children: [] })),
    rowOf: record('rowOf', () => row()),
    enqueue: record('enqueue', () => row()),
    rename: record('rename', summary),
    star: record('star', summary),
    lineage: record('lineage', () => [row()]),
    exportBundle: record('exportBundle', () => Promise.resolve()),
    importBundle: record('importBundle', () =>
      Promise.resolve({ runId: run.id, name: run.name, existed: false }),
    ),
    settings: record('settings', () => ({ engine: 'auto' as const, threads: null })),
    pageRuns: notFaked('pageRuns'),
    runsCsv: notFaked('runsCsv'),
    seriesOf: notFaked('seriesOf'),
    watchRun: notFaked('watchRun'),
    watchChanges: notFaked('watchChanges'),
    evaluationSamples: notFaked('evaluationSamples'),
    analysisOptions: notFaked('analysisOptions'),
    analyze: notFaked('analyze'),
    listAnalyses: notFaked('listAnalyses'),
    phases: notFaked('phases'),
    pruneRepresentations: record('pruneRepresentations', () => [
      { runId: run.id, name: run.name, files: 2, bytes: 3_000_000 },
    ]),
    leaveQueue: notFaked('leaveQueue'),
    moveInQueue: notFaked('moveInQueue'),
    queue: notFaked('queue'),
    setQueue: notFaked('setQueue'),
    runQueue: record('runQueue', () => ({ stop: () => Promise.resolve() })),
    changeSettings: notFaked('changeSettings'),
    document: notFaked('document'),
    documents: notFaked('documents'),
    saveDocument: notFaked('saveDocument'),
    removeDocument: notFaked('removeDocument'),
    close() {
      this.closed = true;
    },
  };
}

/** What the real service is for: a test that gets here should use that one. */
function notFaked(name: string): () => never {
  return () => {
    throw new Error(`the fake workbench has no ${name}`);
  };
}

export function fakeContext(workbench: Workbench, terminal: Terminal): CliContext {
  return { terminal, openWorkbench: () => Promise.resolve(workbench) };
}

/** Moves the fake's home and run into a real folder, with the files of an evaluation of one black image. */
export function addEvaluationFiles(workbench: { home: string; run: RunDetail }, folder: string): void {
  const { run } = workbench;
  const { size } = run.spec.dataset;
  const content: EvaluationFile = {
    evaluation: evaluationAt(2000, true),
    sections: [{ section: 'in-distribution', labels: 1 }],
    samplesPerLabel: 1,
    readings: [{ label: [8, 8], x: null, y: null, countX: 0, countY: 0, responseX: 0, responseY: 0 }],
  };
  const evaluation = writeFileAtomic(path.join(folder, 'evaluation.json'), JSON.stringify(content));
  const image = { shape: [1, 1, size, size], data: new Float32Array(size * size).fill(-1) };
  const samples = writeNpy(path.join(folder, 'samples.npy'), image);
  run.artifacts.push(
    { kind: 'evaluation', file: 'evaluation.json', step: 2000, ...evaluation },
    { kind: 'samples', file: 'samples.npy', step: 2000, ...samples },
  );
  run.folder = folder;
  workbench.home = folder;
}
