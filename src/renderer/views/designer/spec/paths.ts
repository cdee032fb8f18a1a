import { type z } from 'zod';
import { LabelEncoding } from '../../../../core/nn/spec.ts';
import { DiffusionSpec } from '../../../../core/diffusion/spec.ts';
import { toErrorData } from '../../../../core/base/errors.ts';
import { checkRun } from '../../../../shared/check-run.ts';
import { RunSpec } from '../../../../shared/run-spec.ts';

/** The value at a dotted path; undefined where there is none. */
export function getAt(document: unknown, path: string): unknown {
  let at = document;
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

/** A copy with the value at a dotted path replaced; what is not on the path is shared. */
export function setAt<T>(document: T, path: string, value: unknown): T {
  const [key, ...rest] = path.split('.') as [string, ...string[]];
  const copy = { ...(document as Record<string, unknown>) };
  copy[key] = rest.length === 0 ? value : setAt(copy[key] ?? {}, rest.join('.'), value);
  return copy as T;
}

/** The object of a variant field with the defaults of its kind; what the old one shares with it stays. */
export function withKind(path: string, kind: string, old: unknown): unknown {
  const schema = path === 'diffusion.schedule' ? DiffusionSpec.shape.schedule : LabelEncoding;
  const candidates = [
    { ...(old as object), kind },
    { ...REQUIRED[kind], kind },
  ];
  for (const candidate of candidates) {
    const option = schema.options.find((o) => o.shape.kind.value === kind)!;
    const known = Object.fromEntries(
      Object.entries(candidate).filter(([key]) => Object.keys(option.shape).includes(key)),
    );
    const parsed = option.safeParse({ ...REQUIRED[kind], ...known, kind });
    if (parsed.success) return parsed.data;
  }
  return old;
}

/** Fields without a default of their own. */
const REQUIRED: Readonly<Record<string, object>> = {
  sinusoidal: { dim: 64 },
  harmonics: { count: 8 },
  bump: { dim: 32 },
};

export interface SpecProblems {
  /** By dotted path. */
  readonly fields: ReadonlyMap<string, string>;
  /** What does not fit together, in one sentence; null if everything does. */
  readonly whole: string | null;
}

/** What is wrong with a draft: field by field, and once those are right, as a whole. */
export function findProblems(draft: unknown): SpecProblems {
  const parsed = RunSpec.safeParse(draft);
  if (!parsed.success) {
    const fields = new Map<string, string>();
    for (const issue of parsed.error.issues) {
      const path = issue.path.filter((key) => typeof key === 'string').join('.');
      if (!fields.has(path)) fields.set(path, sentenceOf(issue));
    }
    return { fields, whole: null };
  }
  try {
    checkRun(parsed.data);
    return { fields: new Map(), whole: null };
  } catch (error) {
    return { fields: new Map(), whole: toErrorData(error).message };
  }
}

export function sentenceOf(issue: z.core.$ZodIssue): string {
  return issue.message.replace(/^Invalid input: /, '').replace(/^Too (small|big): /, '');
}
