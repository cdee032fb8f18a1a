/** A box of labels, half-open: x0 ≤ ix < x1 and y0 ≤ iy < y1. */
export interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

export function joinBoxes(a: Box | null, b: Box | null): Box | null {
  if (a === null) return b;
  if (b === null) return a;
  return {
    x0: Math.min(a.x0, b.x0),
    y0: Math.min(a.y0, b.y0),
    x1: Math.max(a.x1, b.x1),
    y1: Math.max(a.y1, b.y1),
  };
}

/** The smallest box around all labels in which two bitmaps of width `nx` differ. */
export function differenceBox(a: Uint8Array, b: Uint8Array, nx: number): Box | null {
  const rows = a.length / nx;
  const box: Box = { x0: nx, y0: rows, x1: 0, y1: 0 };
  for (let iy = 0; iy < rows; iy++) {
    const row = iy * nx;
    let from = 0;
    while (from < nx && a[row + from] === b[row + from]) from++;
    if (from === nx) continue;
    let to = nx - 1;
    while (a[row + to] === b[row + to]) to--;
    box.x0 = Math.min(box.x0, from);
    box.x1 = Math.max(box.x1, to + 1);
    box.y0 = Math.min(box.y0, iy);
    box.y1 = iy + 1;
  }
  return box.x1 === 0 ? null : box;
}
