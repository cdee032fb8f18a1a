import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { app, dialog } from 'electron';
import { defaultHome } from '../workbench/home.ts';
import { openLog, type Log } from './log.ts';
import { bundlesIn, isBundle } from './open-files.ts';
import { registerScheme } from './scheme.ts';
import { lockContents } from './security.ts';
import { runShell, type Shell } from './shell.ts';

/**
 * All that must happen before Electron is ready, in this order; then the workbench opens. One instance runs for each
 * home: a second one hands its files to the first and leaves.
 */
export function startShell(argv: readonly string[] = process.argv): void {
  registerScheme();
  app.enableSandbox();
  lockContents();
  app.setName('Clifford');
  // Notifications of Windows bear this name's icon.
  app.setAppUserModelId('clifford.workbench');

  const home = homeIn(argv) ?? defaultHome();
  const log = openLog(home);
  let shell: Shell | undefined;
  try {
    keepDataIn(home, log);
  } catch (error) {
    return giveUp(error, log);
  }
  if (!app.requestSingleInstanceLock()) return app.quit();

  const early = bundlesIn(argv.slice(1), process.cwd());
  const open = (files: readonly string[]): void => {
    if (shell) shell.open(files);
    else early.push(...files);
  };
  app.on('second-instance', (_event, otherArgv, folder) => {
    shell?.show();
    open(bundlesIn(otherArgv.slice(1), folder));
  });
  app.on('open-file', (event, file) => {
    event.preventDefault();
    if (isBundle(file)) open([file]);
  });
  process.on('uncaughtException', (error) => {
    log.write(error.stack ?? error.message);
    if (shell) shell.complain(error);
    else giveUp(error, log);
  });
  process.on('unhandledRejection', (reason) => {
    log.write(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
  });
  app
    .whenReady()
    .then(() => {
      shell = runShell(home, log);
      shell.show();
      shell.open(early);
    })
    .catch((error: unknown) => giveUp(error, log));
}

/** `--home FOLDER`, as on the command line. */
export function homeIn(argv: readonly string[]): string | null {
  for (const [i, argument] of argv.entries()) {
    if (argument === '--home' && argv[i + 1] !== undefined) return path.resolve(argv[i + 1]!);
    if (argument.startsWith('--home=')) return path.resolve(argument.slice('--home='.length));
  }
  return null;
}

/** Chromium's own files go into the home too: one folder holds everything, and a second home is a second instance. */
function keepDataIn(home: string, log: Log): void {
  const folder = path.join(home, 'window');
  mkdirSync(folder, { recursive: true });
  app.setPath('userData', folder);
  app.setPath('sessionData', folder);
  app.setAppLogsPath(log.folder);
}

function giveUp(error: unknown, log: Log): void {
  const message = error instanceof Error ? error.message : String(error);
  log.write(`cannot start: ${message}`);
  dialog.showErrorBox('Clifford cannot start', message);
  app.exit(1);
}
