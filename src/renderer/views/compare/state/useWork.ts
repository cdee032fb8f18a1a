import { computed, type ComputedRef, type Ref } from 'vue';
import { z } from 'zod';
import { usePersisted } from '../../../state/persisted.ts';
import { commit, redo, startHistory, undo, type History } from '../model/history.ts';
import { defaultLayout, Layout } from '../model/layout.ts';

const Work = z.object({
  /** Name of the view that the layout was opened from; null for none. */
  view: z.string().nullable(),
  history: z.object({
    past: z.array(Layout),
    now: Layout,
    future: z.array(Layout),
    last: z.object({ what: z.string(), atMs: z.number() }).nullable(),
  }),
  /** Runs whose marks are switched off. */
  hidden: z.array(z.string()),
  /** Of the last comparison, for going back to it. */
  runs: z.array(z.string()),
});

type Work = z.infer<typeof Work>;
/** The schema's arrays are mutable, those of the pure functions are not. */
const stored = (history: History<Layout>): Work['history'] => history as Work['history'];

export interface WorkState {
  /** Resolves when the home was asked for a newer state. */
  readonly ready: Promise<void>;
  readonly layout: ComputedRef<Layout>;
  readonly view: Ref<string | null>;
  readonly hidden: Ref<readonly string[]>;
  readonly lastRuns: Ref<readonly string[]>;
  readonly canUndo: ComputedRef<boolean>;
  readonly canRedo: ComputedRef<boolean>;
  /** @param what names the thing that is changed: quick changes of one thing are one step */
  change(what: string, next: (layout: Layout) => Layout): void;
  undo(): void;
  redo(): void;
  /** Begins with another layout; nothing is left to undo. */
  open(view: string | null, layout: Layout): void;
}

/** The layout at hand with its undo history, kept over reloads and restarts. */
export function useWork(): WorkState {
  const { value: work, ready } = usePersisted('compare/work', Work, () => ({
    view: null,
    history: stored(startHistory(defaultLayout())),
    hidden: [],
    runs: [],
  }));
  const history = (next: (history: History<Layout>) => History<Layout>): void => {
    const changed = next(work.value.history);
    if (changed !== work.value.history) work.value = { ...work.value, history: stored(changed) };
  };
  const part = <K extends 'view' | 'hidden' | 'runs'>(key: K) =>
    computed({
      get: () => work.value[key],
      set: (value) => {
        if (JSON.stringify(value) !== JSON.stringify(work.value[key]))
          work.value = { ...work.value, [key]: value };
      },
    });
  return {
    ready,
    layout: computed(() => work.value.history.now),
    view: part('view'),
    hidden: part('hidden') as Ref<readonly string[]>,
    lastRuns: part('runs') as Ref<readonly string[]>,
    canUndo: computed(() => work.value.history.past.length > 0),
    canRedo: computed(() => work.value.history.future.length > 0),
    change: (what, next) => history((now) => commit(now, next(now.now), what, Date.now())),
    undo: () => history(undo),
    redo: () => history(redo),
    open: (view, layout) => {
      work.value = { ...work.value, view, history: stored(startHistory(layout)) };
    },
  };
}
