import { join } from 'node:path';
import { CliffordError } from '../../core/base/errors.ts';
import { readNpy } from '../../files/npy.ts';
import { readBytes } from '../../files/storage-error.ts';
import type { SampleResult } from '../../shared/contract/sampling.ts';
import { SAMPLE_FILE, SampleFile } from '../../shared/engine-protocol.ts';

/**
 * Reads back what a `sample` job left in its folder, pixels as bytes for a window.
 * @throws CliffordError NOT_FOUND when there is nothing, STORAGE when the files are damaged or do not belong together
 */
export function readSample(outDir: string): SampleResult {
  const { step, size, labels, count, timesteps, readings } = readFile(outDir);
  const images = labels.length * count;
  const array = (name: string, shape: readonly number[], limit: number): string =>
    quantize(readArray(join(outDir, name), shape), limit).toString('base64');
  return {
    step,
    size,
    labels,
    count,
    pixels: array('samples.npy', [images, 1, size, size], 1),
    readings: readings.map(({ x, y, countX, countY }) => ({ x, y, countX, countY })),
    trajectory: timesteps && {
      timesteps,
      // On the way x is noise of unit variance and more: twice the range of images.
      frames: array('trajectory.npy', [timesteps.length + 1, images, size, size], 2),
      predictions: array('predictions.npy', [timesteps.length, images, size, size], 1),
    },
  };
}

function readFile(outDir: string): SampleFile {
  const path = join(outDir, SAMPLE_FILE);
  const text = new TextDecoder().decode(readBytes(path));
  let content: SampleFile;
  try {
    content = SampleFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new CliffordError('STORAGE', `${path} cannot be read; expected what a sampling job writes`, {
      cause,
    });
  }
  const images = content.labels.length * content.count;
  if (content.readings.length === images) return content;
  throw new CliffordError(
    'STORAGE',
    `${path} holds ${content.readings.length} readings, expected one for each of ${images} images`,
  );
}

function readArray(path: string, shape: readonly number[]): Float32Array {
  const found = readNpy(path);
  if (found.data instanceof Float32Array && String(found.shape) === String(shape)) return found.data;
  throw new CliffordError(
    'STORAGE',
    `${path} holds an array of shape (${found.shape.join(', ')}), expected (${shape.join(', ')}) of float32`,
  );
}

/** [-limit, limit] to 0 … 255; what lies beyond is clipped, as pictures do. */
function quantize(values: Float32Array, limit: number): Buffer {
  const out = Buffer.allocUnsafe(values.length);
  const scale = 127.5 / limit;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    out[i] = v >= limit ? 255 : v <= -limit ? 0 : Math.round((v + limit) * scale);
  }
  return out;
}
