import { ORPCError } from '@orpc/client';
import type { ErrorCode } from '../../core/base/errors.ts';
import { CliffordError } from '../../core/base/errors.ts';
import { isLost } from './connection.ts';

export interface ShownError {
  readonly code: ErrorCode | 'LOST';
  readonly message: string;
}

/** What to show of an error of a request. */
export function shown(error: unknown): ShownError {
  if (error instanceof ORPCError) return { code: error.code as ErrorCode, message: error.message };
  if (error instanceof CliffordError) return { code: error.code, message: error.message };
  // What the transport says then is about its own queues.
  if (isLost(error)) return { code: 'LOST', message: LOST };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'LOST', message: `the workbench service did not answer (${message})` };
}

const LOST = 'the connection to the workbench service was lost before it answered; try again when it is back';
