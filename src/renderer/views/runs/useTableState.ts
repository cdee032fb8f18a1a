import { computed, ref, watch, type ComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { useDebounceFn, useStorage } from '@vueuse/core';
import { usePersisted } from '../../state/persisted.ts';
import { initialLayout, TableLayout } from './model/layout.ts';
import {
  addressOfState,
  changed,
  stateOfAddress,
  type AddressQuery,
  type TableState,
} from './model/tableState.ts';

/** While typing, the address (and with it the request) follows at this pace. */
const TYPING_MS = 150;

/**
 * What the table shows (in the address) and how it looks (in the home). Coming back by the rail finds the table as it
 * was left; an address with a query is taken as it is.
 */
export function useTableState() {
  const route = useRoute();
  const router = useRouter();
  const { value: layout } = usePersisted('layout/runs', TableLayout, initialLayout);
  // Of this browser only: another window of the same home may look at something else.
  const left = useStorage('clifford:runs-query', '');

  const before = Object.keys(route.query).length === 0 ? stateOfAddress(readQuery(left.value)) : null;
  const returning = ref(before !== null);
  if (returning.value && before) {
    void router
      .replace({ name: 'runs', query: addressOfState(before) })
      .finally(() => (returning.value = false));
  }
  const state: ComputedRef<TableState> = computed((was?: TableState) => {
    if (returning.value && before) return before;
    // The view outlives its route for a moment when another is opened.
    if (route.name !== 'runs' && was) return was;
    return stateOfAddress(route.query);
  });
  watch(state, (now) => (left.value = JSON.stringify(addressOfState(now))));

  /** Goes to another state; going back in the browser's history undoes what was chosen, not each letter typed. */
  const change = (part: Partial<TableState>, options: { replace?: boolean } = {}): void => {
    if (route.name !== 'runs') return; // typed a moment before another view was opened
    const query = addressOfState(changed(state.value, part));
    void router[options.replace ? 'replace' : 'push']({ name: 'runs', query });
  };
  const search = useDebounceFn((words: string) => change({ search: words }, { replace: true }), TYPING_MS);
  return { state, layout, change, search };
}

function readQuery(text: string): AddressQuery {
  try {
    const query: unknown = JSON.parse(text);
    return typeof query === 'object' && query !== null ? (query as AddressQuery) : {};
  } catch {
    return {}; // nothing was left, or by another version
  }
}
