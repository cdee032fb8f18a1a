import { existsSync } from 'node:fs';
import { app } from 'electron';
import { z } from 'zod';
import type { Workbench } from '../workbench/api.ts';
import type { Stored } from './stored.ts';

/** What was opened last, newest first: runs that were looked at and bundles that were imported. */
export const RecentItem = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), id: z.string() }),
  z.object({ kind: z.literal('bundle'), file: z.string() }),
]);
export type RecentItem = z.infer<typeof RecentItem>;
export const RecentItems = z.array(RecentItem);

export const MOST_RECENT = 12;

export interface Recent {
  /** Those that are still there; runs by their present name. */
  list(): (RecentItem & { label: string })[];
  add(item: RecentItem): void;
  clear(): void;
}

export function createRecent(
  kept: Stored<RecentItem[]>,
  workbench: Pick<Workbench, 'resolveRun'>,
  onChange: () => void,
): Recent {
  let items = kept.get();
  const set = (next: RecentItem[]): void => {
    items = next;
    kept.set(items);
    onChange();
  };
  return {
    list: () =>
      items.flatMap((item) => {
        const label = labelOf(item, workbench);
        return label === null ? [] : [{ ...item, label }];
      }),
    add(item) {
      // The system has a list of its own, which the dock and the task bar show.
      if (item.kind === 'bundle') app.addRecentDocument(item.file);
      if (isSame(items[0], item)) return;
      set([item, ...items.filter((other) => !isSame(other, item))].slice(0, MOST_RECENT));
    },
    clear() {
      app.clearRecentDocuments();
      set([]);
    },
  };
}

function labelOf(item: RecentItem, workbench: Pick<Workbench, 'resolveRun'>): string | null {
  if (item.kind === 'bundle') return existsSync(item.file) ? item.file : null;
  try {
    return workbench.resolveRun(item.id).name;
  } catch {
    return null; // deleted since
  }
}

function isSame(a: RecentItem | undefined, b: RecentItem): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The run that an address of the page shows, or null. */
export function runOf(address: string): string | null {
  const [, id] = /^#\/runs\/([^/?#]+)/.exec(URL.canParse(address) ? new URL(address).hash : '') ?? [];
  return id === undefined ? null : decodeURIComponent(id);
}
