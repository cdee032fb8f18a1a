/**
 * Part of the stand-in for `electron`: utility processes, as Node processes that find `process.parentPort` as they
 * would in Electron. As there, the pid comes late, output comes through pipes, and messages may come after the exit.
 */
import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { recorded } from './stand-in-record.ts';

/** Gives the process a `parentPort` over Node's IPC, and nothing else of it. Its threads run this, too. */
const SHIM = `data:text/javascript,${encodeURIComponent(`
  import { EventEmitter } from 'node:events';
  import { isMainThread } from 'node:worker_threads';
  if (isMainThread) {
    const port = new EventEmitter();
    process.on('message', (data) => port.emit('message', { data, ports: [] }));
    process.on('disconnect', () => process.exit(1));
    const send = process.send.bind(process);
    port.postMessage = (message) => void send(message);
    process.parentPort = port;
  }
`)}`;

export function forkUtility(
  entry: string,
  args: string[],
  options: { serviceName: string; execArgv: string[] },
) {
  recorded.push({ name: 'utilityProcess.fork', args: [entry, args, options] });
  const child = fork(entry, args, {
    serialization: 'advanced',
    execArgv: [...options.execArgv, '--import', SHIM],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let exited = false;
  const utility = Object.assign(new EventEmitter(), {
    pid: undefined as number | undefined,
    stdout: child.stdout,
    stderr: child.stderr,
    postMessage(message: unknown) {
      // Electron itself crashes on this one.
      if (exited) throw new Error('postMessage to a utility process that has ended');
      if (child.connected) child.send(message as never, () => undefined);
    },
    kill: () => child.kill('SIGTERM'),
  });
  child.on('spawn', () => {
    utility.pid = child.pid;
    utility.emit('spawn');
  });
  child.on('message', (message) => utility.emit('message', message));
  child.on('exit', (code) => {
    exited = true;
    utility.emit('exit', code ?? 1);
    utility.pid = undefined;
  });
  return utility;
}
