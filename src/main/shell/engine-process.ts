import { createWriteStream } from 'node:fs';
import { utilityProcess } from 'electron';
import { ENGINE_GOODBYE } from '../../shared/engine-protocol.ts';
import type { EngineChild, EngineGone, EngineSpawner } from '../workbench/engine-process.ts';

/** Messages that were sent before a crash may be told after the exit. */
const DRAIN_MS = 200;

/**
 * The engine as a utility process: Electron's own kind of Node process, which ends with it and needs no second
 * runtime. Unlike Node's, its pid is known only later and its output comes through pipes.
 */
export const spawnUtility: EngineSpawner = (entry, log): EngineChild => {
  const child = utilityProcess.fork(entry, [], {
    serviceName: 'Clifford engine',
    stdio: ['ignore', 'pipe', 'pipe'],
    execArgv: [],
  });
  const output = createWriteStream(log.file, { flags: 'a' });
  for (const stream of [child.stdout, child.stderr]) stream?.pipe(output, { end: false });
  let pid = child.pid;
  let over = false;
  child.once('spawn', () => (pid = child.pid));
  const gone = new Promise<EngineGone>((resolve) => {
    child.once('exit', (code) => {
      over = true;
      setTimeout(() => {
        output.end(() => resolve({ code, signal: null }));
      }, DRAIN_MS);
    });
  });
  // A log that cannot be written must not end the run; `end` calls back all the same.
  output.on('error', (error) => console.warn(`${log.file}: ${error.message}`));
  return {
    get pid() {
      return pid;
    },
    gone,
    onSpawn(listener) {
      if (child.pid !== undefined) listener(child.pid);
      else child.once('spawn', () => listener(child.pid!));
    },
    onMessage(listener) {
      child.on('message', (message: { type?: unknown } | null) => {
        listener(message);
        if (message?.type === 'ended' && !over) child.postMessage(ENGINE_GOODBYE);
      });
    },
    send(request) {
      // Electron itself crashes on a message to a process that has just ended.
      if (!over) child.postMessage(request);
    },
    kill() {
      if (over) return;
      if (child.pid === undefined) child.once('spawn', () => end(child.pid!));
      else end(child.pid);
    },
  };
};

/** A utility process' own `kill` asks politely, which the engine leaves for its parent to decide. */
function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went by itself, which its exit tells.
  }
}
