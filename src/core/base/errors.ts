/**
 * Errors that a user may see. `code` is stable and machine-readable (it crosses process borders and decides
 * the exit code); `message` is one sentence that names what was got and what was expected.
 */
export const ERROR_CODES = [
  'INVALID_INPUT', // a spec, flag, or file the user gave is wrong
  'NOT_FOUND', // a run, preset, or file that does not exist
  'CONFLICT', // the state does not allow it (already running, name taken, home in use)
  'UNAVAILABLE', // an engine, library, or device is missing
  'STORAGE', // disk full, read-only, or corrupt
  'NON_FINITE', // training produced NaN or Infinity
  'ENGINE_CRASH', // the engine process ended unexpectedly
  'CANCELLED', // the user stopped it
  'INTERNAL', // a bug in Clifford
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export class CliffordError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CliffordError';
    this.code = code;
  }
}

/** Bad input: says what was got and what was expected. */
export function invalid(message: string): CliffordError {
  return new CliffordError('INVALID_INPUT', message);
}

/** A broken invariant of the program itself, never the user's doing. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new CliffordError('INTERNAL', message);
}

/** The plain form in which errors cross process and network borders. */
export type ErrorData = Readonly<Pick<CliffordError, 'code' | 'message'>>;

export function toErrorData(error: unknown): ErrorData {
  if (error instanceof CliffordError) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', message };
}
