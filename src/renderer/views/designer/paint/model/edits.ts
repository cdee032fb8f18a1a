import { z } from 'zod';
import { invariant } from '../../../../../core/base/errors.ts';
import { type DatasetSpec, PartSpec, ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { LayerId, shapesOf, withShapes } from './layers.ts';

/**
 * What changed between two specs, with all that is needed to go either way. Undo keeps edits, not specs: a
 * hundred strokes are stored once each, not a hundred times the whole drawing.
 *
 * Lists are edited by splices (`remove` stood at `at`, `insert` stands there now), so that exchanging the two
 * is the exact inverse; other fields keep their values before and after.
 */
export const Edit = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('shapes'),
    layer: LayerId,
    at: z.int().min(0),
    remove: z.array(ShapeSpec),
    insert: z.array(ShapeSpec),
  }),
  z.strictObject({
    kind: z.literal('parts'),
    at: z.int().min(0),
    remove: z.array(PartSpec),
    insert: z.array(PartSpec),
  }),
  z.strictObject({ kind: z.literal('fields'), before: z.json(), after: z.json() }),
]);
export type Edit = z.infer<typeof Edit>;

const PLAIN_FIELDS = [
  'size',
  'margin',
  'spacing',
  'sigma',
  'boundary',
  'polarity',
  'exponent',
  'stripePeak',
] as const satisfies readonly (keyof DatasetSpec)[];

/** Edits that turn `before` into `after`, in order; empty if the two say the same. */
export function diffSpecs(before: DatasetSpec, after: DatasetSpec): Edit[] {
  const edits: Edit[] = [];
  const changed = PLAIN_FIELDS.filter((key) => !same(before[key], after[key]));
  if (changed.length > 0) {
    const pick = (spec: DatasetSpec) => Object.fromEntries(changed.map((key) => [key, spec[key]]));
    edits.push({ kind: 'fields', before: pick(before), after: pick(after) });
  }
  const lists: LayerId[] = ['heldOut', 'lesion'];
  const onlyShapes =
    before.parts.length === after.parts.length &&
    before.parts.every((part, i) => same({ ...part, within: [] }, { ...after.parts[i]!, within: [] }));
  if (onlyShapes) before.parts.forEach((_, i) => lists.push(`part-${i}`));
  else edits.push({ kind: 'parts', ...splice(before.parts, after.parts)! });
  for (const layer of lists) {
    const change = splice(shapesOf(before, layer), shapesOf(after, layer));
    if (change) edits.push({ kind: 'shapes', layer, ...change });
  }
  return edits;
}

/** @throws CliffordError INTERNAL if an edit does not meet what it replaces */
export function applyEdits(spec: DatasetSpec, edits: readonly Edit[]): DatasetSpec {
  return edits.reduce(applyEdit, spec);
}

/** The edits that undo these. */
export function invertEdits(edits: readonly Edit[]): Edit[] {
  return edits.toReversed().map((edit) => {
    if (edit.kind === 'fields') return { ...edit, before: edit.after, after: edit.before };
    // Written out once for each kind, since the items of the two differ.
    if (edit.kind === 'parts') return { ...edit, remove: edit.insert, insert: edit.remove };
    return { ...edit, remove: edit.insert, insert: edit.remove };
  });
}

function applyEdit(spec: DatasetSpec, edit: Edit): DatasetSpec {
  switch (edit.kind) {
    case 'fields': {
      const before = edit.before as Partial<DatasetSpec>;
      const meets = Object.entries(before).every(([key, value]) =>
        same(spec[key as keyof DatasetSpec], value),
      );
      invariant(meets, `history: expected the fields ${JSON.stringify(before)} of the step, got others`);
      return { ...spec, ...(edit.after as Partial<DatasetSpec>) };
    }
    case 'parts':
      return { ...spec, parts: replaceRange(spec.parts, edit.at, edit.remove, edit.insert) };
    case 'shapes': {
      const shapes = shapesOf(spec, edit.layer);
      return withShapes(spec, edit.layer, replaceRange(shapes, edit.at, edit.remove, edit.insert));
    }
  }
}

function replaceRange<T>(list: readonly T[], at: number, remove: readonly T[], insert: readonly T[]): T[] {
  invariant(
    remove.every((item, i) => same(list[at + i], item)),
    `history: expected the ${remove.length} entries of the step at place ${at}, got others`,
  );
  return list.toSpliced(at, remove.length, ...insert);
}

/** The smallest splice between two lists: what lies between their common start and their common end. */
function splice<T>(
  before: readonly T[],
  after: readonly T[],
): { at: number; remove: T[]; insert: T[] } | null {
  const shorter = Math.min(before.length, after.length);
  let at = 0;
  while (at < shorter && same(before[at], after[at])) at++;
  let end = 0;
  while (end < shorter - at && same(before.at(-1 - end), after.at(-1 - end))) end++;
  if (at + end === before.length && at + end === after.length) return null;
  return {
    at,
    remove: before.slice(at, before.length - end),
    insert: after.slice(at, after.length - end),
  };
}

/** Equal as data, whatever the order of the keys. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key as never], b[key as never]))
  );
}
