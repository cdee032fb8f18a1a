import { z } from 'zod';
import type { RunPage } from '../../../../shared/contract/runs.ts';

/**
 * The columns that the table can have. A column is a key: one of the own ones below, or `accuracy:SECTION`,
 * `metric:KEY`, `spec:PATH`. So what is not known yet (a metric of a later version, a parameter that no run has now)
 * can be in a layout too.
 */

export interface Column {
  readonly key: string;
  readonly title: string;
  /** What it says, for the chooser and for the header's hint. */
  readonly help: string;
  /** Pixels, where the user did not choose a width. */
  readonly width: number;
  readonly numeric: boolean;
  /** Of `RunSort`; null where there is no order. */
  readonly sortKey: string | null;
}

/** Which accuracy is shown: at the last evaluation, at the best one, or both. */
export const AccuracyMode = z.enum(['last', 'best', 'both']);
export type AccuracyMode = z.infer<typeof AccuracyMode>;

type OwnColumn = Omit<Column, 'key'>;
const own = (
  title: string,
  width: number,
  sortKey: string | null,
  help: string,
  numeric = false,
): OwnColumn => ({ title, help, width, numeric, sortKey });

const OWN: Readonly<Record<string, OwnColumn>> = {
  star: own('Star', 58, 'starred', 'Marks runs to find again; starred runs sort first.'),
  name: own('Name', 210, 'name', 'Name and colour of the run, as in every chart. F2 renames.'),
  region: own(
    'Held out',
    150,
    'heldOut',
    'The label space in small, and the fraction of the 2D labels of the frame that is held out.',
  ),
  state: own('State', 196, 'state', 'The state and why it is so; progress and time left while it trains.'),
  queue: own('Queue', 76, 'queue', 'Place in the queue: 1 starts next.', true),
  step: own('Step', 112, 'progress', 'Optimizer steps done, of all; sorts by the fraction done.', true),
  tags: own('Tags', 150, 'tags', 'Words to find and filter runs by.'),
  note: own('Notes', 220, 'note', 'The first lines of the note.'),
  seed: own('Seed', 76, 'seed', 'Seed of all randomness of the run.', true),
  preset: own('Preset', 130, 'preset', 'The preset that the specification was made from.'),
  engine: own('Engine', 150, 'engine', 'The engine that trained it.'),
  created: own('Created', 110, 'created', 'Age of the run; hover for the exact time.'),
  seconds: own('Training time', 112, 'seconds', 'Time of training, all stretches together.', true),
  images: own(
    'Training images',
    112,
    'images',
    'Images that the run trains on, all parts of the dataset together.',
    true,
  ),
  parent: own('Forked from', 160, 'parent', 'The run that this one was forked from; shows the whole family.'),
};

/** Keys of the columns that belong to every run, in the order of the chooser. */
export const OWN_COLUMNS: readonly string[] = Object.keys(OWN);

/** Columns that are drawn by a component; all others are text. */
export const DRAWN_COLUMNS: ReadonlySet<string> = new Set(
  'name state star region tags note created parent'.split(' '),
);

/** Always there, always first: without it a row says nothing. */
export const FIXED_COLUMN = 'name';

const ACCURACY = 'accuracy:';
const METRIC = 'metric:';
const SPEC = 'spec:';

export const accuracyColumn = (section: string): string => ACCURACY + section;
export const metricColumn = (key: string): string => METRIC + key;
export const specColumn = (path: string): string => SPEC + path;

/** The section of an accuracy column, else null; likewise for the others. */
export const sectionOf = (key: string): string | null => after(key, ACCURACY);
export const metricOf = (key: string): string | null => after(key, METRIC);
export const parameterOf = (key: string): string | null => after(key, SPEC);

/** What a column is. @returns null for a key that means nothing (of another version) */
export function columnOf(key: string, mode: AccuracyMode): Column | null {
  if (Object.hasOwn(OWN, key)) return { key, ...OWN[key]! };
  const section = sectionOf(key);
  if (section !== null) {
    return {
      key,
      title: `accuracy ${section}`,
      help: ACCURACY_HELP[mode](section),
      width: Math.max(mode === 'both' ? 124 : 92, headerWidth(`accuracy ${section}`)),
      numeric: true,
      sortKey: mode === 'best' ? `best:${section}` : key,
    };
  }
  const metric = metricOf(key);
  if (metric !== null) {
    const help = `Latest value of the metric ${metric}.`;
    const width = Math.max(110, headerWidth(metric));
    return { key, title: metric, help, width, numeric: true, sortKey: key };
  }
  const path = parameterOf(key);
  if (path !== null) {
    const title = path.split('.').slice(-2).join('.');
    return {
      key,
      title,
      help: `Parameter ${path} of the specification.`,
      width: Math.max(110, headerWidth(title)),
      numeric: true,
      sortKey: key,
    };
  }
  return null;
}

const RULE = 'fraction of generated images whose x and y are both right';
const ACCURACY_HELP: Readonly<Record<AccuracyMode, (section: string) => string>> = {
  last: (section) => `Accuracy of ${section} at the last evaluation: ${RULE}.`,
  best: (section) => `Best accuracy of ${section} over all evaluations: ${RULE}.`,
  both: (section) => `Accuracy of ${section} at the last evaluation, and the best over all: ${RULE}.`,
};

/** Pixels for a title that wraps between words, and the arrows beside it. */
function headerWidth(title: string): number {
  const longest = Math.max(...title.split(/(?<=[-/. ])/).map((word) => word.length));
  return Math.round(44 + 7.8 * longest);
}

/** What a user who chose nothing sees: the accuracy of every section that there is, up to a width that can be read. */
export function defaultColumns(known: Pick<RunPage['known'], 'sections'>): string[] {
  const sections = orderSections(known.sections).slice(0, MOST_DEFAULT_SECTIONS);
  return ['star', 'name', 'region', 'state', ...sections.map(accuracyColumn), 'step', 'tags', 'created'];
}
const MOST_DEFAULT_SECTIONS = 5;

const FIRST_SECTIONS = [
  'overall',
  'in-distribution',
  'vertical',
  'horizontal',
  'intersection',
  'held-out',
  'lesion',
];

/** The sections that every run has come first, then the rest by name. */
export function orderSections(sections: readonly string[]): string[] {
  const rank = (section: string): number => {
    const at = FIRST_SECTIONS.indexOf(section);
    return at === -1 ? FIRST_SECTIONS.length : at;
  };
  return [...sections].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
}

/** Parameters as requests and sort keys name them, from the paths that `flattenSpec` gives: `a[0].b` is `a.0.b`. */
export function parameterPath(path: string): string {
  return path.replaceAll(/\[(\d+)\]/g, '.$1');
}

function after(key: string, prefix: string): string | null {
  return key.startsWith(prefix) && key.length > prefix.length ? key.slice(prefix.length) : null;
}
