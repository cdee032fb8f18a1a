import { shallowRef, watch, type ShallowRef } from 'vue';
import { z } from 'zod';
import { connection, service } from '../../../service/connection.ts';
import { Layout } from '../model/layout.ts';

/** A layout with a name, kept in the home. */
export const NamedView = z.object({
  name: z.string().min(1).max(80),
  layout: Layout,
  /** The runs that it was saved with, for opening both together. */
  runs: z.array(z.string()),
});
export type NamedView = z.infer<typeof NamedView>;

export interface NamedViews {
  /** By name; null before the home answered. */
  readonly views: ShallowRef<readonly NamedView[] | null>;
  refresh(): Promise<void>;
  find(name: string): NamedView | undefined;
  /** Replaces the view of that name. */
  save(view: NamedView): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
}

const PREFIX = 'view/compare/';

export function useNamedViews(): NamedViews {
  const views = shallowRef<readonly NamedView[] | null>(null);
  /** Keys of documents by name: names may hold what keys may not. */
  let keys = new Map<string, string>();

  async function refresh(): Promise<void> {
    const documents = await service.system.documents({ prefix: PREFIX });
    const found: NamedView[] = [];
    const at = new Map<string, string>();
    for (const { key, value } of documents) {
      const parsed = NamedView.safeParse(value);
      if (!parsed.success || at.has(parsed.data.name)) continue; // of another version: left alone
      at.set(parsed.data.name, key);
      found.push(parsed.data);
    }
    keys = at;
    views.value = found.sort((a, b) => a.name.localeCompare(b.name));
  }

  async function write(key: string, view: NamedView): Promise<void> {
    // Through JSON, since what the window works with is reactive.
    const value = JSON.parse(JSON.stringify(view)) as never;
    await service.system.saveDocument({ key, value, savedAt: Date.now() });
    await refresh();
  }

  // Other windows of the home may have changed them while the connection was lost.
  watch(
    () => connection.generation,
    () => void refresh().catch(() => {}), // the banner says that the connection is lost
    { immediate: true },
  );
  return {
    views,
    refresh,
    find: (name) => views.value?.find((view) => view.name === name),
    save: async (view) => {
      await refresh();
      await write(keys.get(view.name) ?? PREFIX + newKey(), view);
    },
    rename: async (from, to) => {
      await refresh();
      const view = views.value?.find(({ name }) => name === from);
      if (view) await write(keys.get(from)!, { ...view, name: to });
    },
    remove: async (name) => {
      await refresh();
      const key = keys.get(name);
      if (key !== undefined) await service.system.removeDocument({ key });
      await refresh();
    },
  };
}

const newKey = (): string => Date.now().toString(36) + Math.floor(Math.random() * 36 ** 4).toString(36);
