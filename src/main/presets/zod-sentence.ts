import type { z } from 'zod';
import { type CliffordError, invalid } from '../../core/base/errors.ts';
import { formatPath, shorten } from './json.ts';
import { didYouMean, suggest } from './suggest.ts';

/**
 * Checks `input` against a schema and turns what is wrong into one sentence: the first issue (unknown fields
 * first, since a misspelt field often causes the rest) with its path, what was got and what was expected.
 *
 * @param source what to call the input, for example a file name
 * @throws CliffordError INVALID_INPUT
 */
export function parseWith<S extends z.ZodType>(schema: S, input: unknown, source: string): z.output<S> {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  throw zodSentence(result.error.issues, schema, input, source);
}

function zodSentence(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  input: unknown,
  source: string,
): CliffordError {
  const first = issues.find((issue) => issue.code === 'unrecognized_keys') ?? issues[0]!;
  const more = issues.length - 1;
  const rest = more === 0 ? '' : ` (and ${more} more ${more === 1 ? 'problem' : 'problems'})`;
  return invalid(`${source}: ${describeIssue(first, schema, input)}${rest}`);
}

function describeIssue(issue: z.core.$ZodIssue, schema: z.ZodType, input: unknown): string {
  const path = shorten(formatPath(issue.path), 120);
  const at = path === '' ? '' : `${path}: `;
  const got = show(valueAt(input, issue.path));
  switch (issue.code) {
    case 'unrecognized_keys': {
      const key = issue.keys[0]!;
      const known = fieldsAt(schema, issue.path, input);
      const near = suggest(key, known);
      const hint =
        near === null ? `expected one of ${known.join(', ')}` : `did you mean ${JSON.stringify(near)}?`;
      const where = path === '' ? '' : ` in ${path}`;
      return known.length === 0
        ? `unknown field ${show(key)}${where}`
        : `unknown field ${show(key)}${where}, ${hint}`;
    }
    case 'invalid_type':
      return `${at}got ${got}, expected ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `${at}got ${got}, expected ${oneOf(issue.values, valueAt(input, issue.path))}`;
    case 'too_big': {
      // Of a list that is too long, its length says more than its first elements.
      const value = valueAt(input, issue.path);
      return `${at}got ${Array.isArray(value) ? value.length : got}, expected ${limit(issue)}`;
    }
    case 'too_small':
      return `${at}got ${got}, expected ${limit(issue)}`;
    case 'invalid_union': {
      const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
      return options.length > 0
        ? `${at}got ${got}, expected ${oneOf(options, valueAt(input, issue.path))}`
        : `${at}got ${got}, expected one of the documented forms`;
    }
    default: {
      // Messages of our own refinements already say "expected …".
      const message = issue.message.startsWith('expected') ? issue.message : `expected: ${issue.message}`;
      return `${at}got ${got}, ${message}`;
    }
  }
}

const TYPE_WORDS: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  object: 'an object {…}',
  array: 'a list […]',
  tuple: 'a list […]',
  record: 'an object {…}',
};

function limit(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  const side = issue.code === 'too_small' ? 'least' : 'most';
  if (issue.origin === 'array') return `at ${side} ${bound} ${Number(bound) === 1 ? 'element' : 'elements'}`;
  if (issue.origin === 'string')
    return `at ${side} ${bound} ${Number(bound) === 1 ? 'character' : 'characters'}`;
  if (issue.inclusive) return `at ${side} ${bound}`;
  return issue.code === 'too_small' ? `a number greater than ${bound}` : `a number less than ${bound}`;
}

/** `"a", "b" or "c"`, with the likeliest one pointed out if what was got looks like a typing mistake. */
function oneOf(options: readonly unknown[], got: unknown): string {
  const shown = options.map(show);
  const list = shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
  return typeof got === 'string' ? list + didYouMean(got, options.map(String)) : list;
}

/** A value as it stood in the input, shortened. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  return shorten(typeof value === 'bigint' ? String(value) : JSON.stringify(value));
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** The fields that the schema knows at a path; unions are narrowed by the input's own discriminator. */
function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[], input: unknown): string[] {
  let node: z.ZodType | undefined = schema;
  let value = input;
  for (const key of [...path, undefined]) {
    node = narrow(node, value);
    if (node === undefined || key === undefined) break;
    const def: AnyDef = node.def as AnyDef;
    if (def.type === 'object') node = def.shape?.[String(key)];
    else if (def.type === 'array') node = def.element;
    else if (def.type === 'tuple') node = def.items?.[Number(key)];
    else node = undefined;
    value = valueAt(value, [key]);
  }
  const def = node?.def as AnyDef | undefined;
  return def?.shape === undefined ? [] : Object.keys(def.shape);
}

/** The parts of zod's definitions that the walk above reads. */
interface AnyDef {
  type: string;
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  items?: z.ZodType[];
  innerType?: z.ZodType;
  options?: z.ZodType[];
  discriminator?: string;
}

/** Unwraps defaults, optionals and nullables, and picks the option of a discriminated union. */
function narrow(schema: z.ZodType | undefined, value: unknown): z.ZodType | undefined {
  let node = schema;
  while (node !== undefined) {
    const def = node.def as AnyDef;
    if (def.innerType !== undefined) node = def.innerType;
    else if (def.type === 'union' && def.discriminator !== undefined) {
      const tag = valueAt(value, [def.discriminator]);
      node = def.options?.find((option) => {
        const literal = (option.def as AnyDef).shape?.[def.discriminator!];
        return literal?.safeParse(tag).success === true;
      });
    } else return node;
  }
  return undefined;
}
