/**
 * Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy
 * as 1, 2, 3", SC 2011). A draw is a pure function of (seed, stream, step, index), so any training step can
 * be replayed alone, resuming is exact, and runs that share a seed share their noise whatever their masks.
 */

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High 32 bits of the product of two unsigned 32-bit integers. */
function mulhi(a: number, b: number): number {
  const ah = a >>> 16;
  const al = a & 0xffff;
  const bh = b >>> 16;
  const bl = b & 0xffff;
  const ll = al * bl;
  const mid = ah * bl + (ll >>> 16);
  const mid2 = al * bh + (mid & 0xffff);
  return (ah * bh + Math.floor(mid / 65536) + Math.floor(mid2 / 65536)) >>> 0;
}

/** One Philox4x32-10 block: 128-bit counter and 64-bit key to four uint32, written into `out`. */
export function philox4x32(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
): void {
  for (let round = 0; round < 10; round++) {
    const hi0 = mulhi(M0, c0 >>> 0);
    const lo0 = Math.imul(M0, c0);
    const hi1 = mulhi(M1, c2 >>> 0);
    const lo1 = Math.imul(M1, c2);
    const n0 = hi1 ^ c1 ^ k0;
    const n2 = hi0 ^ c3 ^ k1;
    c1 = lo1;
    c3 = lo0;
    c0 = n0;
    c2 = n2;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Named, fixed streams: two uses of the same seed never share draws. Numbers are stored behaviour: append only. */
export const STREAMS = {
  init: 0,
  batchLabels: 1,
  timesteps: 2,
  noise: 3,
  labelDrop: 4,
  subsample: 5,
  samplerInit: 6,
  samplerNoise: 7,
  validation: 8,
  bootstrap: 9,
  evaluationLabels: 10,
  augmentation: 11,
  percolation: 12,
  factorization: 13,
  projection: 14,
  embedding: 15,
  folds: 16,
  representation: 17,
} as const;
export type StreamName = keyof typeof STREAMS;

/** Random draws of one (seed, stream, step, substream); consecutive calls advance a 32-bit block counter. */
export class Rng {
  private readonly k0: number;
  private readonly k1: number;
  private readonly step: number;
  private readonly sub: number;
  private block = 0;
  private used = 4;
  private spare: number | undefined;
  private readonly buffer = new Uint32Array(4);
  private readonly stream: number;

  /**
   * @param seed any safe integer ≥ 0; its low 32 and next 21 bits are the Philox key
   * @param stream which named use of the seed
   * @param step optimizer step, label index, or whatever numbers the draw (uint32)
   * @param sub a second number, such as the shard (uint24)
   */
  constructor(seed: number, stream: StreamName, step = 0, sub = 0) {
    this.k0 = seed >>> 0;
    this.k1 = Math.floor(seed / 2 ** 32) >>> 0;
    this.stream = STREAMS[stream];
    this.step = step >>> 0;
    this.sub = sub >>> 0;
  }

  /** Uniform uint32. */
  uint32(): number {
    if (this.used === 4) {
      philox4x32(
        this.block,
        this.step,
        (this.stream << 24) | (this.sub & 0xffffff),
        0,
        this.k0,
        this.k1,
        this.buffer,
      );
      this.block++;
      this.used = 0;
    }
    return this.buffer[this.used++]!;
  }

  /** Uniform in [0, 1) with 32 bits. */
  uniform(): number {
    return this.uint32() / 4294967296;
  }

  /** Uniform integer in [0, n); exact for n ≤ 2^21 up to a bias below n / 2^32. */
  int(n: number): number {
    return Math.floor((this.uint32() / 4294967296) * n);
  }

  /** Standard normal by Box–Muller (both values of a pair are used). */
  normal(): number {
    if (this.spare !== undefined) {
      const s = this.spare;
      this.spare = undefined;
      return s;
    }
    // 1 - u lies in (0, 1], so the logarithm is finite.
    const r = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const a = 2 * Math.PI * this.uniform();
    this.spare = r * Math.sin(a);
    return r * Math.cos(a);
  }

  /** Fills an array with standard normals. */
  fillNormal(out: Float32Array, from = 0, to = out.length): void {
    for (let i = from; i < to; i++) out[i] = this.normal();
  }

  /** In-place Fisher–Yates shuffle. */
  shuffle<T extends Int32Array | Uint32Array | unknown[]>(items: T): T {
    const a = items as unknown[];
    for (let i = a.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const t = a[i];
      a[i] = a[j];
      a[j] = t;
    }
    return items;
  }
}
