import { counted } from '../../core/base/counted.ts';
import { invalid } from '../../core/base/errors.ts';

/** What the rows of a file are: decides the field of a JSON object and the tensor of a safetensors file. */
export type RowsKind = 'points' | 'labels' | 'sites';

/** The tensor that files of representations hold each kind in. */
const TENSORS: Readonly<Record<RowsKind, string>> = {
  points: 'representation',
  labels: 'labels',
  sites: 'sites',
};

/**
 * The tensor that is asked for, or that of the kind; points alone in a file may have any name.
 * @throws CliffordError INVALID_INPUT naming those that there are
 */
export function chooseTensor(
  names: readonly string[],
  kind: RowsKind,
  asked: string | undefined,
  source: string,
): string {
  const wanted = asked ?? (names.length === 1 && kind === 'points' ? names[0]! : TENSORS[kind]);
  if (names.includes(wanted)) return wanted;
  const held = names.slice(0, 8).join(', ') || 'nothing';
  throw invalid(`${source}: no tensor "${wanted}", it holds ${held}; say --tensor to choose one`);
}

export interface RowsLayout {
  readonly count: number;
  /** Of all axes after the first. */
  readonly dimension: number;
  /** Says that axes were flattened. */
  readonly notices: readonly string[];
}

/**
 * An array as rows: the first axis counts them, the others are flattened.
 * @throws CliffordError INVALID_INPUT for fewer than two axes or no numbers
 */
export function rowsOfShape(shape: readonly number[], source: string): RowsLayout {
  const [count, ...axes] = shape;
  const text = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  if (count === undefined || axes.length === 0) {
    throw invalid(
      `${source}: got an array of shape ${text}, expected (points, coordinates); reshape(-1, 1) makes points of one coordinate`,
    );
  }
  const dimension = axes.reduce((product, n) => product * n, 1);
  if (count === 0 || dimension === 0) {
    throw invalid(`${source}: got an empty array of shape ${text}, expected (points, coordinates)`);
  }
  const notices =
    axes.length > 1
      ? [
          `${source}: got an array of shape ${text}, taken as ${counted(count, 'point')} of ${counted(dimension, 'coordinate')}`,
        ]
      : [];
  return { count, dimension, notices };
}
