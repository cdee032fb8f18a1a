import { toErrorData } from '../../core/base/errors.ts';

/** Where a command writes. Tests pass their own. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether stderr is a terminal on which a line can be rewritten. */
  readonly live: boolean;
  readonly columns: number;
}

export function processTerminal(): Terminal {
  // `clifford runs list | head` closes the pipe early: nobody reads on, so end without a complaint.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    live: process.stderr.isTTY === true && process.env['TERM'] !== 'dumb',
    get columns() {
      return process.stderr.columns ?? 100;
    },
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
