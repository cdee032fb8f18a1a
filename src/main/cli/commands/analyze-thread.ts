import { Worker } from 'node:worker_threads';
import { CliffordError, type ErrorData, invalid } from '../../../core/base/errors.ts';
import { storageError } from '../../../files/storage-error.ts';
import { listenForInterrupts } from '../interrupts.ts';
import type { Terminal } from '../output.ts';
import type { Measured, MeasureRequest } from './analyze-measure.ts';

/** What the thread says. */
export type MeasureMessage =
  | { readonly type: 'notice'; readonly sentence: string }
  | { readonly type: 'progress'; readonly phase: 'reading' | 'measuring'; readonly fraction: number }
  | { readonly type: 'result'; readonly document: Measured[MeasureRequest['kind']] }
  | { readonly type: 'error'; readonly error: ErrorData };

/**
 * Measures in a thread of its own, with progress and notices on stderr. An interrupt ends the thread.
 * @throws CliffordError what the measurement throws, or CANCELLED
 */
export async function measureInThread<K extends MeasureRequest['kind']>(
  request: Extract<MeasureRequest, { kind: K }>,
  terminal: Terminal,
): Promise<Measured[K]> {
  const entry = import.meta.url.endsWith('.ts') ? './analyze-worker.ts' : './analyze-worker.js';
  const piped = readsStandardInput(request);
  const worker = new Worker(new URL(entry, import.meta.url), { workerData: request, stdin: piped });
  const progress = showProgress(terminal);
  const { promise, resolve, reject } = Promise.withResolvers<Measured[K]>();
  const interrupts = listenForInterrupts(() =>
    reject(new CliffordError('CANCELLED', `the ${request.kind} analysis was stopped before it had a result`)),
  );
  if (piped) {
    process.stdin.on('error', (error) => reject(storageError(error, 'read', 'standard input')));
    worker.stdin!.on('error', () => {}); // the thread has found a mistake and reads no further
    process.stdin.pipe(worker.stdin!);
  }
  worker.on('message', (message: MeasureMessage) => {
    if (message.type === 'notice') progress.line(message.sentence);
    else if (message.type === 'progress') progress.show(message.phase, message.fraction);
    else if (message.type === 'result') resolve(message.document as Measured[K]);
    else reject(new CliffordError(message.error.code, message.error.message));
  });
  worker.on('error', (error: NodeJS.ErrnoException) => {
    const full = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    reject(full ? invalid(`${request.kind}: got more than memory holds, expected fewer points`) : error);
  });
  worker.on('exit', (code) => reject(new Error(`the analysis thread ended with code ${code}`)));
  try {
    return await promise;
  } finally {
    interrupts.dispose();
    progress.done();
    if (piped) process.stdin.unpipe().pause();
    await worker.terminate();
  }
}

function readsStandardInput(request: MeasureRequest): boolean {
  if (request.kind === 'clusters') return request.sites.path === '-';
  const labels = request.kind === 'pca' ? null : request.labels;
  return request.points.path === '-' || labels?.path === '-';
}

/** Without a terminal to rewrite, a line at most this often. */
const PLAIN_INTERVAL_MS = 5000;

function showProgress(terminal: Terminal) {
  let shown = false;
  let last = -Infinity;
  function clear(): void {
    if (shown) terminal.err('\r\u001b[2K');
    shown = false;
  }
  return {
    done: clear,
    line(sentence: string): void {
      clear();
      terminal.err(`${sentence}\n`);
    },
    show(phase: string, fraction: number): void {
      const text = `${phase} ${Math.floor(100 * fraction)} %`;
      if (terminal.live) {
        terminal.err(`\r\u001b[2K${text}`);
        shown = true;
      } else if (performance.now() - last >= PLAIN_INTERVAL_MS) {
        last = performance.now();
        terminal.err(`${text}\n`);
      }
    },
  };
}
