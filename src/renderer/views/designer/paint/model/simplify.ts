type Point = readonly [number, number];

/**
 * A stroke with no more points than it needs: those are left out that lie within `tolerance` of the line that
 * remains (Ramer 1972; Douglas, Peucker 1973). The first and the last point stay. A brush dragged along the
 * result covers what it covered along the original, but for labels within `tolerance` of its edge.
 * @param points (P, 2) label units
 * @param tolerance label units; 0 leaves out repeated points and those on straight lines only
 */
export function simplifyStroke(points: readonly Point[], tolerance: number): [number, number][] {
  const n = points.length;
  if (n <= 2) return points.map(([x, y]) => [x, y]);
  const keep = new Uint8Array(n);
  keep[0] = keep[n - 1] = 1;
  // An explicit stack: a stroke of 100,000 points would overflow the call stack.
  const stack: [number, number][] = [[0, n - 1]];
  while (stack.length > 0) {
    const [from, to] = stack.pop()!;
    let farthest = -1;
    let most = tolerance;
    for (let i = from + 1; i < to; i++) {
      const d = distanceToSegment(points[i]!, points[from]!, points[to]!);
      if (d > most) [farthest, most] = [i, d];
    }
    if (farthest < 0) continue;
    keep[farthest] = 1;
    stack.push([from, farthest], [farthest, to]);
  }
  const kept: [number, number][] = [];
  points.forEach(([x, y], i) => {
    if (keep[i] === 1) kept.push([x, y]);
  });
  // A click is one point, not a segment of no length.
  const [a, b] = kept;
  return kept.length === 2 && a![0] === b![0] && a![1] === b![1] ? [a!] : kept;
}

/** Distance of p from the segment ab (not the line through it: a stroke that turns back keeps its far end). */
export function distanceToSegment(p: Point, a: Point, b: Point): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length));
  return Math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy);
}
