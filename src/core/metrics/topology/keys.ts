/** A growing list of keys. */
export class Keys {
  values = new Float64Array(1024);
  length = 0;

  push(key: number): void {
    if (this.length === this.values.length) {
      const grown = new Float64Array(2 * this.length);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.length++] = key;
  }

  /** All of them, ascending, in the list's own memory. */
  sorted(): Float64Array {
    return this.values.subarray(0, this.length).sort();
  }
}
