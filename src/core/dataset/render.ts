import type { ImageKind } from './dataset.ts';
import type { DatasetSpec } from './spec.ts';

/** The fields of a dataset that decide what an image of a label looks like. */
export type RenderSpec = Pick<
  DatasetSpec,
  'size' | 'sigma' | 'boundary' | 'polarity' | 'exponent' | 'stripePeak'
>;

/**
 * Renders the image of the label (x, y) into `out` at `offset`.
 * out: (…, N, N) float32 in [-1, 1], row-major, row 0 at y = 0 and drawn at the top
 */
export type Renderer = (kind: ImageKind, x: number, y: number, out: Float32Array, offset: number) => void;

/**
 * A renderer with buffers of its own (not for use by two threads at once).
 *
 * Intensities in [0, 1] are a bump gx(c)·gy(r), or p·gx(c) + p·gy(r) for stripes of peak p, with
 * g(Δ) = exp(-Δ²/2σ²); they are scaled to [-1, 1], and negated for dark images. Pixel centres lie on integers.
 * A feature in the margin is rendered like any other and cropped, so tails of near centres stay visible, in
 * stripes and in blanks too. Periodic images take the distance to the nearest image of the centre.
 */
export function createRenderer(spec: RenderSpec): Renderer {
  const { size, stripePeak } = spec;
  const sx = effectiveSigma(spec, 'x');
  const sy = effectiveSigma(spec, 'y');
  const period = spec.boundary === 'periodic' ? size : null;
  const sign = spec.polarity === 'bright' ? 1 : -1;
  // gx, gy: (N) float64 in [0, 1], profile of the feature over columns and over rows
  const gx = new Float64Array(size);
  const gy = new Float64Array(size);
  return (kind, x, y, out, offset) => {
    gaussianProfile(gx, x, sx, period);
    gaussianProfile(gy, y, sy, period);
    let at = offset;
    if (kind === 'bump2d') {
      for (let r = 0; r < size; r++) {
        const scale = 2 * sign * gy[r]!;
        for (let c = 0; c < size; c++) out[at++] = scale * gx[c]! - sign;
      }
      return;
    }
    const scale = 2 * sign * stripePeak;
    for (let r = 0; r < size; r++) {
      const row = scale * gy[r]! - sign;
      for (let c = 0; c < size; c++) out[at++] = row + scale * gx[c]!;
    }
  };
}

/** The σ for which a profile is exp(-Δ²/2σ²), whatever convention the dataset states. */
export function effectiveSigma(spec: Pick<RenderSpec, 'sigma' | 'exponent'>, axis: 'x' | 'y'): number {
  return spec.exponent === '2sigma2' ? spec.sigma[axis] : spec.sigma[axis] * Math.SQRT2;
}

/** Fills out[i] = exp(-(i - center)²/2σ²), to the nearest image of the centre where there is a period. */
export function gaussianProfile(
  out: Float64Array,
  center: number,
  sigma: number,
  period: number | null,
): void {
  const k = -0.5 / (sigma * sigma);
  for (let i = 0; i < out.length; i++) {
    let d = i - center;
    if (period !== null) d -= period * Math.round(d / period);
    out[i] = Math.exp(k * d * d);
  }
}
