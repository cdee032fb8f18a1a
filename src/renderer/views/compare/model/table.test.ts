import { describe, expect, it } from 'vitest';
import { comparedRun, evaluation, specWith } from '../testing/runs.ts';
import { comparisonCsv, specCsv, specLines, specTsv, valueText } from './table.ts';

const runs = [
  comparedRun('a', {
    environment: { cpu: 'X' },
    evaluations: [evaluation(10, { overall: 0.5 })],
    row: { latest: { loss: 0.1 } },
  }),
  comparedRun('b', {
    environment: { cpu: 'Y' },
    spec: specWith(
      (spec) =>
        (spec.dataset.heldOut = [{ type: 'band', axis: 'x', range: [2, 3], mode: 'add', name: 'a, "b"' }]),
    ),
  }),
];

describe('specLines', () => {
  it('shows only what differs, and empty where a run has no such field', () => {
    const lines = specLines(runs, { onlyDifferences: true, environment: false });
    expect(lines.every(({ values }) => values[0] !== values[1])).toBe(true);
    expect(lines.find(({ path }) => path === 'dataset.heldOut[0].axis')!.values).toEqual(['', 'x']);
    expect(lines.find(({ path }) => path === 'dataset.heldOut[0].type')!.values).toEqual(['cross', 'band']);
  });

  it('shows what the runs trained on when asked', () => {
    const lines = specLines(runs, { onlyDifferences: true, environment: true });
    expect(lines.at(-1)).toEqual({ path: 'environment.cpu', values: ['X', 'Y'], differs: true });
  });

  it('shows every field without the filter', () => {
    const lines = specLines([runs[0]!], { onlyDifferences: false, environment: false });
    expect(lines.map(({ path }) => path)).toContain('training.batchSize');
    expect(specLines([runs[0]!], { onlyDifferences: true, environment: true })).toEqual([]);
  });

  it('tells null from a field that is not there', () => {
    expect(valueText(null)).toBe('null');
    expect(valueText(undefined)).toBe('');
    expect(valueText([1, [2, 3]])).toBe('[1,[2,3]]');
  });
});

describe('what is copied', () => {
  const lines = specLines(runs, { onlyDifferences: true, environment: false });

  it('has a line for each field and a column for each run, as CSV and with tabs', () => {
    expect(specTsv(runs, lines).split('\n')).toHaveLength(lines.length + 1);
    expect(
      specTsv(runs, lines)
        .split('\n')
        .every((line) => line.split('\t').length === 3),
    ).toBe(true);
    expect(specCsv(runs, lines)).toContain('dataset.heldOut[0].name,,"a, ""b"""');
  });
});

/** Fields of a line of RFC 4180, quotes taken off. */
function split(line: string): string[] {
  const fields = [...`${line},`.matchAll(/(?:"((?:[^"]|"")*)"|([^,"]*)),/g)];
  return fields.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!);
}

describe('comparisonCsv', () => {
  const table = (cursor: number | null) => {
    const [header, ...lines] = comparisonCsv(runs, cursor).trimEnd().split('\r\n').map(split);
    return lines.map((cells) => {
      expect(cells).toHaveLength(header!.length);
      return Object.fromEntries(header!.map((name, i) => [name, cells[i]]));
    });
  };

  it('has parameters, metrics and accuracies of each run', () => {
    const [first, second] = table(null);
    expect(first).toMatchObject({
      id: 'a',
      'spec.training.batchSize': '16',
      'spec.model.widths': '[8,16]',
      'latest.loss': '0.1',
      'evaluation.step': '10',
      'accuracy.overall.both': '0.5',
      'accuracy.overall.both.low': '0.45',
    });
    expect(second).toMatchObject({
      id: 'b',
      'spec.dataset.heldOut[0].name': 'a, "b"',
      'evaluation.step': '',
    });
  });

  it('takes the evaluation at the cursor', () => {
    expect(table(5)[0]).toMatchObject({ 'evaluation.step': '', 'accuracy.overall.both': '' });
  });
});
