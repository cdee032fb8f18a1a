import { implement } from '@orpc/server';
import { CliffordError } from '../../core/base/errors.ts';
import { runsContract } from '../../shared/contract/runs.ts';
import { mapErrors } from './errors.ts';
import type { RpcContext } from './router.ts';

const os = implement(runsContract);

export function runsHandlers({ workbench }: RpcContext) {
  const create = (input: Parameters<typeof workbench.createRun>[0], start: 'front' | 'back' | 'none') => {
    const { id } = workbench.createRun(input);
    return start === 'none' ? workbench.rowOf(id) : workbench.enqueue(id, start);
  };
  const each = (ids: readonly string[], action: (id: string) => unknown): string[] => {
    for (const id of ids) action(id);
    return [...ids];
  };
  return os.router({
    page: os.page.handler(({ input }) => workbench.pageRuns(input)),
    rows: os.rows.handler(({ input }) => input.ids.flatMap((id) => rowIfKnown(id))),
    csv: os.csv.handler(({ input }) => ({ csv: workbench.runsCsv(input) })),
    get: os.get.handler(({ input }) => workbench.viewRun(input.id)),
    series: os.series.handler(({ input: { id, keys, maxPoints } }) =>
      workbench.seriesOf(id, keys ? { keys, maxPoints } : { maxPoints }),
    ),
    watch: os.watch.handler(({ input, signal }) =>
      mapErrors(workbench.watchRun(input.id, input.cursor, signal)),
    ),
    changes: os.changes.handler(({ signal }) => mapErrors(workbench.watchChanges(signal))),
    create: os.create.handler(({ input: { spec, name, preset, tags, start } }) =>
      create({ spec, ...given({ name, preset, tags }) }, start),
    ),
    fork: os.fork.handler(({ input: { id, spec, name, start } }) =>
      create({ spec, parent: id, ...given({ name }) }, start),
    ),
    enqueue: os.enqueue.handler(({ input }) => workbench.enqueue(input.id, input.place)),
    stop: os.stop.handler(async ({ input: { id, kill } }) => ({
      state: await workbench.stop(id, 60_000, { kill }),
    })),
    rename: os.rename.handler(({ input }) => rowAfter(workbench.rename(input.id, input.name))),
    note: os.note.handler(({ input }) => rowAfter(workbench.note(input.id, input.text))),
    tag: os.tag.handler(({ input: { id, add, remove } }) => rowAfter(workbench.tag(id, { add, remove }))),
    star: os.star.handler(({ input }) => rowAfter(workbench.star(input.id, input.starred))),
    remove: os.remove.handler(({ input }) => ({ removed: each(input.ids, (id) => workbench.remove(id)) })),
    restore: os.restore.handler(({ input }) => ({
      restored: each(input.ids, (id) => workbench.restore(id)),
    })),
    purge: os.purge.handler(({ input }) => ({ purged: each(input.ids, (id) => workbench.purge(id)) })),
    lineage: os.lineage.handler(({ input }) => workbench.lineage(input.id)),
    samples: os.samples.handler(({ input: { id, step, final } }) =>
      workbench.evaluationSamples(id, step, final),
    ),
    evaluations: os.evaluations.handler(({ input }) =>
      Object.fromEntries(input.ids.map((id) => [id, workbench.showRun(id).evaluations])),
    ),
  });

  function rowIfKnown(id: string) {
    try {
      return [workbench.rowOf(id)];
    } catch (error) {
      if (error instanceof CliffordError && error.code === 'NOT_FOUND') return [];
      throw error;
    }
  }

  function rowAfter({ id }: { id: string }) {
    return workbench.rowOf(id);
  }
}

/** Without the fields that were not given: optional fields may be absent, never undefined. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
