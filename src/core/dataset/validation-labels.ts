import { Rng } from '../base/rng.ts';
import { MEMBER, type Dataset } from './dataset.ts';

/** Labels for the validation loss, or why there are none. */
export type ValidationLabels =
  | {
      // labels: flat label indices; parts: (n) uint8, place in dataset.parts whose kind to render
      readonly labels: Uint32Array;
      readonly parts: Uint8Array;
      readonly reason: null;
    }
  | { readonly labels: null; readonly parts: null; readonly reason: string };

/**
 * Up to `count` labels that a part could have had (so outside all regions) but that subsampling left out of
 * every part; drawn once without replacement by stream `validation`, a smaller count being a prefix of a larger.
 */
export function selectValidationLabels(dataset: Dataset, count: number, seed: number): ValidationLabels {
  const pool: { index: number; part: number }[] = [];
  const taken = new Set<number>();
  dataset.parts.forEach((part, p) => {
    if (part.labels.length === part.candidates.length) return;
    for (const index of part.candidates) {
      if ((dataset.membership[index]! & MEMBER.training) !== 0 || taken.has(index)) continue;
      taken.add(index);
      pool.push({ index, part: p });
    }
  });
  if (count === 0) return unavailable('validation is switched off (count 0)');
  if (pool.length === 0) {
    return unavailable('every label outside the regions is a training image (λ = 1), so none is left');
  }
  const rng = new Rng(seed, 'validation');
  const n = Math.min(count, pool.length);
  for (let i = 0; i < n; i++) {
    const j = i + rng.int(pool.length - i);
    [pool[i], pool[j]] = [pool[j]!, pool[i]!];
  }
  const chosen = pool.slice(0, n);
  return {
    labels: Uint32Array.from(chosen, (c) => c.index),
    parts: Uint8Array.from(chosen, (c) => c.part),
    reason: null,
  };
}

function unavailable(reason: string): ValidationLabels {
  return { labels: null, parts: null, reason };
}
