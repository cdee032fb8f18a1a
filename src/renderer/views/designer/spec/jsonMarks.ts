import { jsonLanguage } from '@codemirror/lang-json';
import type { z } from 'zod';
import { toErrorData } from '../../../../core/base/errors.ts';
import { checkRun } from '../../../../shared/check-run.ts';
import { RunSpec } from '../../../../shared/run-spec.ts';

/** Something wrong in a pasted specification, and where: offsets into the text. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

export type Reading =
  | { readonly spec: RunSpec; readonly marks: readonly [] }
  | { readonly spec: null; readonly marks: readonly Mark[] };

/** Text that is not a specification yet, and the specification's own text that it is to replace. */
export interface PendingText {
  readonly text: string;
  readonly of: string;
}

/** A specification as text. Lists of numbers and names take one line. */
export function formatSpec(spec: RunSpec): string {
  return JSON.stringify(spec, null, 2).replaceAll(/\[\s+([^[\]{}]*?)\s+\]/g, (_, items: string) => {
    const line = `[${items.replaceAll(/\s*\n\s*/g, ' ')}]`;
    return line.length <= 80 ? line : `[${items}]`;
  });
}

/** Reads a specification from JSON text; every problem is marked where it stands. */
export function readSpec(text: string): Reading {
  const broken = syntaxMarks(text);
  if (broken.length > 0) return { spec: null, marks: broken };
  const document = JSON.parse(text) as unknown;
  const parsed = RunSpec.safeParse(document);
  if (!parsed.success) {
    return { spec: null, marks: parsed.error.issues.flatMap((issue) => marksOf(text, issue)) };
  }
  try {
    checkRun(parsed.data);
  } catch (error) {
    const { message } = toErrorData(error);
    return { spec: null, marks: [{ ...locate(text, pathIn(message, document)), message }] };
  }
  return { spec: parsed.data, marks: [] };
}

function syntaxMarks(text: string): Mark[] {
  let message: string;
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    message = error instanceof Error ? error.message : String(error);
  }
  const marks: Mark[] = [];
  jsonLanguage.parser.parse(text).iterate({
    enter(node) {
      if (!node.type.isError) return;
      const from = Math.min(node.from, Math.max(0, text.length - 1));
      marks.push({ from, to: Math.max(node.to, from + 1), message: 'this is not JSON here' });
    },
  });
  // The two parsers differ in a few words of nonsense: then the whole text is wrong.
  if (marks.length === 0) return [{ from: 0, to: text.length, message }];
  return [{ ...marks[0]!, message: `not JSON: ${message}` }, ...marks.slice(1)];
}

function marksOf(text: string, issue: z.core.$ZodIssue): Mark[] {
  const path = issue.path as (string | number)[];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      ...locate(text, [...path, key], 'key'),
      message: `${at([...path, key])} is no field of a specification`,
    }));
  }
  // Of a union that nothing matched, the issues of the option that was meant say more.
  const nested = issue.code === 'invalid_union' ? issue.errors.flat() : [];
  if (nested.length > 0 && nested[0]!.path.length > 0) {
    return nested.flatMap((inner) => marksOf(text, { ...inner, path: [...path, ...inner.path] }));
  }
  return [{ ...locate(text, path), message: `${at(path)}: ${issue.message}` }];
}

const at = (path: readonly (string | number)[]): string =>
  path.length === 0 ? 'the document' : path.join('.');

/** Sentences of `checkRun` begin with the field, as `parts[0].lambda` or `training.batchSize`. */
function pathIn(message: string, document: unknown): (string | number)[] {
  const named = /^[\w.[\]]+/.exec(message)?.[0] ?? '';
  const keys = named
    .split(/[.[\]]+/)
    .filter(Boolean)
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  for (const path of [keys, ['dataset', ...keys]]) if (exists(document, path)) return path;
  return [];
}

function exists(document: unknown, path: readonly (string | number)[]): boolean {
  let value = document;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !(key in value)) return false;
    value = (value as Record<string | number, unknown>)[key];
  }
  return path.length > 0;
}

/**
 * Where a path stands in JSON text; of a path that is not there (a missing field), its nearest ancestor.
 * @param what the value, or the key before it
 */
export function locate(
  text: string,
  path: readonly (string | number)[],
  what: 'value' | 'key' = 'value',
): { from: number; to: number } {
  let node = jsonLanguage.parser.parse(text).topNode.firstChild;
  let found = node ? { from: node.from, to: opening(text, node) } : { from: 0, to: text.length };
  for (const [depth, key] of path.entries()) {
    if (!node) return found;
    const last = depth === path.length - 1;
    if (node.name === 'Object') {
      const property = node
        .getChildren('Property')
        .find((p) => unquote(text, p.getChild('PropertyName')) === String(key));
      if (!property) return found;
      const name = property.getChild('PropertyName')!;
      node = property.lastChild!;
      found =
        last && what === 'key'
          ? { from: name.from, to: name.to }
          : { from: node.from, to: opening(text, node) };
    } else if (node.name === 'Array') {
      const items: (typeof node)[] = [];
      for (let item = node.firstChild; item; item = item.nextSibling) {
        if (!/^[[\],]$/.test(item.name)) items.push(item);
      }
      node = items[Number(key)] ?? null;
      if (!node) return found;
      found = { from: node.from, to: opening(text, node) };
    } else return found;
  }
  return found;
}

/** An object or array that is wrong is marked at its bracket: marking pages of text would hide what matters. */
function opening(_text: string, node: { name: string; from: number; to: number }): number {
  return node.name === 'Object' || node.name === 'Array' ? node.from + 1 : node.to;
}

function unquote(text: string, node: { from: number; to: number } | null): string | null {
  if (!node) return null;
  try {
    return JSON.parse(text.slice(node.from, node.to)) as string;
  } catch {
    return null;
  }
}
