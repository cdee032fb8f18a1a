import * as ort from 'onnxruntime-node';
import { CliffordError } from '../../core/base/errors.ts';

/** A single-threaded CPU session: cores are used by running several of them side by side. */
export async function openSession(model: Uint8Array): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(model, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw new CliffordError('INVALID_INPUT', `onnxruntime refused the model: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

export function float32(data: Float32Array, shape: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', data, shape);
}

export function int64(data: BigInt64Array, shape: readonly number[]): ort.Tensor {
  return new ort.Tensor('int64', data, shape);
}

/** Version and platform of the bundled onnxruntime. */
export function onnxruntimeVersion(): string {
  return ort.env.versions.node ?? ort.env.versions.common;
}

/** Float32 vector in memory that worker threads share; onnxruntime reads and writes it in place (Node ≥ 24). */
export function sharedVector(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}
