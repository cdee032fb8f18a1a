import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import type { RunPage, RunRow } from '../../../shared/contract/runs.ts';
import { service } from '../../service/connection.ts';
import { shown, type ShownError } from '../../service/errors.ts';
import { useStream } from '../../service/stream.ts';
import { linesOfPage, type Line } from './model/lines.ts';
import { pageCount, queryOfState, type TableState } from './model/tableState.ts';

type Known = RunPage['known'];
const NOTHING_KNOWN: Known = { tags: [], sections: [], metrics: [], states: {} };

/**
 * The page of the table that a state asks for, kept up to date. A refresh keeps every line that is still there, so
 * nothing that hangs on rows (scroll, focus, an open editor) is lost by it.
 */
export function useRunsPage(
  state: Readonly<Ref<TableState>>,
  parameters: Readonly<Ref<readonly string[]>>,
  setPage: (page: number) => void,
) {
  const lines = shallowRef<readonly Line[]>([]);
  const folded = ref<ReadonlySet<string>>(new Set());
  const total = ref(0);
  const known = shallowRef<Known>(NOTHING_KNOWN);
  const error = ref<ShownError | null>(null);
  /** `loading`: nothing of this state is there yet. */
  const status = ref<'loading' | 'ready'>('loading');
  /** Rows as last heard of, also those of pages that were left: the selection may hold them. */
  const rows = new Map<string, RunRow>();
  /** Grows with each answer: for what is derived of `rows`. */
  const answers = ref(0);
  let latest: RunPage | null = null;

  const draw = (): void => {
    if (latest) lines.value = linesOfPage(latest, folded.value, lines.value);
  };
  watch(folded, draw);

  const take = (page: RunPage): void => {
    latest = page;
    for (const row of page.rows) rows.set(row.id, row);
    answers.value++;
    total.value = page.total;
    if (JSON.stringify(page.known) !== JSON.stringify(known.value)) known.value = page.known;
    error.value = null;
    status.value = 'ready';
    draw();
    // The page may be gone: runs were deleted, or the address was old.
    if (state.value.page > pageCount(page.total)) setPage(pageCount(page.total));
  };

  let asked: AbortController | null = null;
  let again = false;
  const ask = async (): Promise<void> => {
    const abort = (asked = new AbortController());
    again = false;
    try {
      const page = await service.runs.page(queryOfState(state.value, parameters.value), {
        signal: abort.signal,
      });
      if (asked === abort) take(page);
    } catch (problem) {
      if (asked !== abort) return;
      const said = shown(problem);
      // What was read stays; the frame says that the connection is lost, and the stream asks again.
      if (said.code !== 'LOST' || latest === null) error.value = said;
      status.value = 'ready';
    } finally {
      if (asked === abort) {
        asked = null;
        if (again) void ask();
      }
    }
  };
  /** Reads what is shown anew; while an answer is awaited, once more after it. */
  const refresh = (): void => {
    if (asked) again = true;
    else void ask();
  };

  // Another question: what was asked before is of no use.
  const question = computed(() => JSON.stringify(queryOfState(state.value, parameters.value)));
  watch(
    question,
    () => {
      asked?.abort();
      status.value = latest === null ? 'loading' : 'ready';
      void ask();
    },
    { immediate: true },
  );

  let stale = false;
  useStream(
    (signal) => service.runs.changes(undefined, { signal }),
    () => {
      // A window that nobody sees need not keep up; it does when it is seen again.
      if (document.hidden) stale = true;
      else refresh();
    },
  );
  const seen = (): void => {
    if (!document.hidden && stale) {
      stale = false;
      refresh();
    }
  };
  document.addEventListener('visibilitychange', seen);
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', seen);
    asked?.abort();
  });

  /** Shows what an action answered, before the next refresh says the same. */
  const patch = (row: RunRow): void => {
    rows.set(row.id, row);
    answers.value++;
    const line = lines.value.find((other) => other.key === row.id);
    if (line?.kind === 'run') line.row.value = row;
    if (latest) latest = { ...latest, rows: latest.rows.map((other) => (other.id === row.id ? row : other)) };
  };
  const fold = (key: string): void => {
    const next = new Set(folded.value);
    if (!next.delete(key)) next.add(key);
    folded.value = next;
  };
  return { lines, total, known, error, status, rows, answers, refresh, patch, fold };
}
