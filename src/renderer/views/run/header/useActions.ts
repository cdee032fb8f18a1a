import { ref } from 'vue';
import { ElMessage, ElMessageBox } from 'element-plus';
import type { RunRow } from '../../../../shared/contract/runs.ts';
import { service } from '../../../service/connection.ts';
import { shown } from '../../../service/errors.ts';
import { useRunActions } from '../../runs/useRunActions.ts';
import type { RunContext } from '../runContext.ts';

/** What can be done with the run of this page: what the table of runs offers, and what only makes sense here. */
export function useActions({ id, live }: Pick<RunContext, 'id' | 'live'>) {
  const reload = (): void => void live.reload().catch(() => {}); // the stream tells what is wrong
  const actions = useRunActions({
    patch(row: RunRow) {
      live.row.value = row;
      reload();
    },
    refresh: reload,
    forget: () => {},
  });
  /** Asked to stop: it writes its checkpoint first. */
  const stopping = ref(false);

  async function stop(kill: boolean): Promise<void> {
    stopping.value = true;
    try {
      const { state } = await service.runs.stop({ id, kill });
      if (state === 'running') ElMessage.warning('It has not stopped within a minute; it was asked to.');
    } catch (error) {
      ElMessage.error({ message: shown(error).message, duration: 8000, showClose: true });
    } finally {
      stopping.value = false;
      reload();
    }
  }

  return {
    ...actions,
    stopping,
    stop: () => stop(false),
    kill: async (): Promise<void> => {
      const lost = 'What was trained since the last checkpoint is lost; it can be resumed from there.';
      const sure = await ElMessageBox.confirm(lost, 'End the engine at once?', {
        type: 'warning',
        confirmButtonText: 'End it',
        cancelButtonText: 'Let it train',
      }).catch(() => null);
      if (sure !== null) await stop(true);
    },
  };
}
