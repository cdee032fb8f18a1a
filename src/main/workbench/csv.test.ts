import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RunQuery } from '../../shared/contract/runs.ts';
import type { RunSpec } from '../../shared/run-spec.ts';
import { recordEvaluation } from './store/evaluations.ts';
import { insertPoints } from './store/metrics.ts';
import { getRun } from './store/runs.ts';
import { temporaryFolder, testWorkbench } from './testing/home.ts';
import { evaluationWith, otherStore } from './testing/records.ts';
import { testSpec } from './testing/spec.ts';

/** A reader of RFC 4180 that knows nothing of the writer. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let at = 0;
  while (at < text.length) {
    let value = '';
    if (text[at] === '"') {
      for (at++; ; at++) {
        if (text[at] !== '"') value += text[at];
        else if (text[at + 1] === '"') value += text[++at];
        else break;
      }
      at++;
    } else while (at < text.length && text[at] !== ',' && !text.startsWith('\r\n', at)) value += text[at++];
    rows.at(-1)!.push(value);
    if (text[at] === ',') at++;
    else if (text.startsWith('\r\n', at)) {
      at += 2;
      if (at < text.length) rows.push([]);
    } else throw new Error(`after a field at ${at}: ${JSON.stringify(text.slice(at, at + 10))}`);
  }
  return rows;
}

function records(csv: string): Record<string, string>[] {
  const [header, ...rows] = parseCsv(csv);
  expect(new Set(header).size).toBe(header!.length);
  return rows.map((row) => {
    expect(row).toHaveLength(header!.length);
    return Object.fromEntries(header!.map((column, i) => [column, row[i]!]));
  });
}

test('the table as CSV has every run with its parameters, accuracies and metrics', () => {
  const home = temporaryFolder();
  const workbench = testWorkbench(home);
  const spec: RunSpec = testSpec({ seed: 7 });
  const { id } = workbench.createRun({ spec, name: 'a', tags: ['x', 'y'] });
  const heldOut = [
    { type: 'band' as const, axis: 'x' as const, range: [1, 2] as [number, number], mode: 'add' as const },
  ];
  workbench.createRun({ spec: { ...spec, dataset: { ...spec.dataset, heldOut } }, name: 'b', parent: id });
  otherStore(home).write((db) => {
    const { pk } = getRun(db, id)!;
    recordEvaluation(db, pk, evaluationWith(0, { overall: 0.5 }), 'training', '');
    recordEvaluation(db, pk, evaluationWith(1, { overall: 0.25 }), 'training', '');
    insertPoints(db, pk, [{ key: 'loss', step: 1, value: 1e-7 }]);
  });
  const [a, b] = records(
    workbench.runsCsv(RunQuery.parse({ sort: { key: 'name', descending: false }, limit: 1 })),
  );
  expect(a).toMatchObject({
    id,
    name: 'a',
    state: 'queued',
    tags: 'x y',
    parent: '',
    heldOut: '0',
    images: '64',
    'accuracy:overall': '0.25',
    'best:overall': '0.5',
    'metric:loss': '1e-7',
    'spec:seed': '7',
    'spec:training.optimizer.learningRate': '0.001',
    'spec:dataset.parts.0.kind': 'bump2d',
    'spec:dataset.heldOut': '[]',
    'spec:model.widths': '[4,8]',
  });
  expect(b).toMatchObject({ name: 'b', parent: id, 'accuracy:overall': '', 'metric:loss': '' });
  expect(JSON.parse(b!['spec:dataset.heldOut']!)).toEqual(heldOut);
  // Put together again, the columns are the spec.
  const leaves = Object.keys(a!).filter((column) => column.startsWith('spec:'));
  for (const column of leaves) {
    const value = column
      .slice('spec:'.length)
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], workbench.showRun(id).spec);
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
    expect(a![column], column).toBe(text);
  }
});

test('whatever stands in a note comes back as it was', () => {
  const workbench = testWorkbench();
  const { id } = workbench.createRun({ spec: testSpec(), name: 'say "a, b"' });
  const text = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'x', ' ', 'é', '=') });
  fc.assert(
    fc.property(text, (note) => {
      workbench.note(id, note);
      expect(records(workbench.runsCsv(RunQuery.parse({})))).toMatchObject([{ note, name: 'say "a, b"' }]);
    }),
    { numRuns: 40 },
  );
});

test('without runs there is still a header', () => {
  const [header, ...rows] = parseCsv(testWorkbench().runsCsv(RunQuery.parse({})));
  expect(header).toContain('state');
  expect(rows).toEqual([]);
});
