import type { FactorizationResult } from '../../../../core/metrics/records-analysis.ts';
import { DECIDING_TESTS } from '../../../../core/metrics/factorization/score.ts';
import type { AnalysisRecord } from '../../../../shared/analysis.ts';
import { IDEALS, type IdealShape, type TestResult } from '../../../charts/cosines.ts';

/** What the tables of the factorization say. */

/** The answer of a factorization analysis, or null for one of another kind. */
export function factorizationOf(record: Pick<AnalysisRecord, 'answer'> | null): FactorizationResult | null {
  return record?.answer.kind === 'factorization' ? record.answer.result : null;
}

export function decides({ test }: Pick<TestResult, 'test'>): boolean {
  return (DECIDING_TESTS as readonly string[]).includes(test);
}

/** The tests that decide first, in their order, then the others. */
export function orderedTests({ tests }: FactorizationResult): TestResult[] {
  return [...tests.filter(decides), ...tests.filter((test) => !decides(test))];
}

/** The ideals that count: the Clifford torus, and the 3D torus in its better assignment. */
export function countedIdeals({
  bestTorus,
}: Pick<FactorizationResult, 'bestTorus'>): [IdealShape, IdealShape] {
  return ['clifford', bestTorus === 'x' ? 'torusX' : 'torusY'];
}

/**
 * The nearer of the Clifford torus and the better 3D torus in one test; null where they are equally far, or a
 * distance is missing.
 */
export function nearest(
  { distance }: TestResult,
  result: Pick<FactorizationResult, 'bestTorus'>,
): IdealShape | null {
  const [clifford, torus] = countedIdeals(result);
  const [a, b] = [distance[clifford], distance[torus]];
  if (a === null || b === null || Math.abs(a - b) < 1e-9) return null;
  return a < b ? clifford : torus;
}

/** How many of the deciding tests lie nearer to which ideal; `alike` counts those that are equally far. */
export interface Verdict {
  readonly clifford: number;
  readonly torus: number;
  readonly alike: number;
}

/**
 * Claim C2 asks in which deciding tests a model is nearer to the Clifford torus than to the better 3D torus. One of the
 * three cannot tell: the parallelism of the feature that goes around the axis is 1 on both, so that distances to them
 * are the same. Null if a test has no distance.
 */
export function verdictOf(result: FactorizationResult): Verdict | null {
  const deciding = result.tests.filter(decides);
  const missing = deciding.some(({ distance }) =>
    countedIdeals(result).some((ideal) => distance[ideal] === null),
  );
  if (missing) return null;
  const shapes = deciding.map((test) => nearest(test, result));
  const clifford = shapes.filter((shape) => shape === 'clifford').length;
  const alike = shapes.filter((shape) => shape === null).length;
  return { clifford, torus: shapes.length - clifford - alike, alike };
}

export function verdictText({ clifford, torus, alike }: Verdict): string {
  const of = clifford + torus;
  const tests = (n: number): string => `${n} ${n === 1 ? 'test' : 'tests'}`;
  const all = of === 1 ? 'the one test' : of === 2 ? 'both tests' : `all ${of} tests`;
  const nearer =
    torus === 0
      ? `Nearer to the Clifford torus in ${all} that can tell`
      : clifford === 0
        ? `Nearer to the 3D torus in ${all} that can tell`
        : `Nearer to the Clifford torus in ${tests(clifford)}, to the 3D torus in ${tests(torus)}`;
  if (of === 0) return 'Equally far from both in all deciding tests.';
  return alike === 0 ? `${nearer}.` : `${nearer}; equally far in ${tests(alike)}.`;
}

export function idealName(shape: IdealShape): string {
  return IDEALS.find(({ key }) => key === shape)!.name;
}

export const SCORE_MEANING: readonly { value: string; meaning: string }[] = [
  { value: '1', meaning: 'the cosines of the Clifford torus: x and y in planes of their own' },
  { value: '½', meaning: 'as far from one as from the other, as is also what resembles neither' },
  { value: '0', meaning: 'the cosines of the 3D torus, in its better assignment' },
];

/** −0.012; – where there is none. */
export function fixed(value: number | null, digits = 3): string {
  if (value === null) return '–';
  const text = Math.abs(value).toFixed(digits);
  return (value < 0 && Number(text) !== 0 ? '−' : '') + text;
}
