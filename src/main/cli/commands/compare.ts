import type { Command } from 'commander';
import { invalid } from '../../../core/base/errors.ts';
import { accuracyBySection, groupedAccuracy } from '../../../shared/compare/accuracy.ts';
import { pairBySeed, pairedAccuracy } from '../../../shared/compare/paired.ts';
import { compareRegions, type LayerOverlay, type RegionComparison } from '../../../shared/compare/regions.ts';
import { groupBySeeds } from '../../../shared/compare/seeds.ts';
import { diffSpecs } from '../../../shared/compare/spec-diff.ts';
import type { RunView } from '../../../shared/contract/runs.ts';
import { accuracyText, groupsText, pairedText, regionsText, specificationText } from '../comparison.ts';
import {
  addHomeOption,
  addJsonOption,
  type CliContext,
  type HomeOptions,
  wholeNumber,
  withWorkbench,
} from '../context.ts';
import { report } from '../output.ts';
import { formatTable } from '../table.ts';

interface CompareOptions extends HomeOptions {
  all?: boolean;
  step?: number;
}

/** More columns than this are no table any more. */
const MOST_RUNS = 50;

/** `compare`. */
export function addCompareCommand(program: Command, context: CliContext): void {
  const compare = program
    .command('compare')
    .argument('<runs...>', 'two runs or more: ids, beginnings of ids, names, or "latest"')
    .summary('set runs side by side: specification, accuracy, paired differences, regions')
    .description(
      'Prints where the specifications of runs differ, their accuracy by section, how their regions overlap, and, ' +
        'for runs of the same seed, paired differences. Runs that differ in the seed alone are taken together: ' +
        'their mean has a 95 % interval over seeds. The first run is what the others are compared with.',
    )
    .option('--all', 'every field of the specifications, not only those that differ')
    .option('--step <n>', 'accuracy of the latest evaluation up to this step', wholeNumber('--step', 0));
  addJsonOption(addHomeOption(compare))
    .addHelpText(
      'after',
      `
Examples:
  clifford compare quick-calm-otter latest
  clifford compare cross-0 cross-1 cross-2 rim-0 rim-1 rim-2 --json > comparison.json`,
    )
    .action(async (refs: string[], options: CompareOptions) => {
      await withWorkbench(context, options, (workbench) => {
        const ids = refs.map((ref) => workbench.resolveRun(ref, { includeDeleted: true }).id);
        const twice = ids.find((id, i) => ids.indexOf(id) !== i);
        if (twice !== undefined) throw invalid(`compare: got run ${twice} twice, expected different runs`);
        if (ids.length < 2 || ids.length > MOST_RUNS) {
          throw invalid(
            `compare: got ${ids.length} run${ids.length === 1 ? '' : 's'}, expected 2 to ${MOST_RUNS}`,
          );
        }
        const comparison = compareRuns(
          ids.map((id) => workbench.viewRun(id)),
          options.step ?? null,
        );
        report(context.terminal, options.json === true, documentOf(comparison, options.all === true), () =>
          textOf(comparison, options.all === true),
        );
      });
    });
}

type Comparison = ReturnType<typeof compareRuns>;

function compareRuns(runs: readonly RunView[], step: number | null) {
  const groups = groupBySeeds(runs).map((group) => group.runs);
  const [reference, ...others] = groups as [readonly RunView[], ...(readonly RunView[])[]];
  const [first, ...rest] = runs as [RunView, ...RunView[]];
  return {
    runs,
    groups,
    specification: diffSpecs(runs.map((run) => run.spec)),
    accuracy: accuracyBySection(runs, step),
    /** Only where some group has several runs: else it would repeat the table before. */
    grouped: groups.some((group) => group.length > 1) ? groupedAccuracy(groups, step) : null,
    paired: others.map((group) => {
      const { pairs, unpaired } = pairBySeed(reference, group);
      // Up to the step that was asked for.
      const upTo = (run: RunView) => ({
        evaluations: run.evaluations.filter((e) => step === null || e.step <= step),
      });
      const result = pairedAccuracy(pairs.map(([a, b]) => [upTo(a), upTo(b)] as const));
      return { first: reference, second: group, pairs, unpaired, result };
    }),
    regions: rest.map((run) => ({ run, regions: compareRegions(first.spec.dataset, run.spec.dataset) })),
  };
}

function textOf(comparison: Comparison, all: boolean): string {
  const { runs, groups, specification, accuracy, grouped, paired, regions } = comparison;
  const titleOf = titles(runs);
  const names = runs.map(titleOf);
  const groupTitle = (group: readonly RunView[]) =>
    group.length === 1 ? titleOf(group[0]!) : `${titleOf(group[0]!)} and ${group.length - 1} more`;
  const facts = runs.map((run) => [
    run.id,
    run.name,
    run.deletedAt === null ? run.state : `${run.state}, deleted`,
    `${run.step}/${run.steps}`,
    String(run.seed),
  ]);
  const parts = [
    formatTable([['id', 'name', 'state', 'step', 'seed'], ...facts], [3, 4]),
    specificationText(names, specification, all),
    accuracyText(names, accuracy),
  ];
  if (grouped !== null) parts.push(groupsText(groups.map(groupTitle), grouped));
  for (const { first, second, unpaired, result } of paired) {
    parts.push(
      pairedText(`${groupTitle(first)} against ${groupTitle(second)}`, result, unpaired.map(titleOf)),
    );
  }
  const others = regions.map(({ run, regions: overlay }) => ({ title: titleOf(run), regions: overlay }));
  parts.push(regionsText(names[0]!, others));
  return parts.join('\n\n');
}

/** Names, with the id where two runs have the same. */
function titles(runs: readonly RunView[]): (run: RunView) => string {
  const count = (name: string) => runs.filter((run) => run.name === name).length;
  return (run) => (count(run.name) > 1 ? `${run.name} ${run.id}` : run.name);
}

function documentOf(comparison: Comparison, all: boolean) {
  const { runs, groups, specification, accuracy, grouped, paired, regions } = comparison;
  const ids = (list: readonly RunView[]) => list.map((run) => run.id);
  return {
    runs: runs.map(({ id, name, state, step, steps, seed, preset, specHash, weights, row }) => ({
      ...{ id, name, state, step, steps, seed, preset, specHash, weights },
      parent: row.parent?.id ?? null,
    })),
    // JSON has no "undefined": runs that lack a field are named.
    specification: specification
      .filter((row) => all || row.differs)
      .map(({ path, values, differs }) => ({
        path,
        values: values.map((value) => value ?? null),
        absent: runs.filter((_, i) => values[i] === undefined).map((run) => run.id),
        differs,
      })),
    accuracy: {
      evaluated: accuracy.evaluations.map(
        (e) => e && { step: e.step, final: e.final, tolerancePx: e.tolerancePx },
      ),
      rows: accuracy.rows,
    },
    groups: groups.map(ids),
    groupedAccuracy: grouped,
    paired: paired.map(({ pairs, unpaired, result }) => ({
      pairs: pairs.map(ids),
      unpaired: ids(unpaired),
      ...result,
    })),
    regions: regions.map(({ run, regions: overlay }) => ({ run: run.id, ...countsOf(overlay) })),
  };
}

/** Without the bitmaps. */
function countsOf(regions: RegionComparison) {
  if (!regions.comparable) return regions;
  const counts = ({ codes: _, ...rest }: LayerOverlay) => rest;
  const { heldOut, lesion, removed } = regions;
  return { comparable: true, heldOut: counts(heldOut), lesion: counts(lesion), removed: counts(removed) };
}
