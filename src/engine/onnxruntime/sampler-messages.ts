import type { ErrorData } from '../../core/base/errors.ts';
import type { DiffusionSpec, SamplerSpec } from '../../core/diffusion/spec.ts';

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
}

export type SamplerReply =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly chunk: number; readonly images: Float32Array }
  | { readonly type: 'error'; readonly error: ErrorData };
