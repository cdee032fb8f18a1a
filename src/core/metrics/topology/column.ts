/**
 * A sum of simplices over Z/2 under construction, of which only the least is ever asked for. A simplex that was added
 * twice stands twice, and cancels once it is the least (lazy cancellation).
 *
 * A long sum holds tens of millions of simplices, and most lie beyond its final pivot. In one heap each removal would
 * then cost a cache miss per level. So only the least keys are a heap; the others wait unsorted in buckets of equal key
 * range, and a bucket is sorted when the heap has run out. Once the buckets are full, the farthest are forgotten; if the
 * pivot turns out to lie there, the column asks for its sum again, and then keeps only what it had forgotten.
 */
export class Column {
  private readonly perBucket: number;
  private readonly most: number;
  // near[0 … size − 1]: binary heap, least first, of the keys in buckets up to `bucket`
  private near = new Float64Array(2 * SPILL);
  private size = 0;
  private bucket = BUCKETS;
  // Buckets from `horizon` on are forgotten, those before `from` done with.
  private horizon = BUCKETS + 1;
  private from = 0;
  // far: chunks of keys; a bucket is a list of chunks, of which only the first may have room
  private far = new Float64Array(0);
  private next = new Int32Array(0);
  private chunks = 0; // the others were never used
  private free = -1; // list of chunks that were
  private readonly first = new Int32Array(BUCKETS + 1).fill(-1);
  private readonly filled = new Int32Array(BUCKETS + 1);

  /**
   * @param range keys are below it
   * @param bytes that the buckets should not exceed
   */
  constructor(range: number, bytes = 2 ** 27) {
    this.perBucket = BUCKETS / range;
    this.most = Math.max(BUCKETS, Math.floor(bytes / (8 * CHUNK)));
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.near.byteLength + this.far.byteLength + this.next.byteLength;
  }

  clear(): void {
    this.size = 0;
    this.bucket = BUCKETS;
    this.horizon = BUCKETS + 1;
    this.from = 0;
    if (this.chunks > 0) this.first.fill(-1);
    this.chunks = 0;
    this.free = -1;
  }

  /** To be called when the pivot is `FORGOTTEN`, before everything that was pushed is pushed again. */
  again(): void {
    const from = this.horizon;
    this.clear();
    this.from = from;
  }

  /** Makes room for so many more; to be called before they are pushed. */
  reserve(more: number): void {
    if (this.bucket === BUCKETS && this.size + more > SPILL) this.spill();
    if (this.size + more <= this.near.length) return;
    const grown = new Float64Array(2 * (this.size + more));
    grown.set(this.near.subarray(0, this.size));
    this.near = grown;
  }

  push(key: number): void {
    const bucket = (key * this.perBucket) | 0;
    if (bucket > this.bucket) {
      this.put(bucket, key);
      return;
    }
    if (bucket < this.from) return;
    const { near } = this;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = near[parent]!;
      if (above <= key) break;
      near[at] = above;
      at = parent;
    }
    near[at] = key;
  }

  /** The least simplex of the sum, which stays in it; `NONE` if the sum is zero, `FORGOTTEN` if it is to be pushed again. */
  pivot(): number {
    do {
      const { near } = this;
      while (this.size > 0) {
        const top = near[0]!;
        const twice = (this.size > 1 && near[1] === top) || (this.size > 2 && near[2] === top);
        if (!twice) return top;
        this.drop();
        this.drop();
      }
    } while (this.load());
    return this.horizon > BUCKETS ? NONE : FORGOTTEN;
  }

  /** Removes the top. The hole sinks to a leaf before the last key goes there: half the comparisons of sifting it down. */
  private drop(): void {
    const { near } = this;
    const size = --this.size;
    const last = near[size]!;
    let hole = 0;
    let child = 1;
    while (child + 1 < size) {
      if (near[child + 1]! < near[child]!) child++;
      near[hole] = near[child]!;
      hole = child;
      child = 2 * hole + 1;
    }
    if (child < size) {
      near[hole] = near[child]!;
      hole = child;
    }
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = near[parent]!;
      if (above <= last) break;
      near[hole] = above;
      hole = parent;
    }
    near[hole] = last;
  }

  /** If too few cancel, leaves a quarter of the heap's keys there, to the end of a bucket, and moves the others to theirs. */
  private spill(): void {
    this.sort();
    const { near, perBucket } = this;
    if (this.size < SPILL / 2) return;
    this.bucket = (near[this.size >> 2]! * perBucket) | 0;
    let kept = this.size;
    while (((near[kept - 1]! * perBucket) | 0) > this.bucket) kept--;
    for (let i = kept; i < this.size; i++) this.put((near[i]! * perBucket) | 0, near[i]!);
    this.size = kept;
  }

  /** Cancels, and sorts the heap, which keeps it one. */
  private sort(): void {
    const sorted = this.near.subarray(0, this.size).sort();
    let kept = 0;
    for (let i = 0; i < sorted.length; i++) {
      if (i + 1 < sorted.length && sorted[i] === sorted[i + 1]) i++;
      else sorted[kept++] = sorted[i]!;
    }
    this.size = kept;
  }

  private put(bucket: number, key: number): void {
    if (bucket >= this.horizon) return;
    let filled = this.filled[bucket]!;
    let chunk = this.first[bucket]!;
    if (chunk < 0 || filled === CHUNK) {
      const taken = this.take();
      if (bucket >= this.horizon) {
        this.release(taken, taken); // taking it forgot the bucket
        return;
      }
      this.next[taken] = this.first[bucket]!;
      chunk = taken;
      this.first[bucket] = chunk;
      filled = 0;
    }
    this.far[chunk * CHUNK + filled] = key;
    this.filled[bucket] = filled + 1;
  }

  /** Makes the first bucket with keys the heap. */
  private load(): boolean {
    const last = Math.min(BUCKETS, this.horizon - 1);
    while (this.bucket < last) {
      const bucket = ++this.bucket;
      const first = this.first[bucket]!;
      if (first < 0) continue;
      let tail = first;
      let end = this.filled[bucket]!;
      for (let chunk = first; chunk >= 0; chunk = this.next[chunk]!) {
        this.size = this.append(chunk * CHUNK, end);
        end = CHUNK;
        tail = chunk;
      }
      this.first[bucket] = -1;
      this.release(first, tail);
      this.sort();
      if (this.size > 0) return true;
    }
    return false;
  }

  private append(start: number, count: number): number {
    if (this.size + count > this.near.length) {
      const grown = new Float64Array(2 * (this.size + count));
      grown.set(this.near.subarray(0, this.size));
      this.near = grown;
    }
    this.near.set(this.far.subarray(start, start + count), this.size);
    return this.size + count;
  }

  /** A chunk without keys. */
  private take(): number {
    if (this.free < 0 && this.chunks >= this.most) this.forget();
    if (this.free >= 0) {
      const chunk = this.free;
      this.free = this.next[chunk]!;
      return chunk;
    }
    if (this.chunks === this.next.length) {
      const chunks = Math.max(1024, 2 * this.chunks);
      const [far, next] = [new Float64Array(chunks * CHUNK), new Int32Array(chunks)];
      far.set(this.far);
      next.set(this.next);
      this.far = far;
      this.next = next;
    }
    return this.chunks++;
  }

  /** Frees half of the chunks, the farthest, but never the bucket that is next. */
  private forget(): void {
    for (let freed = 0; 2 * freed < this.chunks && this.horizon > this.bucket + 2;) {
      const bucket = --this.horizon;
      const first = this.first[bucket] ?? -1;
      if (first < 0) continue;
      let tail = first;
      for (freed++; this.next[tail]! >= 0; freed++) tail = this.next[tail]!;
      this.first[bucket] = -1;
      this.release(first, tail);
    }
  }

  /** Frees a list of chunks. */
  private release(first: number, tail: number): void {
    this.next[tail] = this.free;
    this.free = first;
  }
}

/** Instead of a pivot: the sum is zero. */
export const NONE = -1;
/** Instead of a pivot: it was forgotten (see `Column.again`). */
export const FORGOTTEN = -2;

/** Keys in the heap from which on the greater ones are moved to buckets: what a processor's cache holds. */
const SPILL = 1 << 14;
const BUCKETS = 2048;
const CHUNK = 32;
