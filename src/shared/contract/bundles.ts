import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { runId } from './runs.ts';

/** Run bundles: one file for each run, exported and imported. */

export const BundleContents = z.object({
  /** Which resume checkpoints and milestones go in. */
  checkpoints: z.enum(['none', 'last', 'all']).default('last'),
  samples: z.boolean().default(true),
});
export type BundleContents = z.infer<typeof BundleContents>;

export const bundlesContract = {
  /** Ends with `done`; the address serves the file, once, for ten minutes. Going away cancels it. */
  export: oc
    .input(z.object({ id: runId, contents: BundleContents }))
    .output(
      eventIterator(
        z.discriminatedUnion('type', [
          z.object({ type: z.literal('progress'), fraction: z.number() }),
          z.object({ type: z.literal('done'), address: z.string(), fileName: z.string(), bytes: z.number() }),
        ]),
      ),
    ),
};

/** Answer of `POST /bundles`, whose body is a bundle. */
export const ImportAnswer = z.union([
  z.object({ runId: z.string(), name: z.string(), existed: z.boolean() }),
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
]);
export type ImportAnswer = z.infer<typeof ImportAnswer>;
