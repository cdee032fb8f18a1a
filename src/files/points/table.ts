/** Rows of numbers as a file holds them. */
export interface Table {
  /** (rows, columns), row by row. */
  readonly data: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** Of the columns, where the file gives them. */
  readonly names: readonly string[] | null;
}
