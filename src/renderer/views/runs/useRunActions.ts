import { h } from 'vue';
import { useRouter } from 'vue-router';
import { ElButton, ElMessage, ElMessageBox, ElNotification } from 'element-plus';
import type { RunRow } from '../../../shared/contract/runs.ts';
import { download } from '../../charts/download.ts';
import { service } from '../../service/connection.ts';
import { shown } from '../../service/errors.ts';
import {
  canEnqueue,
  canLeaveQueue,
  canRemove,
  canStop,
  countRuns,
  forEachRun,
  outcomeSentence,
} from './model/actions.ts';
import { queryOfState, type TableState } from './model/tableState.ts';

/** How long an undo is offered. */
const UNDO_MS = 12_000;

export interface Table {
  /** Shows what an action answered. */
  patch(row: RunRow): void;
  refresh(): void;
  /** Runs that left the table are no longer chosen. */
  forget(ids: readonly string[]): void;
}

export type RunActions = ReturnType<typeof useRunActions>;

/** What can be done with runs, each with a sentence on what came of it. */
export function useRunActions(table: Table) {
  const router = useRouter();
  const sentence = (error: unknown): string => shown(error).message;
  const fail = (error: unknown): void =>
    void ElMessage.error({ message: sentence(error), duration: 8000, showClose: true });

  /** One request whose answer is the row. */
  const one = async (request: Promise<RunRow>): Promise<boolean> => {
    try {
      table.patch(await request);
      return true;
    } catch (error) {
      fail(error);
      return false;
    }
  };
  /** The same with many runs, told in one sentence. */
  const each = async (
    runs: readonly RunRow[],
    participle: string,
    action: (run: RunRow) => Promise<unknown>,
  ): Promise<void> => {
    const outcome = await forEachRun(runs, action, sentence);
    const type = outcome.failed.length > 0 ? 'error' : 'success';
    ElMessage({
      type,
      message: outcomeSentence(outcome, participle),
      showClose: type === 'error',
      duration: type === 'error' ? 8000 : 3000,
    });
    table.refresh();
  };

  const restore = async (runs: readonly RunRow[]): Promise<void> => {
    try {
      await service.runs.restore({ ids: runs.map((run) => run.id) });
      table.forget(runs.map((run) => run.id));
      ElMessage.success(`${name(runs)} restored.`);
    } catch (error) {
      fail(error);
    }
    table.refresh();
  };

  return {
    open: (run: Pick<RunRow, 'id'>) => void router.push({ name: 'run', params: { id: run.id } }),
    compare: (ids: Iterable<string>) =>
      void router.push({ name: 'compare', query: { runs: [...ids].join(',') } }),
    star: (run: RunRow) => one(service.runs.star({ id: run.id, starred: !run.starred })),
    rename: (run: RunRow, to: string) => one(service.runs.rename({ id: run.id, name: to })),
    note: (run: RunRow, text: string) => one(service.runs.note({ id: run.id, text })),
    tag: (run: RunRow, change: { add: string[]; remove: string[] }) =>
      one(service.runs.tag({ id: run.id, ...change })),

    enqueue: (runs: readonly RunRow[], place: 'front' | 'back' = 'back') =>
      each(runs.filter(canEnqueue), 'put into the queue', ({ id }) => service.runs.enqueue({ id, place })),
    leaveQueue: (runs: readonly RunRow[]) =>
      each(runs.filter(canLeaveQueue), 'taken out of the queue', ({ id }) => service.queue.leave({ id })),
    /** Asks all at once: each takes its time to checkpoint. */
    stop: async (runs: readonly RunRow[]): Promise<void> => {
      const running = runs.filter(canStop);
      if (running.length === 0) return;
      ElMessage.info(`Stopping ${name(running)}: a checkpoint is written first.`);
      const requests = running.map(({ id }) => service.runs.stop({ id, kill: false }));
      const results = await Promise.allSettled(requests);
      for (const result of results) if (result.status === 'rejected') fail(result.reason);
      table.refresh();
    },
    tagAll: (runs: readonly RunRow[], change: { add: string[]; remove: string[] }) =>
      each(runs, 'tagged', ({ id }) => service.runs.tag({ id, ...change })),

    /** Into the bin, with an undo. */
    remove: async (runs: readonly RunRow[]): Promise<void> => {
      const gone = runs.filter(canRemove);
      const running = runs.length - gone.length;
      if (gone.length === 0) {
        if (running > 0) ElMessage.warning('A run that trains cannot be deleted: stop it first.');
        return;
      }
      try {
        await service.runs.remove({ ids: gone.map((run) => run.id) });
      } catch (error) {
        fail(error);
        table.refresh();
        return;
      }
      table.forget(gone.map((run) => run.id));
      table.refresh();
      const rest = running > 0 ? ` ${countRuns(running)} that trains was left alone.` : '';
      const undo = (): void => {
        toast.close();
        void restore(gone);
      };
      const toast = ElNotification({
        type: 'success',
        title: 'Moved to the bin',
        message: h('span', [
          `${name(gone)} can be restored from there.${rest} `,
          h(ElButton, { size: 'small', class: 'undo', onClick: undo }, () => 'Undo'),
        ]),
        duration: UNDO_MS,
      });
    },
    restore,
    /** For good, after a confirmation that says so. */
    purge: async (runs: readonly RunRow[]): Promise<void> => {
      const what = runs.length === 1 ? `“${runs[0]!.name}”` : countRuns(runs.length);
      const sure = await ElMessageBox.confirm(
        `Checkpoints, models, pictures and all measurements of ${what} are removed from the disk. This cannot be undone.`,
        `Delete ${what} for good?`,
        { type: 'warning', confirmButtonText: 'Delete for good', cancelButtonText: 'Keep', autofocus: false },
      ).then(
        () => true,
        () => false,
      );
      if (!sure) return;
      try {
        await service.runs.purge({ ids: runs.map((run) => run.id) });
        table.forget(runs.map((run) => run.id));
        ElMessage.success(`${name(runs)} deleted for good.`);
      } catch (error) {
        fail(error);
      }
      table.refresh();
    },

    /** All pages of what the table shows. */
    exportCsv: async (state: TableState): Promise<void> => {
      try {
        const { csv } = await service.runs.csv(queryOfState(state));
        download('clifford-runs.csv', csv, 'text/csv');
      } catch (error) {
        fail(error);
      }
    },
  };
}

function name(runs: readonly RunRow[]): string {
  return runs.length === 1 ? runs[0]!.name : countRuns(runs.length);
}
