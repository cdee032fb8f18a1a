import type { ErrorData } from '../../../../core/base/errors.ts';
import type { DatasetSpec } from '../../../../core/dataset/spec.ts';
import type { Analysis } from './analyze.ts';

/** What crosses between the window and the analysis worker. */
export interface AnalysisRequest {
  readonly id: number;
  readonly spec: DatasetSpec;
  readonly threshold: number;
  readonly withClusters: boolean;
}

export type AnalysisReply =
  { readonly id: number; readonly analysis: Analysis } | { readonly id: number; readonly error: ErrorData };
