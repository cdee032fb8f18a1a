import type { RunRow } from '../../../../shared/contract/runs.ts';
import type { Evaluation } from '../../../../shared/records.ts';
import type { RunSpec } from '../../../../shared/run-spec.ts';
import { groupBySeeds, type Series } from '../../../../shared/compare/seeds.ts';
import { groupNames } from './names.ts';

/** How a run is drawn in every chart; `RunStyle` of state/runColors.ts is one. */
export interface Style {
  readonly color: string;
  readonly dash: 'solid' | 'dashed' | 'dotted';
  readonly marker: 'circle' | 'triangle' | 'rect' | 'diamond';
}

/** A run of the comparison with all that is small; metric points come on demand. */
export interface ComparedRun {
  readonly id: string;
  /** Unique in the comparison. */
  readonly name: string;
  readonly seed: number;
  readonly style: Style;
  readonly row: RunRow;
  readonly spec: RunSpec;
  readonly evaluations: readonly Evaluation[];
  readonly metricKeys: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs that are equal but for the seed. */
export interface Group {
  /** Unique in the comparison; without the number of runs. */
  readonly name: string;
  readonly runs: readonly ComparedRun[];
  /** That of its first run. */
  readonly style: Style;
}

/** Points of a metric that were read so far; undefined before. */
export type SeriesOf = (runId: string, key: string) => Series | undefined;

/** What a chart draws one mark for: a run, or the mean of a group. Names are for legends and say the number of runs. */
export interface Entry {
  /** The id of its first run: stable while runs come and go behind it. */
  readonly id: string;
  readonly name: string;
  readonly style: Style;
  readonly runs: readonly ComparedRun[];
}

export function groupsOf(runs: readonly ComparedRun[]): Group[] {
  const groups = groupBySeeds(runs).map((group) => group.runs);
  const names = groupNames(groups);
  return groups.map((members, i) => ({ name: names[i]!, runs: members, style: members[0]!.style }));
}

export function entriesOf(runs: readonly ComparedRun[], groups: readonly Group[], grouped: boolean): Entry[] {
  if (!grouped) return runs.map((run) => ({ id: run.id, name: run.name, style: run.style, runs: [run] }));
  return groups.map(({ name, style, runs: members }) => ({
    id: members[0]!.id,
    name: `${name} (n = ${members.length})`,
    style,
    runs: members,
  }));
}
