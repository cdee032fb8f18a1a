import { CliffordError } from '../../core/base/errors.ts';
import { buildDataset } from '../../core/dataset/dataset.ts';
import { countPhases, phaseContext } from '../../core/metrics/phases.ts';
import type { RunPhases } from '../../core/metrics/records-analysis.ts';
import { sha256 } from '../../files/hash.ts';
import { decodeNpy } from '../../files/npy.ts';
import { readBytes } from '../../files/storage-error.ts';
import type { EvaluationSamples } from '../../shared/contract/runs.ts';
import { EvaluationFile } from '../../shared/records.ts';
import { artifactPath } from './artifact-files.ts';
import { needRun, runFolder, specOf, type Context } from './context.ts';
import { newestArtifacts } from './store/ledger.ts';
import type { ArtifactRow, RunRow } from './store/schema.ts';

/** More pixels than this would not fit into one answer. */
const MOST_PIXELS = 64 * 2 ** 20;

/**
 * The images and read-outs of the newest evaluation of a step, from the files that it left.
 * @throws CliffordError NOT_FOUND when there is none, STORAGE when its files are not as they were recorded
 */
export function evaluationSamples(
  ctx: Context,
  runId: string,
  step: number,
  final: boolean,
): EvaluationSamples {
  const run = needRun(ctx, runId);
  const files = ctx.store.read((db) => newestArtifacts(db, run.pk, ['evaluation', 'samples']));
  const ofStep = files.filter((file) => file.step === step).sort((a, b) => b.pk - a.pk);
  for (const file of ofStep.filter((f) => f.kind === 'evaluation')) {
    const content = parse(ctx, run, file);
    if (content.evaluation.final !== final) continue;
    const folder = file.file.slice(0, file.file.lastIndexOf('/') + 1);
    const samples = ofStep.find((f) => f.kind === 'samples' && f.file === `${folder}samples.npy`);
    if (!samples) break;
    return { ...content, ...quantized(readWhole(ctx, run, samples), samples.file, content.readings.length) };
  }
  throw new CliffordError(
    'NOT_FOUND',
    `run ${run.id} (${run.name}) has no ${final ? 'full ' : ''}evaluation with samples at step ${step}`,
  );
}

/**
 * Phases of generation by step and section (claim C9), ascending, from the newest evaluation of each step. A file that
 * is not as it was recorded is named, and its step left out: an older evaluation of it may have asked for other images.
 */
export function phases(ctx: Context, runId: string): RunPhases {
  const run = needRun(ctx, runId);
  const files = ctx.store.read((db) => newestArtifacts(db, run.pk, ['evaluation']));
  const context = phaseContext(buildDataset(specOf(run).dataset));
  const newest = files.filter((file, i) => file.step !== files[i - 1]?.step);
  const found: RunPhases = { counts: [], damaged: [] };
  for (const file of newest.reverse()) {
    try {
      found.counts.push(...countPhases(parse(ctx, run, file), context));
    } catch (error) {
      if (!(error instanceof CliffordError)) throw error;
      found.damaged.push({ step: file.step ?? 0, message: error.message });
    }
  }
  return found;
}

function parse(ctx: Context, run: RunRow, file: ArtifactRow): EvaluationFile {
  const text = new TextDecoder().decode(readWhole(ctx, run, file));
  try {
    return EvaluationFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new CliffordError('STORAGE', `evaluation file ${file.file} of run ${run.id} cannot be read`, {
      cause,
    });
  }
}

/** The bytes of a recorded file, read once and checked. */
function readWhole(ctx: Context, run: RunRow, file: ArtifactRow): Uint8Array<ArrayBuffer> {
  const bytes = readBytes(artifactPath(runFolder(ctx, run.id), file.file));
  const actual = sha256(bytes);
  if (actual === file.sha256) return bytes;
  throw new CliffordError(
    'STORAGE',
    `${file.kind} file ${file.file} of run ${run.id} has sha256 ${actual}, expected ${file.sha256}`,
  );
}

/** (images, 1, N, N) float32 in [-1, 1] as bytes 0…255. */
function quantized(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  readings: number,
): { size: number; pixels: string } {
  const { shape, data } = decodeNpy(bytes, name);
  const [images, , size, width] = shape;
  if (!(data instanceof Float32Array) || shape.length !== 4 || size !== width || images !== readings) {
    throw new CliffordError(
      'STORAGE',
      `${name} holds an array of shape (${shape.join(', ')}), expected (${readings}, 1, N, N) of float32`,
    );
  }
  if (data.length > MOST_PIXELS) {
    throw new CliffordError(
      'STORAGE',
      `${name} holds ${data.length} pixels, expected at most ${MOST_PIXELS}`,
    );
  }
  return { size: size!, pixels: Buffer.from(quantize(data)).toString('base64') };
}

/** [-1, 1] to 0…255, what lies outside clipped as pictures do. */
function quantize(values: Float32Array): Uint8ClampedArray {
  const out = new Uint8ClampedArray(values.length);
  for (let i = 0; i < values.length; i++) out[i] = (values[i]! + 1) * 127.5;
  return out;
}
