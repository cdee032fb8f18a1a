import type { Packed, PcaResult } from '../../../../../core/metrics/records-analysis.ts';
import type { Cloud } from '../../../../charts/scatter3d.ts';
import { percent } from '../../../../charts/spectrum.ts';
import type { AnalysisRecord } from '../../../../../shared/analysis.ts';

/** From answers of the service to points that can be drawn. */

/** @throws RangeError if the bytes are not as many as the shape wants */
export function unpack({ dtype, shape, base64 }: Packed): Float32Array | Int32Array {
  const text = atob(base64);
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const count = shape.reduce((n, side) => n * side, 1);
  if (bytes.length !== 4 * count) {
    throw new RangeError(`got ${bytes.length} bytes for shape (${shape.join(', ')}), expected ${4 * count}`);
  }
  return dtype === 'float32' ? new Float32Array(bytes.buffer) : new Int32Array(bytes.buffer);
}

/** Columns of a matrix, in the order of `chosen`. */
export function columns(data: ArrayLike<number>, width: number, chosen: readonly number[]): Float32Array {
  const count = data.length / width;
  const out = new Float32Array(count * chosen.length);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < chosen.length; j++) out[i * chosen.length + j] = data[i * width + chosen[j]!]!;
  }
  return out;
}

type Described = Pick<AnalysisRecord, 'labels' | 'sections'>;

/** @param components from 0, two or three; what the answer does not have is left at its last one */
export function pcaCloud(
  { labels, sections }: Described,
  result: PcaResult,
  components: readonly number[],
  notes: readonly string[],
): Cloud {
  const width = result.scores.shape[1]!;
  const chosen = components.map((c) => Math.min(c, width - 1));
  return {
    positions: columns(unpack(result.scores), width, chosen),
    axes: chosen.map((c) => `PC ${c + 1} (${percent(result.explainedVarianceRatio[c] ?? 0)})`),
    labels,
    sections,
    notes,
  };
}

export function umapCloud(
  { labels, sections }: Described,
  embedding: Packed,
  notes: readonly string[],
): Cloud {
  const width = embedding.shape[1]!;
  return {
    positions: unpack(embedding) as Float32Array,
    axes: Array.from({ length: width }, (_, i) => `UMAP ${i + 1}`),
    labels,
    sections,
    notes,
  };
}

export interface LabelFrame {
  /** Least distance of neighbouring labels along each axis. */
  readonly spacing: { readonly x: number; readonly y: number };
  /** Half a spacing beyond the outer labels; of a periodic axis, one whole turn. */
  readonly extent: { readonly x: [number, number]; readonly y: [number, number] };
}

/** @param period N if both axes are periodic, else null */
export function labelFrame(
  labels: readonly (readonly [number, number])[],
  period: number | null,
): LabelFrame {
  const along = (axis: 0 | 1): { spacing: number; extent: [number, number] } => {
    const values = distinct(labels.map((label) => label[axis]));
    let spacing = Infinity;
    for (let i = 1; i < values.length; i++) spacing = Math.min(spacing, values[i]! - values[i - 1]!);
    if (!Number.isFinite(spacing)) spacing = 1;
    const low = (values[0] ?? 0) - spacing / 2;
    const high = (values.at(-1) ?? 0) + spacing / 2;
    return { spacing, extent: [low, period === null ? high : Math.max(high, low + period)] };
  };
  const [x, y] = [along(0), along(1)];
  return { spacing: { x: x.spacing, y: y.spacing }, extent: { x: x.extent, y: y.extent } };
}

/** Lines of each kind at most: more would be a surface. */
const MOST_LINES = 40;

/**
 * Paths through neighbouring labels: one for each value of y and each value of x (some, of many), in which the other
 * feature rises; closed if it is periodic.
 */
export function gridLines(labels: readonly (readonly [number, number])[], periodic: boolean): number[][] {
  return ([0, 1] as const).flatMap((fixed) => {
    const byValue = new Map<number, number[]>();
    labels.forEach((label, i) => {
      const line = byValue.get(label[fixed]);
      if (line) line.push(i);
      else byValue.set(label[fixed], [i]);
    });
    const values = distinct([...byValue.keys()]);
    const every = Math.ceil(values.length / MOST_LINES);
    return values
      .filter((_, i) => i % every === 0)
      .map((value) => {
        const line = byValue.get(value)!.sort((a, b) => labels[a]![1 - fixed]! - labels[b]![1 - fixed]!);
        return periodic && line.length > 2 ? [...line, line[0]!] : line;
      });
  });
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** `3.5,7`: labels are compared as they are written. */
export function labelKey([x, y]: readonly [number, number]): string {
  return `${Number(x.toFixed(4))},${Number(y.toFixed(4))}`;
}
