import { toleranceOf } from '../../../../core/metrics/evaluation-labels.ts';
import type { PixelImage } from '../model/pixels.ts';
import type { ComparedRun } from '../model/run.ts';
import { verdictOf, type Cell, type ImageReading, type Label } from '../model/samples.ts';
import type { GeneratedImages } from '../state/useGenerated.ts';
import type { SamplesState } from '../state/useSamples.ts';

/** What one run has to show at one label. */
export type ShownCell =
  | { readonly kind: 'none' | 'loading' }
  | { readonly kind: 'problem'; readonly message: string }
  | {
      readonly kind: 'images';
      readonly label: Label;
      /** Set where the images are of another label than the row's. */
      readonly nearest: number | null;
      /** Made on request rather than by an evaluation. */
      readonly generated: boolean;
      /** Of the model; null where it does not say. */
      readonly step: number | null;
      readonly images: readonly ShownImage[];
    };

export interface ShownImage {
  readonly image: PixelImage;
  readonly read: readonly [number | null, number | null];
  readonly right: boolean;
  readonly text: string;
}

export function cellOf(
  run: ComparedRun,
  state: SamplesState | null,
  cell: Cell,
  label: Label,
  generated: GeneratedImages | undefined,
): ShownCell {
  if (generated) return generatedCell(run, generated, label);
  if (state === null) return { kind: 'none' };
  if (state === 'loading') return { kind: 'loading' };
  if ('problem' in state) return { kind: 'problem', message: state.problem };
  if (cell === null) return { kind: 'none' };
  const { samples, bytes } = state;
  const period = periodOf(run);
  const images = Array.from({ length: samples.samplesPerLabel }, (_, k): ShownImage => {
    const reading = samples.readings[cell.first + k]!;
    const verdict = verdictOf(reading, samples.evaluation.tolerancePx, period);
    return { ...verdict, ...imageAt(bytes, samples.size, cell.first + k), read: [reading.x, reading.y] };
  });
  return {
    ...{ kind: 'images', label: cell.label, generated: false, step: samples.evaluation.step, images },
    nearest: cell.distance === 0 ? null : cell.distance,
  };
}

function generatedCell(run: ComparedRun, { result, place, bytes }: GeneratedImages, label: Label): ShownCell {
  const tolerancePx = toleranceOf(run.spec.dataset.size, run.spec.evaluation.tolerancePx);
  const images = Array.from({ length: result.count }, (_, k): ShownImage => {
    const at = place * result.count + k;
    const found = result.readings[at]!;
    const reading: ImageReading = { ...found, label: [label[0], label[1]], responseX: 1, responseY: 1 };
    return {
      ...verdictOf(reading, tolerancePx, periodOf(run)),
      ...imageAt(bytes, result.size, at),
      read: [found.x, found.y],
    };
  });
  return { kind: 'images', label, nearest: null, generated: true, step: result.step, images };
}

const imageAt = (bytes: Uint8Array, size: number, at: number): { image: PixelImage } => ({
  image: { size, bytes, offset: at * size * size },
});

const periodOf = ({ spec: { dataset } }: ComparedRun): number | null =>
  dataset.boundary === 'periodic' ? dataset.size : null;
