import { join } from 'node:path';
import { type Lattice, labelAt } from '../core/dataset/lattice.ts';
import { scoreEvaluation } from '../core/metrics/accuracy.ts';
import { type EvaluationPlan, planEvaluation } from '../core/metrics/evaluation-labels.ts';
import { createReadout, type Reading, readImages } from '../core/metrics/readout.ts';
import { writeFileAtomic, ensureFolder, type WrittenFile } from '../files/atomic.ts';
import {
  type EvaluatedImages,
  evaluationSections,
  evaluationSubtitle,
  renderSheet,
} from '../files/figure.ts';
import { writeNpy } from '../files/npy.ts';
import type { Artifact, Evaluation, EvaluationFile } from '../shared/records.ts';
import type { RunDesign } from './design.ts';
import { readingRecord } from './reading-record.ts';
import { sampleImages } from './sampling.ts';

export interface EvaluationJob {
  readonly design: RunDesign;
  /** Bytes of the exported denoiser. */
  readonly model: Uint8Array;
  readonly step: number;
  readonly weights: 'raw' | 'ema';
  /** The full evaluation, or the cheaper one on the way. */
  readonly final: boolean;
  readonly threads: number | null;
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** An evaluation with everything it looked at. */
export interface EvaluationResult {
  readonly evaluation: Evaluation;
  readonly plan: EvaluationPlan;
  /** (plan.labels.length, 1, N, N) float32. */
  readonly images: Float32Array;
  readonly readings: readonly Reading[];
}

/** Numbers of images leave room for this many samples of one label. */
const SAMPLES_PER_LABEL_LIMIT = 1024;

/** Generates images for every section from the exported model, reads them off and scores them (paper figure 4). */
export async function evaluateModel(job: EvaluationJob): Promise<EvaluationResult> {
  const { design, final } = job;
  const { spec, dataset } = design;
  const rules = spec.evaluation;
  const counts = final ? rules : rules.during;
  const plan = planEvaluation(dataset, {
    labelsPerSection: counts.labelsPerSection,
    samplesPerLabel: counts.samplesPerLabel,
    tolerancePx: rules.tolerancePx,
    readout: rules.readout,
    seed: rules.seed,
  });
  const started = performance.now();
  const images = await generate(job, plan);
  const readout = createReadout(spec.dataset, dataset.testKind, rules.readout);
  const readings = readImages(readout, images, spec.dataset.size, plan.labels.length);
  const evaluation: Evaluation = {
    step: job.step,
    final,
    tolerancePx: plan.rule.tolerancePx,
    readout: rules.readout,
    weights: job.weights,
    seconds: (performance.now() - started) / 1000,
    sections: scoreEvaluation(dataset, plan, readings),
    skipped: [...plan.skipped],
  };
  return { evaluation, plan, images, readings };
}

/** Each (label, sample) once, even where a named shape shares labels with a section. */
async function generate(job: EvaluationJob, plan: EvaluationPlan): Promise<Float32Array> {
  const { spec, dataset } = job.design;
  const { lattice } = dataset;
  const pixels = spec.dataset.size ** 2;
  const numbers = Array.from(plan.labels, (label, i) => {
    return label * SAMPLES_PER_LABEL_LIMIT + (i % plan.samplesPerLabel);
  });
  const unique = [...new Set(numbers)];
  const places = new Map(unique.map((number, i) => [number, i]));
  const labels = new Float32Array(2 * unique.length);
  const keys = new Uint32Array(unique.length);
  unique.forEach((number, i) => {
    const label = Math.floor(number / SAMPLES_PER_LABEL_LIMIT);
    labels.set(labelAt(lattice, label), 2 * i);
    // Labels are counted within the frame, so that runs with and without a margin share their noise. Beyond 2²²
    // labels the key wraps: two images may then share their noise, which does no harm.
    keys[i] = placeInFrame(lattice, label) * SAMPLES_PER_LABEL_LIMIT + (number % SAMPLES_PER_LABEL_LIMIT);
  });
  const generated = await sampleImages({
    model: job.model,
    spec,
    sampler: spec.evaluation.sampler,
    seed: spec.evaluation.seed,
    keys,
    labels,
    threads: job.threads,
    onProgress: (done, total) => job.onProgress?.(done / total),
    ...(job.signal ? { signal: job.signal } : {}),
  });
  const images = new Float32Array(numbers.length * pixels);
  numbers.forEach((number, i) => {
    const at = places.get(number)! * pixels;
    images.set(generated.subarray(at, at + pixels), i * pixels);
  });
  return images;
}

function placeInFrame({ x, y }: Lattice, label: number): number {
  const row = Math.floor(label / x.count) - y.frameFrom;
  return row * (x.frameTo - x.frameFrom) + (label % x.count) - x.frameFrom;
}

/** How much of each section the picture shows. */
const SHEET = { labels: 12, samples: 3 };

/** Writes the picture, the samples and every reading; returns their records. `dir` is relative to `folder`. */
export function writeEvaluation(
  design: RunDesign,
  result: EvaluationResult,
  folder: string,
  dir: string,
): Artifact[] {
  const { spec, dataset } = design;
  const { plan, images, readings, evaluation } = result;
  const size = spec.dataset.size;
  ensureFolder(join(folder, dir));
  const artifact = (kind: Artifact['kind'], name: string, written: WrittenFile): Artifact => ({
    kind,
    file: `${dir}/${name}`,
    step: evaluation.step,
    ...written,
  });
  const labels = Array.from(plan.labels, (index) => labelAt(dataset.lattice, index));
  const sections = plan.sections.map((s) => ({ section: s.section, labels: s.labels.length }));
  const { seconds: _, ...timeless } = evaluation;
  const content: EvaluationFile = {
    evaluation: timeless,
    sections,
    samplesPerLabel: plan.samplesPerLabel,
    readings: readings.map((r, i) => ({ ...readingRecord(r), label: labels[i]! })),
  };
  const evaluated: EvaluatedImages = {
    dataset,
    tolerancePx: plan.rule.tolerancePx,
    samplesPerLabel: plan.samplesPerLabel,
    sections,
    scores: evaluation.sections,
    images,
    labels,
    readings,
  };
  const { sampler } = spec.evaluation;
  const picture = renderSheet({
    title: `Generated samples at step ${evaluation.step}`,
    subtitle: evaluationSubtitle(evaluated, `${sampler.kind.toUpperCase()} with ${sampler.steps} steps`),
    size,
    sections: evaluationSections(evaluated, SHEET),
  });
  return [
    artifact('picture', 'samples.png', writeFileAtomic(join(folder, dir, 'samples.png'), picture.png)),
    artifact(
      'samples',
      'samples.npy',
      writeNpy(join(folder, dir, 'samples.npy'), {
        shape: [plan.labels.length, 1, size, size],
        data: images,
      }),
    ),
    artifact(
      'evaluation',
      'evaluation.json',
      writeFileAtomic(join(folder, dir, 'evaluation.json'), JSON.stringify(content)),
    ),
  ];
}
