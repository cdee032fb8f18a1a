import type { ErrorData } from '../../core/base/errors.ts';
import type { RunSpec } from '../../shared/run-spec.ts';

/** Messages between the trainer and its replica threads. Vectors are shared memory and never copied. */

export interface ReplicaSetup {
  readonly spec: RunSpec;
  readonly gradientModel: Uint8Array;
  readonly lossModel: Uint8Array | null;
  /** Two sets of (parameters, average), each (P): the current one alternates. */
  readonly parameters: readonly [Float32Array, Float32Array];
  readonly averages: readonly [Float32Array, Float32Array];
  /** One gradient (P) for each shard. */
  readonly gradients: readonly Float32Array[];
  /** One loss for each shard. */
  readonly losses: Float32Array;
}

export type ReplicaRequest =
  | {
      readonly type: 'gradients';
      readonly id: number;
      readonly step: number;
      readonly current: 0 | 1;
      readonly shards: readonly number[];
    }
  | {
      readonly type: 'validation';
      readonly id: number;
      readonly current: 0 | 1;
      readonly weights: 'raw' | 'ema';
    };

export type ReplicaReply =
  | { readonly type: 'ready' }
  /** It could not start. */
  | { readonly type: 'failed'; readonly error: ErrorData }
  | { readonly type: 'done'; readonly id: number; readonly value: number | null }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorData };
