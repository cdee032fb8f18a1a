import type { Dataset } from '../../core/dataset/dataset.ts';
import { createRenderer } from '../../core/dataset/render.ts';
import { judge } from '../../core/metrics/evaluation-labels.ts';
import type { Reading } from '../../core/metrics/readout.ts';
import type { SheetPanel, SheetSection } from './sheet.ts';

/** What an evaluation generated and read, in the order of its sections. */
export interface EvaluatedImages {
  readonly dataset: Dataset;
  readonly tolerancePx: number;
  readonly samplesPerLabel: number;
  /** Sections with their number of labels; the images of one follow those of the one before. */
  readonly sections: readonly { readonly section: string; readonly labels: number }[];
  readonly scores: readonly Score[];
  /** (n, 1, N, N) float32 in [-1, 1]. */
  readonly images: Float32Array;
  /** (n) One for each image. */
  readonly labels: readonly (readonly [number, number])[];
  readonly readings: readonly Reading[];
}

interface Score {
  readonly section: string;
  readonly x: { readonly mean: number };
  readonly y: { readonly mean: number };
  readonly both: { readonly mean: number };
}

export interface SheetSize {
  /** Labels of each section, and samples of each label, that are shown at most. */
  readonly labels: number;
  readonly samples: number;
}

/** The first labels of each section with their ground truth and samples, as sections of a sheet. */
export function evaluationSections(evaluated: EvaluatedImages, size: SheetSize): SheetSection[] {
  const { dataset, samplesPerLabel, tolerancePx, images, labels, readings, scores } = evaluated;
  const pixels = dataset.spec.size ** 2;
  const render = createRenderer(dataset.spec);
  const period = dataset.lattice.periodic ? dataset.lattice.size : null;
  let from = 0;
  return evaluated.sections.map((section) => {
    const first = from;
    from += section.labels * samplesPerLabel;
    const items = Array.from({ length: Math.min(size.labels, section.labels) }, (_, i) => {
      const start = first + i * samplesPerLabel;
      const [x, y] = labels[start]!;
      const truth = new Float32Array(pixels);
      render(dataset.testKind, x, y, truth, 0);
      const samples = Array.from({ length: Math.min(size.samples, samplesPerLabel) }, (_, k) => {
        const at = start + k;
        const verdict = judge(readings[at]!, x, y, tolerancePx, period);
        return {
          image: images.slice(at * pixels, (at + 1) * pixels),
          ok: verdict.rightX && verdict.rightY,
        };
      });
      return { x, y, truth, samples };
    });
    const score = scores.find((s) => s.section === section.section)!;
    const show = ({ mean }: { mean: number }) => mean.toFixed(2);
    const accuracyText = `both ${show(score.both)} · x ${show(score.x)} · y ${show(score.y)}`;
    return { name: section.section, accuracyText, items };
  });
}

/** What the dataset and the rule are, in one line under a title. */
export function evaluationSubtitle({ dataset, tolerancePx }: EvaluatedImages, sampler: string): string {
  const { size } = dataset.spec;
  const kind = dataset.testKind === 'bump2d' ? '2D Gaussian bumps' : '2D sums of stripes';
  return (
    `${kind}, ${size}×${size} px, ${dataset.trainingImages} training images; ${sampler}; ` +
    `right means an error below ${tolerancePx} px in x and in y`
  );
}

/** One side of a comparison. */
export function evaluationPanel(
  title: string,
  subtitle: string,
  evaluated: EvaluatedImages,
  size: SheetSize,
): SheetPanel {
  return { title, subtitle, sections: evaluationSections(evaluated, size) };
}
