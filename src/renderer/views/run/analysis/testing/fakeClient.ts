import type { AnalysisRecord, AnalysisRequest, RepresentationSpec } from '../../../../../shared/analysis.ts';
import type { AnalysisEvent } from '../../../../../shared/contract/analysis.ts';
import type { AnalysisClient } from '../useRunAnalysis.ts';

/** A client that answers when it is told to, and knows what it was asked and what was given up. */
export interface FakeClient {
  readonly client: AnalysisClient;
  readonly calls: readonly Call[];
}

export interface Call {
  readonly question: Parameters<AnalysisClient>[0];
  readonly signal: AbortSignal;
  send(event: AnalysisEvent): void;
  end(): void;
  fail(problem: Error): void;
}

export function fakeClient(): FakeClient {
  const calls: Call[] = [];
  return {
    calls,
    client: (question, { signal }) => {
      const events: AnalysisEvent[] = [];
      let finish: 'ended' | Error | null = null;
      let wake = (): void => {};
      const call: Call = {
        question,
        signal,
        send: (event) => (events.push(event), wake()),
        end: () => ((finish = 'ended'), wake()),
        fail: (problem) => ((finish = problem), wake()),
      };
      calls.push(call);
      async function* stream(): AsyncGenerator<AnalysisEvent> {
        while (true) {
          while (events.length > 0) yield events.shift()!;
          if (finish instanceof Error) throw finish;
          if (finish === 'ended') return;
          await new Promise<void>((resolve) => (wake = resolve));
        }
      }
      return Promise.resolve(stream());
    },
  };
}

export const reading: RepresentationSpec = {
  tap: 'down3',
  network: 'trained',
  weights: 'auto',
  mode: 'clean',
  timestep: 50,
  seed: 0,
  perAxis: 4,
};

/** A record of PCA without points. */
export function recordOf(
  request: AnalysisRequest,
  { step = 100, points = 0 }: { step?: number; points?: number } = {},
): AnalysisRecord {
  return {
    runId: 'r',
    step,
    representation: reading,
    request,
    labels: Array.from({ length: points }, (_, i) => [i, 0]),
    sections: Array.from({ length: points }, () => 'in-distribution'),
    dimension: 8,
    shape: [8],
    seconds: 1,
    answer: {
      kind: 'pca',
      result: {
        method: 'exact',
        points,
        dimension: 8,
        explainedVariance: [2, 1],
        explainedVarianceRatio: [2 / 3, 1 / 3],
        totalVariance: 3,
        participationRatio: 1.8,
        top4: 1,
        scores: { dtype: 'float32', shape: [points, 2], base64: btoa('\0'.repeat(4 * 2 * points)) },
      },
    },
  };
}
