import { ORPCError } from '@orpc/client';
import type { ErrorCode } from '../../core/base/errors.ts';
import { CliffordError } from '../../core/base/errors.ts';

export interface ShownError {
  readonly code: ErrorCode | 'LOST';
  readonly message: string;
}

/** What to show of an error of a request. */
export function shown(error: unknown): ShownError {
  if (error instanceof ORPCError) return { code: error.code as ErrorCode, message: error.message };
  if (error instanceof CliffordError) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'LOST', message: `the workbench service did not answer (${message})` };
}
