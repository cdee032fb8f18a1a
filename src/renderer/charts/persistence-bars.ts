import type { Diagrams } from '../../core/metrics/records-analysis.ts';

/** What charts and tables share about the bars of persistence diagrams. */

type Pair = Diagrams[number][number];

/** `H₁`. */
export function dimensionName(dimension: number): string {
  return `H${'₀₁₂₃'[dimension] ?? dimension}`;
}

/** Told apart by colour (Okabe, Ito) and by marker. */
export function dimensionStyle(dimension: number): {
  color: string;
  marker: 'circle' | 'triangle' | 'diamond';
} {
  const styles = [
    { color: '#56b4e9', marker: 'circle' },
    { color: '#d55e00', marker: 'triangle' },
    { color: '#009e73', marker: 'diamond' },
  ] as const;
  return styles[dimension] ?? styles[2];
}

/** How long a class lives; Infinity if it never dies. */
export function persistenceOf([birth, death]: readonly [number, number | null]): number {
  return death === null ? Infinity : death - birth;
}

/** Lengths of the bars of a dimension that end, longest first. */
export function finiteLengths(diagrams: Diagrams, dimension: number): number[] {
  return (diagrams[dimension] ?? [])
    .filter(([, death]) => death !== null)
    .map((pair) => persistenceOf(pair))
    .sort((a, b) => b - a);
}

export interface BarRatio {
  /** Persistence over persistence; Infinity where there is no other bar; null where there is none to compare. */
  readonly value: number | null;
  /** The least value of a torus, by the rule of claim C1. */
  readonly least: number;
}

/**
 * The ratios that the rule for a torus looks at (paper, claim C1): two H₁ bars at least twice as long as the third, one
 * H₂ bar at least 1.5 times as long as the next.
 */
export function torusRatios(diagrams: Diagrams): { h1: BarRatio; h2: BarRatio } {
  const ratio = (dimension: number, place: number, least: number): BarRatio => {
    const lengths = finiteLengths(diagrams, dimension);
    const longer = lengths[place];
    if (longer === undefined) return { value: null, least };
    return { value: longer / (lengths[place + 1] ?? 0), least };
  };
  return { h1: ratio(1, 1, 2), h2: ratio(2, 0, 1.5) };
}

/** Whether both ratios are reached; null if a dimension was not computed. */
export function looksLikeTorus(diagrams: Diagrams): boolean | null {
  if (diagrams.length < 3) return null;
  const { h1, h2 } = torusRatios(diagrams);
  return [h1, h2].every(({ value, least }) => value !== null && value >= least);
}

/** The longest bars of a dimension, those that never end first. */
export function longestBars(diagrams: Diagrams, dimension: number, most: number): Pair[] {
  return [...(diagrams[dimension] ?? [])]
    .sort((a, b) => (persistenceOf(b) === persistenceOf(a) ? 0 : persistenceOf(b) - persistenceOf(a)))
    .slice(0, most);
}
