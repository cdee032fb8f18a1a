import type { RunPage, RunRow } from '../../../../shared/contract/runs.ts';
import { service } from '../../../service/connection.ts';

/** Rows of one answer, and how many answers are read before giving up: a group lies together, but anywhere. */
const PAGE = 500;
const MOST_PAGES = 20;

/** Runs that are equal to this one but for the seed, itself included, the newest first. */
export async function otherSeeds(id: string): Promise<readonly RunRow[]> {
  const pages: RunPage[] = [];
  for (let i = 0; i < MOST_PAGES; i++) {
    const page = await service.runs.page({ group: 'specButSeed', limit: PAGE, offset: i * PAGE });
    pages.push(page);
    const group = groupOf(pages, id);
    // Groups lie together: it is whole once another one began, or nothing is left.
    if (group && (group.closed || (i + 1) * PAGE >= page.total)) return group.rows;
    if ((i + 1) * PAGE >= page.total) break;
  }
  return groupOf(pages, id)?.rows ?? [];
}

/** The group of a run in pages that follow each other; null before it appeared. */
export function groupOf(
  pages: readonly Pick<RunPage, 'rows' | 'groupOf'>[],
  id: string,
): { rows: readonly RunRow[]; closed: boolean } | null {
  const rows = pages.flatMap((page) => page.rows);
  const groups = pages.flatMap((page) => page.groupOf);
  const at = rows.findIndex((row) => row.id === id);
  if (at < 0) return null;
  const members = rows.filter((_, i) => groups[i] === groups[at]);
  return { rows: members, closed: groups.at(-1) !== groups[at] };
}

/** The family of a run by forks, itself included, parents first, without those in the bin. */
export async function family(id: string): Promise<readonly RunRow[]> {
  return (await service.runs.lineage({ id })).filter((row) => row.deletedAt === null);
}
