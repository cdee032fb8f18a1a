import { ref } from 'vue';
import { ElMessage, ElNotification } from 'element-plus';
import { ImportAnswer, type BundleContents } from '../../../shared/contract/bundles.ts';
import type { RunRow } from '../../../shared/contract/runs.ts';
import { service } from '../../service/connection.ts';
import { shown } from '../../service/errors.ts';
import { importSentence, sortFiles } from './model/bundleFiles.ts';

/** Run bundles in and out. */
export function useBundles(refresh: () => void) {
  /** What is being read or written, for a progress bar; null when nothing is. */
  const work = ref<{ title: string; fraction: number | null } | null>(null);
  let abort: AbortController | null = null;

  /** Imports one after the other; each says what became of it. */
  const importFiles = async (files: readonly File[]): Promise<void> => {
    const { bundles, refusal } = sortFiles(files);
    if (refusal !== null) ElMessage.warning({ message: refusal, duration: 8000, showClose: true });
    if (bundles.length === 0) return;
    await under(async (signal) => {
      for (const file of bundles) {
        work.value = { title: `Importing ${file.name}`, fraction: null };
        const said = importSentence(file.name, await post(file, signal));
        ElNotification({ title: 'Import', ...said, duration: said.type === 'error' ? 0 : 6000 });
        refresh();
      }
    });
  };

  /** One file for each run; the browser (or the shell) is handed each when it is whole. */
  const exportRuns = async (runs: readonly RunRow[], contents: BundleContents): Promise<void> => {
    await under(async (signal) => {
      for (const [i, run] of runs.entries()) {
        const title = `Exporting ${run.name}${runs.length > 1 ? ` (${i + 1} of ${runs.length})` : ''}`;
        work.value = { title, fraction: 0 };
        for await (const event of await service.bundles.export({ id: run.id, contents }, { signal })) {
          if (event.type === 'progress') work.value = { title, fraction: event.fraction };
          else save(event.address, event.fileName);
        }
      }
    });
  };

  async function under(action: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (work.value !== null) {
      ElMessage.warning(`Wait for this to end first: ${work.value.title}.`);
      return;
    }
    const { signal } = (abort = new AbortController());
    try {
      await action(signal);
    } catch (error) {
      if (!signal.aborted)
        ElMessage.error({ message: shown(error).message, duration: 8000, showClose: true });
    } finally {
      work.value = null;
    }
  }
  return { work, importFiles, exportRuns, cancel: () => abort?.abort() };
}

async function post(file: File, signal: AbortSignal): Promise<ImportAnswer> {
  const response = await fetch('/bundles', { method: 'POST', body: file, signal });
  return ImportAnswer.parse(await response.json());
}

function save(address: string, fileName: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
}
