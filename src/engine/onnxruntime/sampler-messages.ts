import type { ErrorData } from '../../core/base/errors.ts';
import type { DiffusionSpec, SamplerSpec } from '../../core/diffusion/spec.ts';
import type { Trajectory } from '../../core/diffusion/trajectory.ts';

export interface SamplerSetup {
  /** Bytes of an exported denoiser. */
  readonly model: Uint8Array;
  readonly diffusion: DiffusionSpec;
  readonly sampler: SamplerSpec;
  readonly size: number;
  readonly seed: number;
}

export interface SamplerRequest {
  readonly chunk: number;
  /** (b) noise keys. */
  readonly keys: Uint32Array;
  /** (b, 2) x then y. */
  readonly labels: Float32Array;
  /** Whether the way from noise is wanted too. */
  readonly trajectory: boolean;
}

export type SamplerReply =
  | { readonly type: 'ready' }
  /** A chunk is this far, 0 … 1; not more than a few times a second. */
  | { readonly type: 'progress'; readonly chunk: number; readonly fraction: number }
  | {
      readonly type: 'done';
      readonly chunk: number;
      /** (b, 1, N, N) */
      readonly images: Float32Array;
      readonly trajectory: Trajectory | null;
    }
  | { readonly type: 'error'; readonly error: ErrorData };
