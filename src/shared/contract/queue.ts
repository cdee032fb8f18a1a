import { oc } from '@orpc/contract';
import { z } from 'zod';
import { runId, RunRow } from './runs.ts';

export const QueueView = z.object({
  paused: z.boolean(),
  /** How many runs train at the same time. */
  concurrency: z.int(),
  running: z.array(RunRow),
  /** In the order in which they will start. */
  waiting: z.array(RunRow),
  /** One sentence when runs wait although there is room: paused, or another process trains in this home. */
  obstacle: z.string().nullable(),
});
export type QueueView = z.infer<typeof QueueView>;

export const queueContract = {
  get: oc.output(QueueView),
  set: oc
    .input(z.object({ paused: z.boolean().optional(), concurrency: z.int().min(1).max(16).optional() }))
    .output(QueueView),
  /** Moves a waiting run to a place from 0. */
  move: oc.input(z.object({ id: runId, to: z.int().min(0) })).output(QueueView),
  /** Takes a run out of the queue; it stays as it is. */
  leave: oc.input(z.object({ id: runId })).output(QueueView),
};
