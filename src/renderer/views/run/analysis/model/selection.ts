/** Which labels are selected, by what was done to them. Indices are those of the labels. */

export type How = 'replace' | 'add' | 'remove' | 'toggle';

export function selectionAfter<T>(before: ReadonlySet<T>, items: Iterable<T>, how: How): ReadonlySet<T> {
  if (how === 'replace') return new Set(items);
  const after = new Set(before);
  for (const i of items) {
    if (how === 'add' || (how === 'toggle' && !before.has(i))) after.add(i);
    else after.delete(i);
  }
  return after;
}

export type Labels = readonly (readonly [x: number, y: number])[];

/** Indices of labels in the rectangle that two of them span, both included. */
export function spanned(labels: Labels, a: number, b: number): number[] {
  const [[ax, ay], [bx, by]] = [labels[a]!, labels[b]!];
  const [x0, x1, y0, y1] = [Math.min(ax, bx), Math.max(ax, bx), Math.min(ay, by), Math.max(ay, by)];
  return labels.flatMap(([x, y], i) => (x >= x0 && x <= x1 && y >= y0 && y <= y1 ? [i] : []));
}

/** Labels of the same x (0) or y (1). */
export function lineOf(labels: Labels, at: number, axis: 0 | 1): number[] {
  const value = labels[at]![axis];
  return labels.flatMap((label, i) => (label[axis] === value ? [i] : []));
}

/** The next label along an axis, or the same at the end: that of least distance, and least aside. */
export function neighbour(labels: Labels, at: number, axis: 0 | 1, by: 1 | -1): number {
  const from = labels[at]!;
  let best = at;
  let [bestAside, bestAlong] = [Infinity, Infinity];
  labels.forEach((label, i) => {
    const along = by * (label[axis] - from[axis]);
    const aside = Math.abs(label[1 - axis]! - from[1 - axis]!);
    if (along <= 0 || aside > bestAside || (aside === bestAside && along >= bestAlong)) return;
    [best, bestAside, bestAlong] = [i, aside, along];
  });
  return best;
}

/** True inside a polygon by the even–odd rule. @param polygon at least three corners */
export function inside(
  polygon: readonly (readonly [number, number])[],
  [x, y]: readonly [number, number],
): boolean {
  let odd = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [polygon[i]!, polygon[j]!];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}

/** `12 of 256 labels: in-distribution 8, vertical 4`. */
export function selectionText(selected: ReadonlySet<number>, sections: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const i of selected) counts.set(sections[i] ?? '', (counts.get(sections[i] ?? '') ?? 0) + 1);
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([section, count]) => `${section} ${count}`);
  const of = `${selected.size} of ${sections.length} labels selected`;
  return parts.length === 0 ? of : `${of}: ${parts.join(', ')}`;
}
