import { CliffordError, toErrorData } from '../../core/base/errors.ts';

/** Where a command writes. Tests pass their own. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /**
   * Resolves when everything is written, or nobody reads it any more.
   * @throws CliffordError STORAGE when standard output did not take the result (a full disk)
   */
  flushed(): Promise<void>;
  /** Whether stderr is a terminal on which a line can be rewritten. */
  readonly live: boolean;
  readonly columns: number;
}

export function processTerminal(
  streams: Pick<NodeJS.Process, 'stdout' | 'stderr'> = process,
  env: NodeJS.ProcessEnv = process.env,
): Terminal {
  const stdout = writerTo(streams.stdout);
  const stderr = writerTo(streams.stderr);
  return {
    out: stdout.write,
    err: stderr.write,
    async flushed() {
      await Promise.all([stdout.flushed(), stderr.flushed()]);
      const failure = stdout.failure();
      if (failure === null || READER_GONE.has(failure.code ?? '')) return;
      throw new CliffordError(
        'STORAGE',
        `standard output: got ${failure.message}, expected a place that takes the result`,
        { cause: failure },
      );
    },
    live: streams.stderr.isTTY === true && env['TERM'] !== 'dumb',
    get columns() {
      return streams.stderr.columns ?? 100;
    },
  };
}

/** A pipe whose other end was closed: `clifford runs list | head -1`. EOF is Windows' word for it. */
const READER_GONE: ReadonlySet<string> = new Set(['EPIPE', 'EOF']);

/**
 * Writes until the stream fails and not after: whoever stops reading loses the rest, but must not end the
 * training that reports it.
 */
function writerTo(stream: NodeJS.WritableStream) {
  let failure: NodeJS.ErrnoException | null = null;
  let last = Promise.resolve();
  const fail = (error: NodeJS.ErrnoException | null | undefined) => (failure ??= error ?? null);
  stream.on('error', fail); // without a listener the stream throws it
  return {
    write(text: string): void {
      if (failure !== null) return;
      // Writes complete in order, so that the last one stands for all.
      last = new Promise((resolve) => {
        stream.write(text, (error) => {
          fail(error);
          resolve();
        });
      });
    },
    flushed: () => last,
    failure: () => failure,
  };
}

/** One command's result: one JSON document with --json, else text for a reader. */
export function report(terminal: Terminal, json: boolean, document: unknown, text: () => string): void {
  if (json) terminal.out(`${JSON.stringify(document, null, 2)}\n`);
  else {
    const shown = text();
    if (shown !== '') terminal.out(shown.endsWith('\n') ? shown : `${shown}\n`);
  }
}

/**
 * An error: one sentence on stderr; with --json also as the one document on stdout, so that a script that
 * parses stdout never finds it empty.
 */
export function reportError(terminal: Terminal, json: boolean, error: unknown): void {
  const data = toErrorData(error);
  if (json) terminal.out(`${JSON.stringify({ error: data }, null, 2)}\n`);
  terminal.err(`clifford: ${data.message}\n`);
  if (data.code !== 'INTERNAL') return;
  if (process.env['CLIFFORD_DEBUG'] !== undefined && error instanceof Error) terminal.err(`${error.stack}\n`);
  else terminal.err('This is a bug in Clifford; with CLIFFORD_DEBUG=1 the place is shown.\n');
}
