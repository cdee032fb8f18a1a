import type { Diagrams } from '../records-analysis.ts';

type Bars = Diagrams[number];

/**
 * Whether two diagrams are at most `distance` apart in the bottleneck distance: bars are matched one to one with births and
 * deaths at most that far from each other, and what is left over is at most twice as long.
 */
export function withinBottleneck(p: Bars, q: Bars, distance: number): boolean {
  const [endlessP, endlessQ] = [p, q].map((bars) => bars.filter(([, death]) => death === null).length);
  if (endlessP !== endlessQ) return false;
  return matches(p, q, distance) && matches(q, p, distance);
}

/**
 * Whether the long bars of one side can all be matched into the other. Both directions together give a matching that covers
 * the long bars of both sides (Mendelsohn and Dulmage 1958).
 */
function matches(from: Bars, to: Bars, distance: number): boolean {
  const long = from.filter(([birth, death]) => death === null || death - birth > 2 * distance);
  const partner = new Int32Array(to.length).fill(-1);
  const near = ([b, d]: Bars[number], [c, e]: Bars[number]) =>
    Math.abs(b - c) <= distance && (d === null || e === null ? d === e : Math.abs(d - e) <= distance);
  const place = (i: number, tried: Set<number>): boolean => {
    for (let j = 0; j < to.length; j++) {
      if (tried.has(j) || !near(long[i]!, to[j]!)) continue;
      tried.add(j);
      if (partner[j]! < 0 || place(partner[j]!, tried)) {
        partner[j] = i;
        return true;
      }
    }
    return false;
  };
  return long.every((_, i) => place(i, new Set()));
}
