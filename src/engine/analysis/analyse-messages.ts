import type { ErrorData } from '../../core/base/errors.ts';
import type { AnalysisRequest, AnalysisResult } from '../../shared/analysis.ts';
import type { RunSpec } from '../../shared/run-spec.ts';
import type { LabelGrid } from '../../shared/representation.ts';

export interface AnalyseSetup {
  /** File of the representation. */
  readonly path: string;
  readonly request: AnalysisRequest;
  readonly spec: RunSpec;
  readonly grid: LabelGrid;
  /** Bytes that points in memory may take. */
  readonly memory: number;
}

export type AnalyseReply =
  | { readonly type: 'progress'; readonly fraction: number }
  | { readonly type: 'done'; readonly answer: AnalysisResult }
  | { readonly type: 'error'; readonly error: ErrorData };
