import type { Percolation } from '../../../../core/metrics/percolation.ts';
import type { DatasetFacts } from '../../../../core/dataset/describe.ts';

/** Read-outs in words. */

/** What the predicted percolation says about the remaining 2D images, in one sentence. */
export function percolationSentence(p: Percolation): string {
  const n = count(p.occupied);
  if (p.occupied === 0) return 'No 2D images are trained on, so there is nothing to link.';
  if (p.occupied === 1) return 'A single 2D image is trained on: its mass ratio of 1 says nothing.';
  if (p.clusters === 1) return `All ${n} 2D images hang together in one cluster.`;
  const share = percent(p.massRatio);
  if (p.clusters === p.occupied) return `None of the ${n} 2D images overlap: each is a cluster of its own.`;
  return `The ${n} 2D images fall into ${count(p.clusters)} clusters; the largest holds ${share} of them.`;
}

/** The dataset in one line: training images by part, and what is held out. */
export function factsSentence(facts: DatasetFacts): string {
  const held = facts.heldOutFraction > 0 ? `, ${percent(facts.heldOutFraction)} of the frame held out` : '';
  const lesion = facts.lesionFraction > 0 ? `, ${percent(facts.lesionFraction)} lesioned` : '';
  return `${count(facts.trainingImages)} training images${held}${lesion}`;
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

/** Never 0 % for something, nor 100 % for less than all. */
export function percent(fraction: number): string {
  const value = 100 * fraction;
  if (value > 0 && value < 0.1) return '< 0.1 %';
  if (value < 100 && value > 99.9) return '> 99.9 %';
  return `${Number(value.toFixed(1))} %`;
}
