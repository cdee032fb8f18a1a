import type { RunRow } from '../../../../shared/contract/runs.ts';

/** A finished run with the given differences. */
export function runRow(change: Partial<RunRow> & { id: string }): RunRow {
  return {
    name: change.id,
    state: 'finished',
    reason: null,
    preset: 'quick',
    specHash: 'hash',
    seed: 0,
    step: 100,
    steps: 100,
    engine: 'onnxruntime-cpu',
    createdAt: '2024-01-02T03:04:05.000Z',
    startedAt: '2024-01-02T03:04:06.000Z',
    endedAt: '2024-01-02T03:14:06.000Z',
    tags: [],
    note: '',
    deletedAt: null,
    accuracy: {},
    starred: false,
    parent: null,
    region: null,
    best: {},
    latest: {},
    progress: null,
    queuePosition: null,
    seconds: 600,
    ...change,
  };
}
