import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliffordError } from '../../core/base/errors.ts';
import { buildDataset } from '../../core/dataset/dataset.ts';
import { type EvaluatedImages, evaluationPanel, renderComparison } from '../../files/figure.ts';
import { readNpy } from '../../files/npy.ts';
import { EvaluationFile, type RunDetail } from '../../shared/records.ts';

/** How much of each section one panel shows. */
const PANEL = { labels: 6, samples: 2 };

/** Runs side by side: samples of their last evaluations beside the ground truth, by section. */
export function comparisonPicture(
  title: string,
  subtitle: string,
  sides: readonly { readonly title: string; readonly run: RunDetail }[],
): Uint8Array {
  const panels = sides.map((side) => {
    const evaluated = lastEvaluated(side.run);
    const images = `${evaluated.dataset.trainingImages} training images, ${side.run.step} steps`;
    return evaluationPanel(side.title, images, evaluated, PANEL);
  });
  const size = sides[0]!.run.spec.dataset.size;
  return renderComparison({ title, subtitle, size, columns: PANEL.labels, panels }).png;
}

/** What the run's last evaluation generated, from its files. */
function lastEvaluated(run: RunDetail): EvaluatedImages {
  const path = (kind: 'evaluation' | 'samples') => {
    const artifact = run.artifacts.findLast((a) => a.kind === kind);
    if (!artifact)
      throw new CliffordError('NOT_FOUND', `run ${run.id} has no ${kind} file, expected an evaluated run`);
    return join(run.folder, artifact.file);
  };
  const file = EvaluationFile.parse(JSON.parse(readFileSync(path('evaluation'), 'utf8')));
  return {
    dataset: buildDataset(run.spec.dataset),
    tolerancePx: file.evaluation.tolerancePx,
    samplesPerLabel: file.samplesPerLabel,
    sections: file.sections,
    scores: file.evaluation.sections,
    images: readNpy(path('samples')).data as Float32Array,
    labels: file.readings.map((r) => r.label),
    readings: file.readings.map((r) => ({ ...r, x: r.x ?? NaN, y: r.y ?? NaN })),
  };
}
