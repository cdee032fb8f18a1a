/** Union–find over the integers 0 … size − 1, with path halving and union by size. */
export class DisjointSets {
  /** Number of sets. */
  count: number;
  private readonly parent: Int32Array;
  // weight: (size) int32, at roots the number of members
  private readonly weight: Int32Array;

  constructor(size: number) {
    this.count = size;
    this.parent = Int32Array.from({ length: size }, (_, i) => i);
    this.weight = new Int32Array(size).fill(1);
  }

  find(i: number): number {
    const { parent } = this;
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]!]!;
      i = parent[i]!;
    }
    return i;
  }

  /** @returns whether the two were apart */
  join(i: number, j: number): boolean {
    let [a, b] = [this.find(i), this.find(j)];
    if (a === b) return false;
    if (this.weight[a]! < this.weight[b]!) [a, b] = [b, a];
    this.parent[b] = a;
    this.weight[a]! += this.weight[b]!;
    this.count--;
    return true;
  }
}
