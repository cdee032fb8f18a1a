import { ORPCError, ValidationError } from '@orpc/server';
import { z } from 'zod';
import { CliffordError, ERROR_CODES, toErrorData } from '../../core/base/errors.ts';

/**
 * Errors as the contract carries them: `code` and `message` of a CliffordError. What is wrong with an input is told by
 * its path; a bug is told as INTERNAL with its message, since the only reader is the user of this machine.
 */
export function toContractError(error: unknown): ORPCError<string, unknown> {
  if (error instanceof ORPCError) {
    if (error.cause instanceof ValidationError) return ofValidation(error, error.cause);
    const known = (ERROR_CODES as readonly string[]).includes(error.code);
    return known || error.code === 'NOT_FOUND' ? error : wrap('INTERNAL', error.message, error);
  }
  const { code, message } = toErrorData(error);
  return wrap(code, message, error);
}

function ofValidation(error: ORPCError<string, unknown>, cause: ValidationError): ORPCError<string, unknown> {
  const input = error.code === 'BAD_REQUEST';
  const issues = cause.issues as z.core.$ZodIssue[];
  const why = z.prettifyError(new z.ZodError(issues)).replaceAll(/\s+/g, ' ');
  return input
    ? wrap('INVALID_INPUT', why, cause)
    : wrap('INTERNAL', `the service answered with something that its contract does not allow: ${why}`, cause);
}

function wrap(code: string, message: string, cause: unknown): ORPCError<string, unknown> {
  return new ORPCError(code, { message, status: code === 'INTERNAL' ? 500 : 400, cause });
}

/** Lets a stream end with errors of the contract too. */
export async function* mapErrors<T>(stream: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* stream;
  } catch (error) {
    // A reader that goes away is no error.
    if (error instanceof CliffordError && error.code === 'CANCELLED') return;
    throw toContractError(error);
  }
}
