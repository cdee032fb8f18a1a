import { clipboard, dialog, Menu, shell, type BrowserWindow } from 'electron';
import type { QueueView } from '../../shared/contract/queue.ts';
import type { ShellCommand } from '../../shared/contract/system.ts';
import type { Workbench } from '../workbench/api.ts';
import { issueReport, showAbout } from './about.ts';
import type { Log } from './log.ts';
import { menuTemplate, type MenuActions } from './menu.ts';
import { BUNDLE_EXTENSION } from './open-files.ts';
import type { Recent } from './recent.ts';

export interface MenuOptions {
  workbench: Workbench;
  log: Log;
  recent: Recent;
  window(): BrowserWindow | null;
  /** Tells the page, if there is one. */
  tell(command: ShellCommand): void;
  /** Tells the page, in a window that is opened if there is none. */
  send(command: ShellCommand): void;
  open(files: readonly string[]): void;
}

export interface AppMenu {
  refresh(): void;
  showQueue(queue: Pick<QueueView, 'paused' | 'running'>): void;
}

/** Puts the menu up and keeps it true. */
export function installMenu(options: MenuOptions): AppMenu {
  const { workbench, recent } = options;
  let queue = { paused: false, running: 0 };
  const refresh = (): void => {
    const state = { platform: process.platform, recent: recent.list(), queue };
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(state, actions)));
  };
  const failing = (what: string, action: () => unknown) => () =>
    void Promise.resolve()
      .then(action)
      .catch((error: Error) => {
        options.tell({ type: 'notice', level: 'error', text: `${what}: ${error.message}`, runId: null });
      });

  const actions: MenuActions = {
    send: options.send,
    importBundle: failing('importing', async () => options.open(await askForBundles(options.window()))),
    openRecent(item) {
      if (item.kind === 'run') options.send({ type: 'navigate', to: `/runs/${item.id}` });
      else options.open([item.file]);
    },
    clearRecent: () => recent.clear(),
    pauseQueue: (paused) => failing('the queue', () => workbench.setQueue({ paused }))(),
    stopAll: failing('stopping', () =>
      Promise.all(workbench.queue().running.map(({ id }) => workbench.stop(id))),
    ),
    showAbout: () => void showAbout(options.window()),
    openLogs: failing('the logs folder', () => openFolder(options.log.folder)),
    openHome: failing('the home folder', () => openFolder(workbench.home)),
    copyReport: failing('the report', async () => {
      clipboard.writeText(await issueReport(workbench.home));
      const text = 'the text of a report was copied: paste it into an issue';
      options.tell({ type: 'notice', level: 'success', text, runId: null });
    }),
  };
  refresh();
  return {
    refresh,
    showQueue({ paused, running }) {
      if (paused === queue.paused && running.length === queue.running) return;
      queue = { paused, running: running.length };
      refresh();
    },
  };
}

async function askForBundles(window: BrowserWindow | null): Promise<string[]> {
  const options = {
    title: 'Import run bundles',
    properties: ['openFile' as const, 'multiSelections' as const],
    filters: [{ name: 'Run bundles', extensions: [BUNDLE_EXTENSION] }],
  };
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options));
  return canceled ? [] : filePaths;
}

/** Only folders of our own are ever handed to the system. */
async function openFolder(folder: string): Promise<void> {
  const problem = await shell.openPath(folder);
  if (problem !== '') throw new Error(problem);
}
