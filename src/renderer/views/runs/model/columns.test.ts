import { describe, expect, it } from 'vitest';
import { RunSort } from '../../../../shared/contract/runs.ts';
import {
  accuracyColumn,
  columnOf,
  defaultColumns,
  metricColumn,
  metricOf,
  orderSections,
  OWN_COLUMNS,
  parameterOf,
  parameterPath,
  sectionOf,
  specColumn,
} from './columns.ts';

describe('columns', () => {
  it('sort by keys that the contract documents, every one of them', () => {
    // The list of RunSort.key in shared/contract/runs.ts; a key outside of it is refused by the service.
    const documented =
      'created name state progress seed preset heldOut images seconds steps starred queue engine tags note parent';
    for (const key of OWN_COLUMNS) {
      const { sortKey } = columnOf(key, 'last')!;
      expect(documented.split(' ')).toContain(sortKey);
    }
    for (const key of [accuracyColumn('overall'), metricColumn('loss'), specColumn('seed')]) {
      expect(RunSort.parse({ key: columnOf(key, 'last')!.sortKey, descending: true })).toBeTruthy();
    }
  });

  it('of accuracy sort by what they show', () => {
    expect(columnOf('accuracy:overall', 'last')!.sortKey).toBe('accuracy:overall');
    expect(columnOf('accuracy:overall', 'best')!.sortKey).toBe('best:overall');
    expect(columnOf('accuracy:overall', 'both')!.sortKey).toBe('accuracy:overall');
  });

  it('are told apart by kind, whatever the names hold', () => {
    expect(sectionOf(accuracyColumn('spec:strange'))).toBe('spec:strange');
    expect(metricOf(metricColumn('accuracy/overall/both'))).toBe('accuracy/overall/both');
    expect(parameterOf(specColumn('training.batchSize'))).toBe('training.batchSize');
    expect(sectionOf('metric:loss')).toBeNull();
  });

  it('of another version mean nothing rather than something else', () => {
    expect(columnOf('toString', 'last')).toBeNull();
    expect(columnOf('accuracy:', 'last')).toBeNull();
    expect(columnOf('colour', 'last')).toBeNull();
  });
});

it('shows the sections of the paper in its order, others after them by name', () => {
  expect(orderSections(['zone', 'intersection', 'a', 'overall', 'vertical'])).toEqual([
    'overall',
    'vertical',
    'intersection',
    'a',
    'zone',
  ]);
});

it('shows every section by default, up to five', () => {
  const six = ['overall', 'in-distribution', 'vertical', 'horizontal', 'intersection', 'x'];
  const shown = defaultColumns({ sections: six }).filter((key) => sectionOf(key) !== null);
  expect(shown).toEqual(six.slice(0, 5).map(accuracyColumn));
});

it('names list entries as the service does', () => {
  expect(parameterPath('dataset.parts[0].within[12].x')).toBe('dataset.parts.0.within.12.x');
});
