import { RPCHandler } from '@orpc/server/message-port';
import { app, powerMonitor, session, type BrowserWindow } from 'electron';
import type { ShellCommand } from '../../shared/contract/system.ts';
import { listenForInterrupts } from '../cli/interrupts.ts';
import { endNotice } from '../rpc/end-notice.ts';
import { createHost, type HostServices } from '../rpc/host.ts';
import { createRouter, handlerOptions } from '../rpc/router.ts';
import { createAnswer, rendererFolder } from '../serve/answer.ts';
import type { TrainOutcome, Workbench } from '../workbench/api.ts';
import { openWorkbench } from '../workbench/service.ts';
import { overallProgress, watchActivity } from './activity.ts';
import { installMenu } from './app-menu.ts';
import { createPatientBroadcast } from './commands.ts';
import { askWhereToSave } from './downloads.ts';
import { spawnUtility } from './engine-process.ts';
import type { Log } from './log.ts';
import { describeEnd, notify } from './notifications.ts';
import { importBundles } from './open-files.ts';
import { grantPorts } from './port.ts';
import { createAwakeKeeper } from './power.ts';
import { guardQuit } from './quit.ts';
import { createRecent, RecentItems, runOf } from './recent.ts';
import { serveScheme } from './scheme.ts';
import { lockSession } from './security.ts';
import { stored } from './stored.ts';
import { openWindow } from './window.ts';
import { WindowState } from './window-state.ts';

export interface Shell {
  /** Opens the window, or brings it to the front. */
  show(): void;
  /** Imports bundles and shows them. */
  open(files: readonly string[]): void;
  /** Tells the user of a fault that nobody expected. */
  complain(error: Error): void;
}

/**
 * The desktop application once Electron is ready: one workbench, one window over it, and the queue that trains.
 * @throws CliffordError STORAGE when the home cannot be used, UNAVAILABLE when the pages are not built
 */
export function runShell(home: string, log: Log): Shell {
  const workbench = openWorkbench({ home, spawnEngine: spawnUtility, onNotice: log.write });
  const commands = createPatientBroadcast<ShellCommand>();
  const { electron } = process.versions as { electron?: string };
  const host: HostServices = {
    ...createHost({ logFile: log.file, ...(electron === undefined ? {} : { electron }) }),
    commands,
  };
  let window: BrowserWindow | null = null;
  const tell = commands.send;

  // Once Electron is ready, since its own handlers give a process one chance only, and npm sends each Ctrl-C twice.
  const interrupts = listenForInterrupts(() => app.quit());
  const quit = guardQuit({
    stopTraining: () => queue.stop(),
    killTraining: () => killAll(workbench),
    training: () => workbench.queue().running.length,
    hurry: interrupts.kill,
    window: () => window,
    onSaving: (runs) => tell(savingNotice(runs)),
    warn: log.write,
  });

  const { defaultSession } = session;
  lockSession(defaultSession);
  serveScheme(defaultSession, createAnswer(workbench, host, rendererFolder()));
  askWhereToSave(defaultSession, tell);
  const rpc = new RPCHandler(createRouter(workbench, host), handlerOptions);
  grantPorts({
    page: () => window?.webContents ?? null,
    serve: (port) => rpc.upgrade(port, { context: {} }),
    warn: log.write,
  });

  const kept = stored(workbench, 'shell/window', WindowState.nullable(), null, log.write);
  const recent = createRecent(stored(workbench, 'shell/recent', RecentItems, [], log.write), workbench, () =>
    menu.refresh(),
  );
  const show = (): void => {
    if (window) {
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      return;
    }
    window = openWindow({
      kept,
      warn: log.write,
      onNavigate(address) {
        const id = runOf(address);
        if (id !== null) recent.add({ kind: 'run', id });
      },
      mayClose() {
        // The window stays while runs are saved; on macOS the application lives on without one.
        if (process.platform === 'darwin' || quit.safe) return true;
        app.quit();
        return false;
      },
    });
    window.on('closed', () => (window = null));
  };
  const open = (files: readonly string[]): void => {
    if (files.length === 0) return;
    show();
    void importBundles(files, workbench, tell, (file) => recent.add({ kind: 'bundle', file }));
  };
  const menu = installMenu({
    workbench,
    log,
    recent,
    window: () => window,
    tell,
    send(command) {
      show();
      tell(command);
    },
    open,
  });

  const queue = workbench.runQueue({ onEnd: (outcome) => announce(outcome) });
  const announce = (outcome: TrainOutcome): void => {
    const notice = endNotice(outcome);
    if (notice) tell(notice);
    const message = describeEnd(outcome);
    // Who looks at the window sees the notice there.
    if (message === null || window?.isFocused()) return;
    notify(message, () => {
      show();
      tell({ type: 'navigate', to: `/runs/${outcome.run.id}` });
    });
  };

  const awake = createAwakeKeeper();
  const unwatch = watchActivity(
    workbench,
    (activity) => {
      awake.keep(activity.running.length > 0);
      window?.setProgressBar(overallProgress(activity) ?? -1);
      menu.showQueue(activity);
    },
    log.write,
  );

  app.on('activate', show);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('child-process-gone', (_event, { type, reason, name }) => {
    if (reason !== 'clean-exit') log.write(`${name ?? type} ended: ${reason}`);
  });
  // Before the machine goes down: the same as any other end, as far as the system waits.
  powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
    event?.preventDefault();
    app.quit();
  });
  app.on('will-quit', () => {
    unwatch();
    interrupts.dispose();
    awake.keep(false);
    host.downloads.dispose();
    workbench.close();
  });

  return {
    show,
    open,
    complain: (error) =>
      tell({ type: 'notice', level: 'error', text: `something went wrong: ${error.message}`, runId: null }),
  };
}

function savingNotice(runs: number): ShellCommand {
  const text = runs === 1 ? 'saving a run before closing …' : `saving ${runs} runs before closing …`;
  return { type: 'notice', level: 'info', text, runId: null };
}

async function killAll(workbench: Workbench): Promise<void> {
  await Promise.all(workbench.queue().running.map(({ id }) => workbench.stop(id, 10_000, { kill: true })));
}
