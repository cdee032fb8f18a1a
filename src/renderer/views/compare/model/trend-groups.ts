import type { SpecDifference, SpecValue } from '../../../../shared/compare/spec-diff.ts';
import type { ComparedRun, Style } from './run.ts';
import { differences, isSeed, type TrendAxis } from './trend-axes.ts';

/** The runs of one curve: equal in every parameter that tells curves apart. */
export interface TrendGroup {
  /** The id of its first run. */
  readonly id: string;
  readonly name: string;
  readonly style: Style;
  readonly runs: readonly ComparedRun[];
  /** Texts of the parameters that tell the curves apart, by path. */
  readonly values: ReadonlyMap<string, string>;
}

export interface TrendGroups {
  readonly groups: readonly TrendGroup[];
  /** Parameters in which the runs differ and that can tell curves apart. */
  readonly offered: readonly string[];
  /** Those that do. */
  readonly by: readonly string[];
  /** Parameters that differ within a curve along with the axis, the seeds aside: what else a trend may be due to. */
  readonly within: readonly string[];
}

/**
 * Runs by curve.
 * @param by paths that tell curves apart; null takes all in which the runs differ, but for what the axis is about, what
 *   goes along with it, and seeds
 */
export function trendGroups(
  runs: readonly ComparedRun[],
  axis: TrendAxis,
  by: readonly string[] | null,
  differing: readonly SpecDifference[] = differences(runs),
): TrendGroups {
  const offered = differing.map(({ path }) => path).filter((path) => !axis.owns(path));
  const chosen = offered.filter((path) =>
    by === null ? !isSeed(path) && !axis.carries(path) : by.includes(path),
  );
  const texts = new Map(differing.map(({ path, values }) => [path, values.map(textOf)]));
  const places = new Map(runs.map(({ id }, i) => [id, i]));
  const textAt = (run: ComparedRun, path: string): string => texts.get(path)![places.get(run.id)!]!;
  const members = [
    ...Map.groupBy(runs, (run) => JSON.stringify(chosen.map((path) => textAt(run, path)))).values(),
  ];
  const values = members.map(([first]) => new Map(chosen.map((path) => [path, textAt(first!, path)])));
  const names = namesByValues(chosen, values);
  const groups = members.map((group, i): TrendGroup => {
    const { id, style } = group[0]!;
    return { id, name: names[i]! || 'all runs', style, runs: group, values: values[i]! };
  });
  const within = offered.filter(
    (path) =>
      !chosen.includes(path) &&
      !isSeed(path) &&
      groups.some((group) => new Set(group.runs.map((run) => textAt(run, path))).size > 1),
  );
  return { groups, offered, by: chosen, within };
}

/**
 * The axis that is shown: the chosen one; else that of the dataset's along which a curve has the most values, which is
 * what was swept; then the dataset size, which follows from others; then the specification's number with the most values;
 * else, where no curve has two values of anything, steps.
 */
export function axisOf(
  runs: readonly ComparedRun[],
  axes: readonly TrendAxis[],
  key: string | null,
  differing: readonly SpecDifference[] = differences(runs),
): TrendAxis {
  const chosen = axes.find((axis) => axis.key === key);
  if (chosen) return chosen;
  const reach = (axis: TrendAxis): number =>
    Math.max(
      0,
      ...trendGroups(runs, axis, null, differing).groups.map(
        (group) => new Set(group.runs.map((run) => axis.at(run, 0)).filter((x) => x !== null)).size,
      ),
    );
  const most = (some: readonly TrendAxis[]): TrendAxis | undefined =>
    some
      .map((axis) => ({ axis, values: axis.values > 1 ? reach(axis) : 0 }))
      .filter(({ values }) => values > 1)
      .reduce<{ axis: TrendAxis; values: number } | undefined>(
        (best, one) => (best && best.values >= one.values ? best : one),
        undefined,
      )?.axis;
  return (
    most(axes.filter(({ group, key: k }) => group === 'Dataset' && k !== 'images')) ??
    most(axes.filter(({ group }) => group === 'Dataset')) ??
    most(axes.filter(({ group }) => group === 'Specification')) ??
    axes.find((axis) => axis.key === 'step')!
  );
}

/** More would not fit a legend. */
const MOST_NAMED = 3;
/** Of parameters that tell groups apart alike, the one that people would name. */
const TELLING = [/^dataset\.size$/, /\.kind$/, /^dataset\.sigma\.x$/, /\.lambda$/, /\.type$/, /\.width$/];

/** Names by as few parameters as are needed; of those that tell the groups apart in the same way one. Empty for one group. */
export function namesByValues(
  paths: readonly string[],
  groups: readonly ReadonlyMap<string, string>[],
): string[] {
  const rank = (path: string): number => {
    const at = TELLING.findIndex((pattern) => pattern.test(path));
    return at < 0 ? TELLING.length : at;
  };
  const kinds = (some: readonly string[]): number =>
    new Set(groups.map((values) => JSON.stringify(some.map((path) => values.get(path))))).size;
  const needed: string[] = [];
  for (const path of paths.toSorted((a, b) => rank(a) - rank(b))) {
    if (kinds([...needed, path]) > kinds(needed)) needed.push(path);
  }
  return groups.map((values) =>
    needed
      .slice(0, MOST_NAMED)
      .map((path) => valueName(path, values.get(path)!))
      .join(', '),
  );
}

const SHORT: Readonly<Record<string, string>> = { 'dataset.size': 'N', 'dataset.sigma.x': 'σ' };

function valueName(path: string, text: string): string {
  const part = /^dataset\.parts\[(\d+)\]\.(kind|lambda)$/.exec(path);
  // A kind of images is a name by itself.
  if (part?.[2] === 'kind') return text === NONE ? `no part ${Number(part[1]) + 1}` : text;
  const name = part ? 'λ' : (SHORT[path] ?? path.split('.').slice(-2).join('.'));
  return `${name} ${text.length > 24 ? `${text.slice(0, 23)}…` : text}`;
}

/** Where a specification has no such field. */
const NONE = 'none';

function textOf(value: SpecValue | undefined): string {
  if (value === undefined) return NONE;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
