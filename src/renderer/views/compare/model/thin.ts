import type { Point } from '../../../charts/smoothing.ts';

/**
 * Points for drawing: cut into stretches of equal length in x, of which the least and the greatest value stay, with the
 * first and the last point. No peak is lost, and what is left are points that were measured.
 * @param points x ascending
 * @param most at least 4; fewer points are returned as they are
 */
export function thinned(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  const first = points[0]![0];
  const length = points.at(-1)![0] - first;
  const stretches = Math.floor((most - 2) / 2);
  const out: Point[] = [points[0]!];
  let from = 1;
  for (let stretch = 1; stretch <= stretches; stretch++) {
    const end = stretch === stretches ? Infinity : first + (length * stretch) / stretches;
    let [least, greatest] = [-1, -1];
    for (; from < points.length - 1 && points[from]![0] <= end; from++) {
      const y = points[from]![1];
      if (least < 0 || y < points[least]![1]) least = from;
      if (greatest < 0 || y > points[greatest]![1]) greatest = from;
    }
    if (least < 0) continue;
    const [a, b] = least < greatest ? [least, greatest] : [greatest, least];
    out.push(points[a]!);
    if (b !== a) out.push(points[b]!);
  }
  out.push(points.at(-1)!);
  return out;
}
