import type { RepresentationSpec } from '../../../../shared/analysis.ts';
import { defaultReading } from '../../../../shared/representation.ts';
import type { RunSpec } from '../../../../shared/run-spec.ts';
import { withControl } from '../../run/analysis/readingText.ts';
import type { SettingsOf } from './layout.ts';

/** What a card reads of every run. */
export type ReadingChoice = Pick<SettingsOf<'topology'>, 'control' | 'tap' | 'mode' | 'time'>;

/** The choice in the terms of one run: its own last block, its own number of timesteps. */
export function readingFor(run: RunSpec, { control, tap, mode, time }: ReadingChoice): RepresentationSpec {
  const base = defaultReading(run);
  const layer = tap ?? base.tap;
  const timestep = Math.floor(time * run.diffusion.timesteps);
  return withControl({ ...base, tap: layer, mode, timestep }, control, layer);
}
