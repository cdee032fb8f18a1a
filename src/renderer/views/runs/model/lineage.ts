import type { RunRow } from '../../../../shared/contract/runs.ts';

/** A run in the tree of its family. */
export interface FamilyNode {
  readonly id: string;
  readonly run: RunRow;
  readonly children: readonly FamilyNode[];
  /** Last accuracy minus the parent's, by section: paired, since forks keep the seed. Null for one without a parent here. */
  readonly change: Readonly<Record<string, number>> | null;
}

/**
 * The trees of a family. Whoever has no parent in the list is a root: its parent was purged, or there never was one.
 * @param rows parents before children, as the contract has them
 */
export function familyTree(rows: readonly RunRow[]): FamilyNode[] {
  const nodes = new Map<string, FamilyNode & { children: FamilyNode[] }>();
  const roots: FamilyNode[] = [];
  for (const run of rows) {
    const parent = run.parent === null ? undefined : nodes.get(run.parent.id);
    const node = { id: run.id, run, children: [], change: parent ? changeOf(parent.run, run) : null };
    nodes.set(run.id, node);
    (parent?.children ?? roots).push(node);
  }
  return roots;
}

function changeOf(parent: RunRow, child: RunRow): Record<string, number> {
  return Object.fromEntries(
    Object.entries(child.accuracy).flatMap(([section, value]) => {
      const before = parent.accuracy[section];
      return before === undefined ? [] : [[section, value - before]];
    }),
  );
}

/** `+0.12`, `−0.03`, `±0.00`. */
export function formatChange(change: number): string {
  const size = Math.abs(change).toFixed(2);
  if (size === '0.00') return '±0.00';
  return `${change > 0 ? '+' : '−'}${size}`;
}
