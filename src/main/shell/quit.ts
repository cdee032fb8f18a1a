import { app, dialog, type BrowserWindow } from 'electron';

/** How long checkpoints may take before the user is told, and before they are asked whether to wait. */
const QUIET_MS = 500;
const PATIENCE_MS = 10_000;

export interface QuitOptions {
  /** Asks all that trains here to checkpoint and end; resolves when it has. */
  stopTraining(): Promise<void>;
  /** Ends all that trains here at once; it resumes from its last checkpoint another day. */
  killTraining(): Promise<void>;
  /** How many runs train here. */
  training(): number;
  /** Aborts when the user asks a second time, from a terminal: the same as not to wait. */
  readonly hurry: AbortSignal;
  window(): BrowserWindow | null;
  /** Told that runs are being saved, so that the window does not just stand there. */
  onSaving(runs: number): void;
  warn(sentence: string): void;
}

export interface QuitGuard {
  /** True once nothing is lost by leaving. */
  readonly safe: boolean;
}

/** Lets the program end only when what trains has been checkpointed, or the user would not wait. */
export function guardQuit(options: QuitOptions): QuitGuard {
  let safe = false;
  let leaving = false;
  app.on('before-quit', (event) => {
    if (safe) return;
    event.preventDefault();
    if (leaving) return;
    leaving = true;
    void leave(options).finally(() => {
      safe = true;
      app.quit();
    });
  });
  return {
    get safe() {
      return safe;
    },
  };
}

async function leave(options: QuitOptions): Promise<void> {
  const over = new AbortController();
  const stopped = options.stopTraining().catch((error: Error) => {
    options.warn(`training could not be stopped: ${error.message}`);
  });
  const hurried = new Promise<boolean>((resolve) => {
    if (options.hurry.aborted) resolve(true);
    options.hurry.addEventListener('abort', () => resolve(true));
  });
  const impatient = Promise.race([askAfter(options, over.signal), hurried]).then(async (end) => {
    if (end) await options.killTraining();
  });
  void elapse(QUIET_MS, over.signal).then(() => {
    if (!over.signal.aborted) options.onSaving(options.training());
  });
  impatient.catch((error: Error) => options.warn(`training could not be ended: ${error.message}`));
  // Ended at once, the runs are stopped too; only an error in ending them leaves nothing to wait for.
  await Promise.race([stopped, impatient.then(() => stopped)]).catch(() => {});
  over.abort();
}

/** Resolves with true when the user does not want to wait; never while waiting goes on, false when it is over. */
async function askAfter({ window, training }: QuitOptions, over: AbortSignal): Promise<boolean> {
  for (;;) {
    await elapse(PATIENCE_MS, over);
    if (over.aborted) return false;
    const runs = training();
    const message = {
      type: 'question' as const,
      title: 'Clifford',
      message: runs === 1 ? 'A run is still being saved.' : `${runs} runs are still being saved.`,
      detail:
        'Clifford closes by itself when the checkpoints are written. Closing now takes the runs back to their last ' +
        'checkpoints.',
      buttons: ['Wait', 'Close now'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
      signal: over,
    };
    const parent = window();
    const { response } = await (parent
      ? dialog.showMessageBox(parent, message)
      : dialog.showMessageBox(message));
    if (over.aborted) return false;
    if (response === 1) return true;
  }
}

function elapse(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    over.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
