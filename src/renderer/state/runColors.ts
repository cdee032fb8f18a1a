import { z } from 'zod';
import { usePersisted } from './persisted.ts';

/**
 * A run keeps its colour everywhere and for ever. Hues are those of Okabe and Ito and of Paul Tol, which people with
 * the common colour-vision deficiencies tell apart; line style and marker vary when they are used up, so that no two
 * of sixty-four runs look the same.
 */
export const RUN_HUES = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#b8860b',
  '#882255',
  '#6b6b6b',
] as const;
export const DASHES = ['solid', 'dashed', 'dotted'] as const;
export const MARKERS = ['circle', 'triangle', 'rect', 'diamond'] as const;

export interface RunStyle {
  readonly color: string;
  readonly dash: (typeof DASHES)[number];
  readonly marker: (typeof MARKERS)[number];
}

const Slots = z.record(z.string(), z.int());

let store: ReturnType<typeof usePersisted<typeof Slots>> | undefined;

/** Call once in the frame, so that colours come from the home. */
export function openRunColors(): void {
  store ??= usePersisted('colors/runs', Slots, () => ({}));
}

/** The style of a run; a run that is seen for the first time takes the next free place. */
export function runStyle(runId: string): RunStyle {
  const slots = store?.value.value ?? {};
  let slot = slots[runId];
  if (slot === undefined) {
    slot = Object.keys(slots).length;
    if (store) store.value.value = { ...slots, [runId]: slot };
  }
  return styleOf(slot);
}

export function styleOf(slot: number): RunStyle {
  const round = Math.floor(slot / RUN_HUES.length);
  return {
    color: RUN_HUES[slot % RUN_HUES.length]!,
    dash: DASHES[round % DASHES.length]!,
    marker: MARKERS[round % MARKERS.length]!,
  };
}
