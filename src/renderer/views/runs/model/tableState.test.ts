import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunQuery } from '../../../../shared/contract/runs.ts';
import { RunState } from '../../../../shared/records.ts';
import {
  addressOfState,
  changed,
  initialState,
  isFiltered,
  pageCount,
  queryOfState,
  stateOfAddress,
  withoutFilters,
  type TableState,
} from './tableState.ts';

const anyState: fc.Arbitrary<TableState> = fc.record({
  search: fc.string({ maxLength: 40 }),
  states: fc.subarray([...RunState.options]),
  tags: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 4 }),
  starred: fc.boolean(),
  bin: fc.boolean(),
  sort: fc.record({
    key: fc.constantFrom(
      'created',
      'name',
      'accuracy:in-distribution',
      'metric:accuracy/overall/x',
      'spec:a.b.0',
    ),
    descending: fc.boolean(),
  }),
  group: fc.constantFrom(null, 'preset', 'state', 'region', 'specButSeed', 'parent'),
  page: fc.integer({ min: 1, max: 10_000 }),
});

describe('the address of the table', () => {
  it('gives back every state that was written to it', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        expect(stateOfAddress(addressOfState(state))).toEqual(state);
      }),
    );
  });

  it('is empty for the table as it first opens', () => {
    expect(addressOfState(initialState())).toEqual({});
    expect(stateOfAddress({})).toEqual(initialState());
  });

  it('ignores what has no meaning instead of failing', () => {
    const state = stateOfAddress({
      state: 'failed,exploded',
      group: 'colour',
      page: '-3',
      sort: '',
      tag: [null, 'a', 'a'],
      stray: 'x',
    });
    expect(state).toEqual({ ...initialState(), states: ['failed'], tags: ['a'] });
  });

  it('takes the first of a parameter that is given twice', () => {
    expect(stateOfAddress({ q: ['one', 'two'] }).search).toBe('one');
  });
});

describe('the query of the table', () => {
  it('is one that the contract allows, for every state', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const query = queryOfState(state, ['training.batchSize']);
        expect(RunQuery.parse(query)).toEqual(query);
      }),
    );
  });

  it('asks for the rows after those of the pages before', () => {
    expect(queryOfState({ ...initialState(), page: 3 })).toMatchObject({ offset: 200, limit: 100 });
  });

  it('begins at the first page whenever the filter changes, and only then', () => {
    const third = { ...initialState(), page: 3 };
    expect(changed(third, { search: 'a' }).page).toBe(1);
    expect(changed(third, { page: 4 }).page).toBe(4);
  });
});

describe('filters', () => {
  it('are gone after they were cleared, while order and bin stay', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const clear = withoutFilters(state);
        expect(isFiltered(clear)).toBe(false);
        expect(clear).toMatchObject({ sort: state.sort, group: state.group, bin: state.bin });
      }),
    );
  });

  it('do not include the bin, or a search for spaces', () => {
    expect(isFiltered({ ...initialState(), bin: true, search: '  ' })).toBe(false);
    expect(isFiltered({ ...initialState(), starred: true })).toBe(true);
  });
});

it('has a page even when there are no runs, and none too many', () => {
  expect([0, 1, 100, 101, 1000].map(pageCount)).toEqual([1, 1, 1, 2, 10]);
});
