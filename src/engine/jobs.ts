import { join } from 'node:path';
import { invalid } from '../core/base/errors.ts';
import { buildDataset } from '../core/dataset/dataset.ts';
import { makeSchedule } from '../core/diffusion/schedule.ts';
import { trajectoryTimesteps } from '../core/diffusion/trajectory.ts';
import { createReadout, readImages } from '../core/metrics/readout.ts';
import { ensureFolder, writeFileAtomic, type WrittenFile } from '../files/atomic.ts';
import { specHash } from '../files/hash.ts';
import { contactSheet, encodePng, enlarge, grayPicture } from '../files/image.ts';
import { writeNpy } from '../files/npy.ts';
import { readBytes } from '../files/storage-error.ts';
import {
  type EngineEvent,
  type EngineRequest,
  MOST_IMAGES,
  SAMPLE_FILE,
  type SampleFile,
} from '../shared/engine-protocol.ts';
import { readCheckpoint } from './checkpoint.ts';
import { designRun } from './design.ts';
import { evaluateModel, writeEvaluation } from './evaluate.ts';
import { exportModel } from './export.ts';
import { phaseReport } from './progress.ts';
import { readModel } from './read-model.ts';
import { readingRecord } from './reading-record.ts';
import { sampleImages, sampleTrajectories, type SamplingJob } from './sampling.ts';

/** Jobs other than training. Each resolves when all its events are out. */

type Request<T extends EngineRequest['type']> = Extract<EngineRequest, { type: T }>;
type Emit = (event: EngineEvent) => void;

/** The full evaluation of an exported model. */
export async function evaluateJob(
  request: Request<'evaluate'>,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> {
  const { spec, folder, threads, outDir } = request;
  const design = designRun(spec);
  const path = join(folder, request.modelFile);
  const model = readBytes(path);
  const found = readModel(model, path);
  if (specHash(found.spec) !== specHash(spec)) {
    throw invalid(
      `${path} is the model of another specification than the run's, expected the run's own model`,
    );
  }
  const { step, weights } = found;
  const report = phaseReport(emit, 'evaluating');
  const result = await evaluateModel({
    design,
    model,
    step,
    weights,
    final: true,
    threads,
    onProgress: report,
    signal,
  });
  for (const artifact of writeEvaluation(design, result, folder, outDir))
    emit({ type: 'artifact', artifact });
  emit({ type: 'evaluation', evaluation: result.evaluation });
}

/** More images than this are in samples.npy only, not as pictures of their own, or not on the sheet. */
const MOST_PICTURES = 256;
const MOST_TILES = 1024;

/**
 * Samples at any labels. Leaves the arrays and readings.json (see `SampleFile`), up to 256 images as one PNG each, and up
 * to 1,024 on a sheet.
 */
export async function sampleJob(request: Request<'sample'>, emit: Emit, signal: AbortSignal): Promise<void> {
  const { modelFile, count, sampler, seed, threads, outDir } = request;
  const bytes = readBytes(modelFile);
  const model = readModel(bytes, modelFile);
  const { spec } = model;
  const images = request.labels.length * count;
  if (images === 0 || images > MOST_IMAGES) {
    throw invalid(
      `sample: got ${request.labels.length} labels × ${count} samples, expected 1 to ${MOST_IMAGES} images`,
    );
  }
  const size = spec.dataset.size;
  const pixels = size * size;
  const labels = new Float32Array(2 * images);
  for (let i = 0; i < images; i++) labels.set(request.labels[Math.floor(i / count)]!, 2 * i);
  const report = phaseReport(emit, 'sampling');
  const job: SamplingJob = {
    model: bytes,
    spec,
    sampler,
    seed,
    keys: Uint32Array.from({ length: images }, (_, i) => i),
    labels,
    threads,
    onProgress: (done, total) => report(done / total),
    signal,
  };
  const trajectory = request.trajectory ? await sampleTrajectories(job) : null;
  const samples = trajectory ? trajectory.frames.slice(-images * pixels) : await sampleImages(job);

  ensureFolder(outDir);
  const save = (kind: 'picture' | 'samples', file: string, written: WrittenFile) =>
    emit({ type: 'artifact', artifact: { kind, file, step: null, ...written } });
  writePictures(samples, size, request, (file, picture) =>
    save('picture', file, writeFileAtomic(join(outDir, file), encodePng(picture))),
  );
  const npy = (file: string, shape: number[], data: Float32Array) =>
    save('samples', file, writeNpy(join(outDir, file), { shape, data }));
  npy('samples.npy', [images, 1, size, size], samples);
  npy('labels.npy', [images, 2], labels);
  const { testKind } = buildDataset(spec.dataset);
  const readings = readImages(createReadout(spec.dataset, testKind), samples, size, images);
  npy('positions.npy', [images, 2], Float32Array.from(readings.flatMap((r) => [r.x, r.y])));
  const timesteps = trajectory ? trajectoryTimesteps(makeSchedule(spec.diffusion), sampler) : null;
  if (trajectory && timesteps) {
    npy('trajectory.npy', [timesteps.length + 1, images, size, size], trajectory.frames);
    npy('predictions.npy', [timesteps.length, images, size, size], trajectory.predictions);
  }
  const content: SampleFile = {
    step: model.step,
    weights: model.weights,
    size,
    labels: request.labels,
    count,
    sampler,
    seed,
    timesteps,
    readings: readings.map(readingRecord),
  };
  // The last one: it says which of the others belong together.
  save('samples', SAMPLE_FILE, writeFileAtomic(join(outDir, SAMPLE_FILE), JSON.stringify(content)));
}

/** A picture of each image, named by its label, and all of them on a sheet. */
function writePictures(
  samples: Float32Array,
  size: number,
  { labels, count }: Pick<Request<'sample'>, 'labels' | 'count'>,
  write: (file: string, picture: ReturnType<typeof grayPicture>) => void,
): void {
  const images = labels.length * count;
  const larger = (i: number, side: number) =>
    enlarge(
      grayPicture(samples.subarray(i * size * size, (i + 1) * size * size), size),
      Math.max(1, Math.ceil(side / size)),
    );
  if (images <= MOST_PICTURES) {
    const nameOf = uniqueNames(count > 1);
    for (let i = 0; i < images; i++) {
      const [x, y] = labels[Math.floor(i / count)]!;
      write(`${nameOf(`x${x}_y${y}`)}.png`, larger(i, 128));
    }
  }
  if (images <= MOST_TILES) {
    const tiles = Array.from({ length: images }, (_, i) => larger(i, 64));
    write('sheet.png', contactSheet(tiles, count > 1 ? count : Math.ceil(Math.sqrt(images))));
  }
}

/** a_1, a_2 … when all are numbered; else a, and a_2 for the same name again. */
function uniqueNames(numbered: boolean): (name: string) => string {
  const seen = new Map<string, number>();
  return (name) => {
    const n = (seen.get(name) ?? 0) + 1;
    seen.set(name, n);
    return numbered || n > 1 ? `${name}_${n}` : name;
  };
}

/** An ONNX model from a kept checkpoint, optionally with a tap as a further output. */
export function exportJob(request: Request<'export'>, emit: Emit): void {
  const { spec, folder, checkpointFile, outFile, tap } = request;
  const design = designRun(spec);
  const { state, step } = readCheckpoint(join(folder, checkpointFile), spec, design.layout);
  const automatic = step > spec.training.ema.startStep ? 'ema' : 'raw';
  const weights = request.weights === 'auto' ? automatic : request.weights;
  const flat = weights === 'ema' ? state.average : state.parameters;
  const bytes = exportModel(spec, design.layout, flat, { step, weights }, tap === null ? [] : [tap]);
  const written = writeFileAtomic(outFile, bytes);
  emit({
    type: 'artifact',
    artifact: { kind: tap === null ? 'model' : 'taps', file: outFile, step, ...written },
  });
}
