import { computed, watch, type ComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { useDebounceFn } from '@vueuse/core';
import { usePersisted } from '../../state/persisted.ts';
import { initialLayout, TableLayout } from './model/layout.ts';
import { addressOfState, changed, stateOfAddress, type TableState } from './model/tableState.ts';

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

  const state: ComputedRef<TableState> = computed((before?: TableState) => {
    // The view outlives its route for a moment when another is opened.
    if (route.name !== 'runs' && before) return before;
    return stateOfAddress(route.query);
  });

  if (Object.keys(route.query).length === 0 && layout.value.query !== '') {
    void router.replace({ name: 'runs', query: Object.fromEntries(readQuery(layout.value.query)) });
  }
  watch(state, (now) => {
    const query = JSON.stringify(addressOfState(now));
    if (layout.value.query !== query) layout.value = { ...layout.value, query };
  });

  /** Goes to another state; going back in the browser's history undoes what was chosen, not each letter typed. */
  const change = (part: Partial<TableState>, options: { replace?: boolean } = {}): void => {
    const query = addressOfState(changed(state.value, part));
    void router[options.replace ? 'replace' : 'push']({ name: 'runs', query });
  };
  const search = useDebounceFn((words: string) => change({ search: words }, { replace: true }), TYPING_MS);
  return { state, layout, change, search };
}

function readQuery(text: string): [string, string | string[] | null][] {
  try {
    const query: unknown = JSON.parse(text);
    return typeof query === 'object' && query !== null
      ? (Object.entries(query) as [string, string | string[] | null][])
      : [];
  } catch {
    return []; // another version's
  }
}
