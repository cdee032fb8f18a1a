import type { RunSpec } from '../run-spec.ts';

/** What a path of a specification leads to: a scalar, or a list of scalars and lists (an interval, channel widths, points). */
export type SpecValue = string | number | boolean | null | readonly SpecValue[];

export interface SpecDifference {
  /** As `--set` takes it and tables sort by it: `dataset.parts[0].lambda`. */
  readonly path: string;
  /** One for each specification; undefined where it has no such field. */
  readonly values: readonly (SpecValue | undefined)[];
  readonly differs: boolean;
}

/**
 * A specification as paths and values, in the order of its fields. Lists of objects (parts, shapes) are taken apart
 * by index; lists of numbers are values, since half an interval says nothing.
 */
export function flattenSpec(spec: RunSpec): [path: string, value: SpecValue][] {
  const out: [string, SpecValue][] = [];
  walk(spec, '', out);
  return out;
}

/**
 * Specifications side by side: every path that any of them has. The order is that of the first; what only later ones
 * have stands behind the path that it follows there.
 */
export function diffSpecs(specs: readonly RunSpec[]): SpecDifference[] {
  const flat = specs.map((spec) => new Map(flattenSpec(spec)));
  return mergeOrders(flat.map((map) => [...map.keys()])).map((path) => {
    const values = flat.map((map) => map.get(path));
    const first = textOf(values[0]);
    return { path, values, differs: values.some((value) => textOf(value) !== first) };
  });
}

/**
 * All names of several ordered lists, each once: the order of the first list; a name that only a later one has stands
 * behind the name that it follows there, at its beginning before the name that it precedes, else at the end.
 */
export function mergeOrders(lists: readonly (readonly string[])[]): string[] {
  const merged: string[] = [];
  const known = new Set<string>();
  for (const list of lists) {
    const first = list.findIndex((name) => known.has(name));
    let at = first < 0 ? merged.length : merged.indexOf(list[first]!);
    for (const name of list) {
      if (known.has(name)) {
        // Lists mostly agree in their order, so that the next one is near.
        const next = merged.indexOf(name, at);
        at = (next >= 0 ? next : merged.indexOf(name)) + 1;
        continue;
      }
      known.add(name);
      merged.splice(at++, 0, name);
    }
  }
  return merged;
}

/**
 * Text that two specifications share exactly when they are equal but for the seed: what runs are grouped by. Fields
 * are sorted, so it does not depend on their order.
 */
export function seedlessKey(spec: RunSpec): string {
  return flattenSpec(spec)
    .filter(([path]) => path !== 'seed')
    .map(([path, value]) => `${path}=${JSON.stringify(value)}`)
    .sort()
    .join('\n');
}

function walk(node: unknown, path: string, out: [string, SpecValue][]): void {
  if (Array.isArray(node) && node.some(isObject)) {
    node.forEach((item, i) => walk(item, `${path}[${i}]`, out));
  } else if (isObject(node)) {
    for (const [key, value] of Object.entries(node)) {
      // An optional field that is not given (a shape's name) is no field.
      if (value !== undefined) walk(value, path === '' ? key : `${path}.${key}`, out);
    }
  } else out.push([path, node as SpecValue]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: SpecValue | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
