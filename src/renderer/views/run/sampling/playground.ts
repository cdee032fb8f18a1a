import { z } from 'zod';
import type { Dataset } from '../../../../core/dataset/dataset.ts';
import { labelAt } from '../../../../core/dataset/lattice.ts';
import { SamplerSpec } from '../../../../core/diffusion/spec.ts';
import { MOST_PLAYGROUND_IMAGES } from '../../../../shared/contract/sampling.ts';
import type { Artifact } from '../../../../shared/records.ts';
import type { RunSpec } from '../../../../shared/run-spec.ts';
import type { Label } from '../live/address.ts';

/** What the playground asks for, besides its labels. Pure; kept for each run. */
export const PlaygroundSettings = z.object({
  sampler: SamplerSpec,
  /** Images for each label. */
  count: z.int().min(1).max(MOST_PLAYGROUND_IMAGES),
  seed: z.int().min(0),
  /** Of a kept checkpoint or milestone; null takes the run's model. */
  step: z.int().nullable(),
  /** Keep the images on the way from noise, for the player. */
  trajectory: z.boolean(),
});
export type PlaygroundSettings = z.infer<typeof PlaygroundSettings>;

/** At first as the run's own evaluations sample. */
export function firstSettings({ evaluation }: RunSpec): PlaygroundSettings {
  return { sampler: evaluation.sampler, count: 4, seed: 0, step: null, trajectory: true };
}

/** Steps whose weights are kept, newest first. */
export function keptSteps(artifacts: readonly Artifact[]): number[] {
  const steps = artifacts.flatMap(({ kind, step }) =>
    step !== null && (kind === 'checkpoint' || kind === 'milestone') ? [step] : [],
  );
  return [...new Set(steps)].sort((a, b) => b - a);
}

/** More than this would take the window seconds to receive. */
const MOST_TRAJECTORY_BYTES = 48 * 2 ** 20;

/** Bytes of all images on the way: x at each call and at the end, and each predicted clean image. */
export function trajectoryBytes(settings: PlaygroundSettings, labels: number, size: number): number {
  return (2 * settings.sampler.steps + 1) * labels * settings.count * size * size;
}

/**
 * Why these settings cannot be sampled, in one sentence; null if they can.
 * @param kept as `keptSteps` gives
 */
export function problemOf(
  settings: PlaygroundSettings,
  labels: readonly Label[],
  kept: readonly number[],
  spec: RunSpec,
): string | null {
  const { sampler, count, step, trajectory } = settings;
  const images = labels.length * count;
  const T = spec.diffusion.timesteps;
  if (kept.length === 0) return 'There are no weights yet: the first checkpoint is needed.';
  if (step !== null && !kept.includes(step)) {
    return `The weights of step ${step.toLocaleString('en')} are not kept any more: choose another step.`;
  }
  if (images > MOST_PLAYGROUND_IMAGES) {
    return `${labels.length} labels × ${count} are ${images} images, more than ${MOST_PLAYGROUND_IMAGES}: choose fewer.`;
  }
  if (sampler.steps > T) return `${sampler.steps} steps are more than the model’s ${T} timesteps.`;
  if (sampler.guidance !== 1 && spec.training.labelDrop === 0) {
    return 'Guidance needs a model that was trained with label drop.';
  }
  if (trajectory && trajectoryBytes(settings, labels.length, spec.dataset.size) > MOST_TRAJECTORY_BYTES) {
    return 'The way from noise would be over 48 MiB of images: take fewer steps or images, or leave it out.';
  }
  return null;
}

/** A label to begin with: in the middle of the first region that was not trained on, else of the frame. */
export function firstLabel({ sections, lattice }: Dataset): Label {
  const section =
    sections.find(({ name, kind }) => kind === 'partition' && name !== 'in-distribution') ?? sections[0];
  if (!section) return [lattice.size / 2, lattice.size / 2];
  return labelAt(lattice, section.labels[section.labels.length >> 1]!);
}
