import { CliffordError } from '../../base/errors.ts';

/** How a long computation is watched and stopped; both are called every few milliseconds, but for sorting. */
export interface Hooks {
  /** The computation ends with CliffordError CANCELLED once this says so. */
  readonly shouldStop?: (() => boolean) | undefined;
  /** @param done share of the work, from 0 to 1; never falls */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Counts work, since core has no clock, and calls the hooks after so much of it. */
export interface Pulse {
  /** Share of the work done, told at the next beat. */
  progress: number;
  /** @param steps of an inner loop that were just done, or are about to be */
  work(steps: number): void;
}

/** Inner steps between two beats: a few milliseconds. */
const STEPS = 300_000;

/** Calls the hooks at once too, so that a computation that was stopped before it began does nothing. */
export function pulse(hooks: Hooks): Pulse {
  let steps = 0;
  const self: Pulse = {
    progress: 0,
    work(n) {
      steps += n;
      if (steps < STEPS) return;
      steps = 0;
      beat();
    },
  };
  function beat(): void {
    if (hooks.shouldStop?.()) throw new CliffordError('CANCELLED', 'the topology analysis was cancelled');
    hooks.onProgress?.(self.progress);
  }
  beat();
  return self;
}

/** The hooks of one part of a computation, whose progress runs from `from` to `to`. */
export function part(hooks: Hooks, from: number, to: number): Hooks {
  const { shouldStop, onProgress } = hooks;
  return { shouldStop, onProgress: onProgress && ((done) => onProgress(from * (1 - done) + to * done)) };
}
