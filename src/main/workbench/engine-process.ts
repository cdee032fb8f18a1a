import { fork, type ChildProcess } from 'node:child_process';
import type { EngineRequest } from '../../shared/engine-protocol.ts';

/** A process that runs an engine entry, as the supervisor needs it; hosts differ in how they make one. */
export interface EngineChild {
  /** Undefined before the process runs; some hosts know it only later (see `onSpawn`). */
  readonly pid: number | undefined;
  /** Resolves when the process is gone and its last messages have been delivered; never rejects. */
  readonly gone: Promise<EngineGone>;
  /** Calls back once the process has a pid: at once if it has. Never for one that could not be started. */
  onSpawn(listener: (pid: number) => void): void;
  onMessage(listener: (message: unknown) => void): void;
  /** A message to a process that is gone is dropped: its end is told by `gone`. */
  send(request: EngineRequest): void;
  /** Ends the process at once. */
  kill(): void;
}

export interface EngineGone {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Why there was no process in the first place. */
  error?: string;
}

/** Where all that the process prints goes. */
export interface EngineLog {
  readonly file: string;
  /** The same file, open for appending until the spawner returns. */
  readonly fd: number;
}

/** Starts a process that runs the module and speaks shared/engine-protocol.ts. May throw. */
export type EngineSpawner = (entry: string, log: EngineLog) => EngineChild;

/** A Node process, over Node's IPC. */
export const forkEngine: EngineSpawner = (entry, log) => {
  const child = fork(entry, [], {
    serialization: 'advanced',
    // The child writes to the file itself, so that its last words are kept even if this process is gone.
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
    // Flags of this process (a debugger's port, a test runner's loader) are not the engine's.
    execArgv: [],
  });
  return {
    pid: child.pid,
    gone: gone(child),
    onSpawn(listener) {
      if (child.pid !== undefined) listener(child.pid);
    },
    onMessage: (listener) => void child.on('message', listener),
    send(request) {
      if (child.connected) child.send(request, () => undefined);
    },
    kill: () => void child.kill('SIGKILL'),
  };
};

async function gone(child: ChildProcess): Promise<EngineGone> {
  const drained = new Promise<void>((resolve) => {
    if (!child.connected) resolve();
    child.once('disconnect', () => resolve());
  });
  const end = await new Promise<EngineGone>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    // Without a pid there was no start and there will be no exit; any other error is told by the exit.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, error: error.message });
    });
  });
  if (end.error !== undefined) return end;
  // Messages may come after `exit`; a grandchild that inherited the channel would keep it open for ever.
  const patience = new Promise<void>((resolve) => setTimeout(resolve, 5000).unref());
  await Promise.race([drained, patience]);
  return end;
}
