import { closeSync, existsSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { CliffordError, toErrorData, type ErrorData } from '../../core/base/errors.ts';
import { makeFolders } from '../../files/atomic.ts';
import { EngineEvent, type EngineRequest } from '../../shared/engine-protocol.ts';
import { forkEngine, type EngineChild, type EngineLog, type EngineSpawner } from './engine-process.ts';

export interface EngineJob {
  /** The module that the engine process runs; it speaks shared/engine-protocol.ts. */
  entry: string;
  /** How this host makes processes; by default a Node process. */
  spawn?: EngineSpawner | undefined;
  request: EngineRequest;
  /** Everything that the engine prints is appended here. */
  logFile: string;
  /**
   * Called for each valid event, one after the other (the next waits). If it throws, the engine is ended at once and
   * the job fails with that error.
   */
  onEvent: (event: EngineEvent) => void | Promise<void>;
  /** Called once the process runs; if it throws, the job fails as it does for `onEvent`. */
  onSpawn?: (pid: number) => void;
  /** How long the process may take to leave after it said `ended`. */
  exitGraceMs?: number;
}

/** How a job ended. `step` and `weights` are what the engine said last; null if it could not. */
export interface EngineEnd {
  outcome: 'finished' | 'stopped' | 'failed';
  step: number | null;
  weights: string | null;
  /** Never null when the outcome is `failed`. */
  error: ErrorData | null;
  /** True if `kill` ended it before it said how it ended. */
  killed: boolean;
}

export interface EngineProcess {
  /** Undefined before the process runs and if it never did. */
  readonly pid: number | undefined;
  /** Resolves when the process is gone and all its events were handled; never rejects. */
  readonly done: Promise<EngineEnd>;
  /** Asks for a checkpoint and an end; asking again changes nothing. */
  stop(): void;
  /** Ends the process at once, as the user asked. */
  kill(): void;
  /** Ends the process at once and lets the job fail with an error of our own. */
  fail(error: unknown): void;
}

/**
 * Runs one job in an engine process of its own. However that process ends (by itself, by a signal, for lack of memory,
 * by nonsense in its messages), the end is a value here and never an exception.
 */
export function startEngine(job: EngineJob): EngineProcess {
  if (!existsSync(job.entry)) {
    return failedAtStart(
      new CliffordError('UNAVAILABLE', `engine ${job.entry} is missing; expected its entry file`),
    );
  }
  let log: Log;
  let child: EngineChild;
  try {
    log = openLog(job.logFile, job.request.type);
    try {
      child = (job.spawn ?? forkEngine)(job.entry, log);
    } finally {
      closeSync(log.fd);
    }
  } catch (error) {
    return failedAtStart(error);
  }
  return watch(child, job, log);
}

function watch(child: EngineChild, job: EngineJob, log: Log): EngineProcess {
  let ended: Extract<EngineEvent, { type: 'ended' }> | undefined;
  let broken: ErrorData | undefined; // why we ended it
  let killed = false;
  let asked = false;
  let grace: NodeJS.Timeout | undefined;
  let queue: Promise<void> = Promise.resolve();

  const breakOff = (error: unknown): void => {
    broken ??= toErrorData(error);
    child.kill();
  };
  const handle = async (message: unknown): Promise<void> => {
    if (broken || ended) return;
    try {
      const event = parseEvent(message);
      if (event.type === 'ended') {
        ended = event;
        grace = setTimeout(() => child.kill(), job.exitGraceMs ?? 10_000);
      }
      await job.onEvent(event);
    } catch (error) {
      breakOff(error);
    }
  };
  child.onMessage((message) => {
    queue = queue.then(() => handle(message));
  });
  child.onSpawn((pid) => {
    try {
      job.onSpawn?.(pid);
    } catch (error) {
      breakOff(error);
    }
  });
  child.send(job.request);

  const done = child.gone.then(async ({ code, signal, error }): Promise<EngineEnd> => {
    await queue;
    clearTimeout(grace);
    // What we broke off failed even if the engine had said that it finished: its end could not be recorded.
    if (broken) return { ...lastWords(ended), outcome: 'failed', error: broken, killed: false };
    if (ended) {
      const failed = ended.outcome === 'failed';
      const reason =
        ended.error ??
        (failed ? { code: 'INTERNAL' as const, message: 'the engine failed and did not say why' } : null);
      return { ...lastWords(ended), outcome: ended.outcome, error: reason, killed: false };
    }
    const reason: ErrorData = {
      code: 'ENGINE_CRASH',
      message:
        error === undefined
          ? describeEnd(code, signal, log.tail())
          : `the engine process could not be started: ${error}`,
    };
    return { ...lastWords(undefined), outcome: 'failed', error: reason, killed };
  });

  return {
    get pid() {
      return child.pid;
    },
    done,
    stop: () => {
      if (!asked) child.send({ type: 'stop' });
      asked = true;
    },
    kill: () => {
      killed = true;
      child.kill();
    },
    fail: breakOff,
  };
}

function lastWords(
  ended: { step: number; weights: string | null } | undefined,
): Pick<EngineEnd, 'step' | 'weights'> {
  return { step: ended?.step ?? null, weights: ended?.weights ?? null };
}

function parseEvent(message: unknown): EngineEvent {
  const parsed = EngineEvent.safeParse(message);
  if (parsed.success) return parsed.data;
  const type = (message as { type?: unknown } | null)?.type;
  throw new CliffordError(
    'INTERNAL',
    `the engine sent a message of type ${JSON.stringify(type) ?? typeof message} that does not fit the protocol ` +
      `(${z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ')}); expected one of its events`,
  );
}

const OUT_OF_MEMORY =
  /heap out of memory|bad_alloc|cannot allocate memory|failed to allocate memory|array buffer allocation failed/i;

function describeEnd(code: number | null, signal: NodeJS.Signals | null, tail: string): string {
  const how = signal ? `was killed by ${signal}` : `ended with exit code ${code} before it was done`;
  if (OUT_OF_MEMORY.test(tail)) {
    return `the engine process ran out of memory and ${how}; a smaller batch or model, or more shards, needs less`;
  }
  const last = tail
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .at(-1);
  const said = last ? `; its last line in engine.log: ${last.slice(0, 300)}` : '';
  // Linux ends the biggest process with SIGKILL when memory runs out, without a word.
  const memory =
    signal === 'SIGKILL' ? '; if memory ran out, a smaller batch or model, or more shards, needs less' : '';
  return `the engine process ${how}${memory}${said}`;
}

interface Log extends EngineLog {
  /** The end of what was printed since it was opened, at most 8 KiB. */
  tail(): string;
}

const LOG_LIMIT = 5_000_000;

function openLog(file: string, job: string): Log {
  makeFolders(dirname(file));
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT) renameSync(file, `${file}.1`);
  const fd = openSync(file, 'a');
  try {
    writeSync(fd, `--- ${new Date().toISOString()} ${job}\n`);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  const start = statSync(file).size;
  return {
    file,
    fd,
    tail() {
      try {
        const size = statSync(file).size;
        const bytes = new Uint8Array(Math.min(8192, size - start));
        const reading = openSync(file, 'r');
        readSync(reading, bytes, 0, bytes.length, size - bytes.length);
        closeSync(reading);
        return new TextDecoder().decode(bytes);
      } catch {
        return ''; // the end of the process is told all the same
      }
    },
  };
}

function failedAtStart(error: unknown): EngineProcess {
  const end: EngineEnd = {
    outcome: 'failed',
    step: null,
    weights: null,
    error: toErrorData(error),
    killed: false,
  };
  const nothing = (): void => undefined;
  return { pid: undefined, done: Promise.resolve(end), stop: nothing, kill: nothing, fail: nothing };
}
