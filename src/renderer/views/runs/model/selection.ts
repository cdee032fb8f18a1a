/** Runs chosen in the table, by id: they stay chosen across pages, filters and refreshes. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** Where a range begins: the row that was chosen or given up last. */
  readonly anchor: string | null;
}

export const NOTHING: Selection = { ids: new Set(), anchor: null };

export function toggled(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id };
}

/**
 * All rows from the anchor to this one take the state of the anchor, as file managers do it. Without an anchor on
 * this page it is a plain toggle.
 * @param order ids of the page's rows from top to bottom
 */
export function extended(selection: Selection, id: string, order: readonly string[]): Selection {
  const from = selection.anchor === null ? -1 : order.indexOf(selection.anchor);
  const to = order.indexOf(id);
  if (from === -1 || to === -1) return toggled(selection, id);
  const between = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  const ids = new Set(selection.ids);
  const chosen = ids.has(selection.anchor!);
  for (const other of between) {
    if (chosen) ids.add(other);
    else ids.delete(other);
  }
  return { ids, anchor: selection.anchor };
}

/** Chooses all of a list, or none of it; what is not in the list stays as it is. */
export function withAll(selection: Selection, list: readonly string[], chosen: boolean): Selection {
  const ids = new Set(selection.ids);
  for (const id of list) {
    if (chosen) ids.add(id);
    else ids.delete(id);
  }
  return { ids, anchor: null };
}

/** What the box above a list shows. */
export function coverage(selection: Selection, list: readonly string[]): 'none' | 'some' | 'all' {
  const count = list.filter((id) => selection.ids.has(id)).length;
  if (count === 0) return 'none';
  return count === list.length ? 'all' : 'some';
}
