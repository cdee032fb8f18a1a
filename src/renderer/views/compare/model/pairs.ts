import { pairBySeed, type Pairing } from '../../../../shared/compare/paired.ts';
import type { ComparedRun, Group } from './run.ts';

/**
 * The two groups that are compared pair by pair: those of the chosen runs, else a parent and its fork, else the first
 * two that share a seed; null when no two groups do.
 */
export function chosenGroups(
  groups: readonly Group[],
  first: string | null,
  second: string | null,
): readonly [Group, Group] | null {
  const groupOf = (id: string | null): Group | undefined =>
    groups.find(({ runs }) => runs.some((run) => run.id === id));
  const [a, b] = [groupOf(first), groupOf(second)];
  if (a && b && a !== b) return [a, b];
  const candidates = groups.flatMap((one, i) =>
    groups.slice(i + 1).map((other): [Group, Group] => [one, other]),
  );
  const forked = candidates.map(parentFirst).find((pair) => pair !== null);
  const sharing = candidates.find(([one, other]) => pairBySeed(one.runs, other.runs).pairs.length > 0);
  const [x, y] = forked ?? sharing ?? [];
  if (a && !b) return withPartner(a, groups);
  return x && y ? [x, y] : null;
}

export function pairingOf([first, second]: readonly [Group, Group]): Pairing<ComparedRun> {
  return pairBySeed(first.runs, second.runs);
}

function withPartner(group: Group, groups: readonly Group[]): readonly [Group, Group] | null {
  const partner = groups.find(
    (other) => other !== group && pairBySeed(group.runs, other.runs).pairs.length > 0,
  );
  return partner ? [group, partner] : null;
}

/** The two with the parents in front, or null when neither holds a fork of the other. */
function parentFirst([one, other]: [Group, Group]): [Group, Group] | null {
  const forks = (parent: Group, child: Group): boolean =>
    child.runs.some(({ row }) => row.parent !== null && parent.runs.some(({ id }) => id === row.parent!.id));
  if (forks(one, other)) return [one, other];
  return forks(other, one) ? [other, one] : null;
}
