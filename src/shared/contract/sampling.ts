import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { SamplerSpec } from '../../core/diffusion/spec.ts';
import { runId } from './runs.ts';

/** Sampling from a run's exported model, for the playground and the denoising player. */

/** More would not be looked at one by one; the command line samples any number. */
export const MOST_PLAYGROUND_IMAGES = 256;

export const Reading = z.object({
  x: z.number().nullable(),
  y: z.number().nullable(),
  countX: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  countY: z.union([z.literal(0), z.literal(1), z.literal(2)]),
});
export type Reading = z.infer<typeof Reading>;

export const SampleResult = z.object({
  /** The step of the model that was used; null if it does not say. */
  step: z.int().nullable(),
  /** Image side N. */
  size: z.int(),
  /** Labels as asked for; image i belongs to label ⌊i / count⌋. */
  labels: z.array(z.tuple([z.number(), z.number()])),
  count: z.int(),
  /** base64 of (images, N, N) uint8; 0…255 stands for [-1, 1]. */
  pixels: z.string(),
  readings: z.array(Reading),
  /** Present when asked for: the images on the way from noise. */
  trajectory: z
    .object({
      /** Timesteps T−1 … 0 of the network's calls; frame k is x before call k, the last frame the result. */
      timesteps: z.array(z.int()),
      /** base64 of (timesteps + 1, images, N, N) uint8, clipped: 0…255 stands for [-2, 2]. */
      frames: z.string(),
      /** base64 of (timesteps, images, N, N) uint8: the predicted clean image at each call; 0…255 is [-1, 1]. */
      predictions: z.string(),
    })
    .nullable(),
});
export type SampleResult = z.infer<typeof SampleResult>;

export const SampleEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('notice'), sentence: z.string() }),
  z.object({ type: z.literal('progress'), fraction: z.number() }),
  z.object({ type: z.literal('result'), result: SampleResult }),
]);
export type SampleEvent = z.infer<typeof SampleEvent>;

export const samplingContract = {
  /** Ends with `result`. Going away cancels it. */
  sample: oc
    .input(
      z.object({
        id: runId,
        /** Of a kept checkpoint or milestone; null takes the run's model. */
        step: z.int().nullable(),
        labels: z.array(z.tuple([z.number(), z.number()])).min(1),
        /** Images for each label. */
        count: z.int().min(1),
        sampler: SamplerSpec,
        seed: z.int().min(0),
        trajectory: z.boolean(),
      }),
    )
    .output(eventIterator(SampleEvent)),
};
