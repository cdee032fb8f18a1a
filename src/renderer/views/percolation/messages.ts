import type { ErrorData } from '../../../core/base/errors.ts';
import type { PercolationCurve } from '../../../core/metrics/percolation/curve.ts';
import type { Task } from './settings.ts';

/** What the two workers are asked and answer. */

export interface LatticeChoice {
  readonly size: number;
  readonly spacing: number;
  readonly periodic: boolean;
}

export interface CurvesRequest {
  readonly lattice: LatticeChoice;
  readonly tasks: readonly Task[];
  readonly lambdas: readonly number[];
  readonly seeds: number;
}

export type CurvesReply =
  | { readonly type: 'progress'; readonly task: Task; readonly seeds: number }
  | { readonly type: 'curve'; readonly task: Task; readonly curve: PercolationCurve }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly error: ErrorData };

export interface ClustersRequest {
  readonly id: number;
  readonly lattice: LatticeChoice;
  readonly sigma: number;
  readonly threshold: number;
  readonly lambda: number;
  readonly seed: number;
}

/** The bumps kept, and how they hang together. */
export interface LatticeClusters {
  readonly lattice: LatticeChoice;
  readonly side: number;
  // sites: (k) uint32, j · side + i; rank: (k) int32, of each one's cluster by size, 0 the largest
  readonly sites: Uint32Array;
  readonly rank: Int32Array;
  // sizes: (clusters) int32, descending
  readonly sizes: Int32Array;
  /** Greatest distance of two linked bumps, in pixels. */
  readonly cutoff: number;
  // areas: (side²) int32, the rank of the cluster around each site or −1, where bumps are too many to draw each
  readonly areas: Int32Array | null;
}

export type ClustersReply =
  | { readonly id: number; readonly clusters: LatticeClusters }
  | { readonly id: number; readonly error: ErrorData };
