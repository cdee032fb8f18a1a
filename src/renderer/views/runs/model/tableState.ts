import { z } from 'zod';
import { RunQuery, RunSort } from '../../../../shared/contract/runs.ts';
import { RunState } from '../../../../shared/records.ts';

/** Rows of one page of the table. */
export const PAGE_SIZE = 100;

export const DEFAULT_SORT: RunSort = { key: 'created', descending: true };

const Group = RunQuery.shape.group.unwrap();

/** What the table shows: filters, order and place. All of it stands in the address, so that it can be shared and gone back to. */
export const TableState = z.object({
  search: z.string().max(500),
  states: z.array(RunState),
  tags: z.array(z.string()),
  starred: z.boolean(),
  /** The bin instead of the history. */
  bin: z.boolean(),
  sort: RunSort,
  group: Group,
  /** From 1. */
  page: z.int().min(1),
});
export type TableState = z.infer<typeof TableState>;

export const initialState = (): TableState => ({
  search: '',
  states: [],
  tags: [],
  starred: false,
  bin: false,
  sort: DEFAULT_SORT,
  group: null,
  page: 1,
});

/** The query part of an address as the router gives it. */
export type AddressQuery = Readonly<Record<string, string | null | readonly (string | null)[] | undefined>>;

/**
 * `?q=words&state=failed,stopped&tag=a&tag=b&star&bin&sort=-accuracy:overall&group=region&page=2`. What is no part of
 * this, or has no meaning (an address from another version), counts as not given.
 */
export function stateOfAddress(query: AddressQuery): TableState {
  const state = initialState();
  state.search = text(query['q']).slice(0, 500);
  const states = text(query['state']).split(',');
  state.states = RunState.options.filter((known) => states.includes(known));
  state.tags = [...new Set(list(query['tag']).filter((tag) => tag !== ''))];
  state.starred = query['star'] !== undefined;
  state.bin = query['bin'] !== undefined;
  const sort = text(query['sort']);
  const key = sort.replace(/^-/, '');
  if (RunSort.shape.key.safeParse(key).success) state.sort = { key, descending: sort.startsWith('-') };
  const group = Group.safeParse(query['group']);
  if (group.success) state.group = group.data;
  const page = Number(text(query['page']));
  if (Number.isSafeInteger(page) && page >= 1) state.page = page;
  return state;
}

/** The shortest address that `stateOfAddress` reads as this state. */
export function addressOfState(state: TableState): Record<string, string | string[] | null> {
  const query: Record<string, string | string[] | null> = {};
  if (state.search !== '') query['q'] = state.search;
  if (state.states.length > 0) query['state'] = state.states.join(',');
  if (state.tags.length > 0) query['tag'] = [...state.tags];
  if (state.starred) query['star'] = null;
  if (state.bin) query['bin'] = null;
  const { key, descending } = state.sort;
  if (key !== DEFAULT_SORT.key || descending !== DEFAULT_SORT.descending) {
    query['sort'] = `${descending ? '-' : ''}${key}`;
  }
  if (state.group !== null) query['group'] = state.group;
  if (state.page !== 1) query['page'] = String(state.page);
  return query;
}

/** The request for the page. @param parameters paths of the spec that columns show */
export function queryOfState(state: TableState, parameters: readonly string[] = []): RunQuery {
  return {
    search: state.search,
    states: state.states,
    tags: state.tags,
    starred: state.starred,
    deleted: state.bin,
    sort: state.sort,
    group: state.group,
    parameters: [...parameters],
    offset: (state.page - 1) * PAGE_SIZE,
    limit: PAGE_SIZE,
  };
}

/** True when runs may be missing from the table because of a filter. */
export function isFiltered(state: TableState): boolean {
  return state.search.trim() !== '' || state.states.length > 0 || state.tags.length > 0 || state.starred;
}

/** Without filters; order, grouping and the bin stay. */
export function withoutFilters(state: TableState): TableState {
  return { ...state, search: '', states: [], tags: [], starred: false, page: 1 };
}

/** A change of what is shown begins at the first page; a change of the page alone does not. */
export function changed(state: TableState, change: Partial<TableState>): TableState {
  return { ...state, page: 1, ...change };
}

export function pageCount(total: number): number {
  return Math.max(1, Math.ceil(total / PAGE_SIZE));
}

function text(value: AddressQuery[string]): string {
  return list(value)[0] ?? '';
}

function list(value: AddressQuery[string]): string[] {
  const all = typeof value === 'string' ? [value] : (value ?? []);
  return all.filter((entry) => entry !== null);
}
