import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

const LIMIT_BYTES = 1_000_000;

export interface Log {
  readonly folder: string;
  readonly file: string;
  write(sentence: string): void;
}

/** The window's own log: what went wrong in it and what it was told to tell. One file and the one before. */
export function openLog(home: string): Log {
  const folder = path.join(home, 'logs');
  const file = path.join(folder, 'window.log');
  return {
    folder,
    file,
    write(sentence) {
      const line = `${new Date().toISOString()} ${sentence}\n`;
      process.stderr.write(`clifford: ${sentence}\n`);
      try {
        mkdirSync(folder, { recursive: true });
        if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LIMIT_BYTES) {
          renameSync(file, `${file}.1`);
        }
        appendFileSync(file, line);
      } catch {
        // It was written to the terminal; a full disk must not take the window with it.
      }
    },
  };
}
