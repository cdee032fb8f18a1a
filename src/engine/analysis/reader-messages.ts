import type { ErrorData } from '../../core/base/errors.ts';
import type { ReadingMode } from '../../shared/analysis.ts';
import type { RunSpec } from '../../shared/run-spec.ts';

export interface ReaderSetup {
  /** Bytes of an exported denoiser with the tap as an output. */
  readonly model: Uint8Array;
  readonly spec: RunSpec;
  readonly tap: string;
  readonly mode: ReadingMode;
  /** The timestep of what the network sees. */
  readonly timestep: number;
  readonly seed: number;
}

export interface ReaderRequest {
  readonly chunk: number;
  /** (b, 2) x then y. */
  readonly labels: Float32Array;
  /** (b) noise keys. */
  readonly keys: Uint32Array;
}

export type ReaderReply =
  /** (b, d) */
  | { readonly type: 'done'; readonly chunk: number; readonly values: Float32Array }
  | { readonly type: 'error'; readonly error: ErrorData };
