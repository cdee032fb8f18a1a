/** A map from keys of simplices to columns: open addressing in typed arrays, since a Map of doubles is several times slower. */
export class Pivots {
  private keys: Float64Array;
  private columns: Int32Array;
  private mask: number;
  size = 0;

  constructor(capacity = 1024) {
    this.keys = new Float64Array(capacity).fill(-1);
    this.columns = new Int32Array(capacity);
    this.mask = capacity - 1;
  }

  /** The column of a key, −1 if there is none. */
  get(key: number): number {
    const { keys, mask } = this;
    for (let slot = hash(key) & mask; ; slot = (slot + 1) & mask) {
      const found = keys[slot]!;
      if (found === key) return this.columns[slot]!;
      if (found < 0) return -1;
    }
  }

  /** Adds a key that is not there yet. */
  set(key: number, column: number): void {
    if (2 * (this.size + 1) > this.keys.length) this.grow();
    this.put(key, column);
    this.size++;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.keys.byteLength + this.columns.byteLength;
  }

  private put(key: number, column: number): void {
    const { keys, mask } = this;
    let slot = hash(key) & mask;
    while (keys[slot]! >= 0) slot = (slot + 1) & mask;
    keys[slot] = key;
    this.columns[slot] = column;
  }

  private grow(): void {
    const [keys, columns] = [this.keys, this.columns];
    this.keys = new Float64Array(2 * keys.length).fill(-1);
    this.columns = new Int32Array(2 * keys.length);
    this.mask = 2 * keys.length - 1;
    keys.forEach((key, slot) => {
      if (key >= 0) this.put(key, columns[slot]!);
    });
  }
}

/** Mixes the low and the high bits of a whole number below 2⁵³. */
function hash(key: number): number {
  const high = Math.floor(key / 2 ** 26);
  const low = key - high * 2 ** 26;
  const mixed = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
