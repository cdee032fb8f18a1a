import { setTimeout as sleep } from 'node:timers/promises';

/** Measurements of two sides, taken in turns. */
export interface Pairs {
  /** Medians. */
  readonly ours: number;
  readonly peer: number | null;
  /** Median of the ratios of each pair; above 1 we are better. Null without a peer. */
  readonly ratio: number | null;
  /** The ratio of each pair, in order. */
  readonly ratios: readonly number[];
}

/** Threads that a side has just used may spin for a while (OpenMP: up to 200 ms) before they sleep. */
const SETTLE_MS = 400;

/** Until the side that was at work is idle. */
export function settle(ms = SETTLE_MS): Promise<void> {
  return sleep(ms);
}

/**
 * Measures ours, peer, ours, peer …: a machine's speed drifts by tens of percent within minutes, which cancels
 * in the ratio of two neighbours. While one side works the other one must be idle.
 * @param better whether more is better (throughput) or less (time)
 */
export async function measurePairs(
  count: number,
  ours: () => Promise<number>,
  peer: (() => Promise<number>) | null,
  better: 'more' | 'less',
  settleMs = SETTLE_MS,
): Promise<Pairs> {
  const left: number[] = [];
  const right: number[] = [];
  for (let i = 0; i < count; i++) {
    await settle(settleMs);
    left.push(await ours());
    if (!peer) continue;
    await settle(settleMs);
    right.push(await peer());
  }
  const ratios = right.map((theirs, i) => (better === 'more' ? left[i]! / theirs : theirs / left[i]!));
  return {
    ours: median(left),
    peer: peer ? median(right) : null,
    ratio: peer ? median(ratios) : null,
    ratios,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
