import { z } from 'zod';

/**
 * A dataset as plain data: images of one kind of scene, enumerated on a lattice of labels, minus regions.
 * Conventions (axes, frames, closed intervals) are those of ARCHITECTURE.md, "Coordinates".
 */

const finite = z.number().refine(Number.isFinite, 'expected a finite number');
const positive = finite.refine((v) => v > 0, 'expected a number greater than 0');
const fraction = finite.refine((v) => v > 0 && v <= 1, 'expected a fraction in (0, 1]');
/** Closed interval [lo, hi] in label units (frame coordinates). */
const interval = z
  .tuple([finite, finite])
  .refine(([lo, hi]) => lo <= hi, 'expected an interval [lo, hi] with lo ≤ hi');
const point = z.tuple([finite, finite]);

const shapeBase = {
  /** Shown in tables; a named shape of a layer (held-out, lesion) is also a test section of its own. */
  name: z.string().min(1).max(80).optional(),
  /** `add` puts labels into the layer, `cut` takes them out again; shapes apply in order. */
  mode: z.enum(['add', 'cut']).default('add'),
};

/** Shapes in label units; every edge is closed. */
export const ShapeSpec = z.discriminatedUnion('type', [
  /** All labels whose `axis` value lies in the interval. */
  z.strictObject({ type: z.literal('band'), axis: z.enum(['x', 'y']), range: interval, ...shapeBase }),
  z.strictObject({ type: z.literal('rectangle'), x: interval, y: interval, ...shapeBase }),
  /** The union of a band in x and a band in y (Fig. 4f). */
  z.strictObject({ type: z.literal('cross'), x: interval, y: interval, ...shapeBase }),
  /** A W×W square in the centre of the frame (Fig. 12a). */
  z.strictObject({ type: z.literal('interior'), width: positive, ...shapeBase }),
  /** A W×W square in one corner of the frame (Fig. 12b). Row 0 is the top. */
  z.strictObject({
    type: z.literal('exterior'),
    width: positive,
    corner: z.enum(['top-left', 'top-right', 'bottom-left', 'bottom-right']).default('bottom-right'),
    ...shapeBase,
  }),
  /** A band of the given width, centred in the frame (Fig. 11a). */
  z.strictObject({
    type: z.literal('lesion'),
    width: positive,
    axis: z.enum(['x', 'y']).default('x'),
    ...shapeBase,
  }),
  /** The ring of the given thickness along the inside of the frame's border (Fig. 10d). */
  z.strictObject({ type: z.literal('rim'), width: positive, ...shapeBase }),
  z.strictObject({
    type: z.literal('ellipse'),
    center: point,
    radii: z.tuple([positive, positive]),
    ...shapeBase,
  }),
  z.strictObject({ type: z.literal('polygon'), points: z.array(point).min(3).max(4096), ...shapeBase }),
  /** A stroke of a round brush: all labels within `radius` of the polyline. */
  z.strictObject({
    type: z.literal('brush'),
    radius: positive,
    points: z.array(point).min(1).max(100_000),
    ...shapeBase,
  }),
]);
export type ShapeSpec = z.infer<typeof ShapeSpec>;

/** Far more than a drawing has; each shape is rasterized over all labels. */
const shapes = z.array(ShapeSpec).max(1000).default([]);

export const PartSpec = z.strictObject({
  /**
   * - `bump2d`: 2D Gaussian bumps, both features in the frame
   * - `sos2d`: 2D sums of a vertical and a horizontal stripe, both features in the frame
   * - `stripes1d`: exactly one feature in the frame, the other in the margin (Fig. 9b); needs `margin` > 0
   * - `blank0d`: no feature in the frame (Fig. 9a); needs `margin` > 0
   */
  kind: z.enum(['bump2d', 'sos2d', 'stripes1d', 'blank0d']),
  /** Share of the batches; null means proportional to the part's number of training images. */
  weight: positive.nullable().default(null),
  /** Fraction kept when subsampling (Fig. 5, 6). */
  lambda: fraction.default(1),
  lambdaSeed: z.int().min(0).default(0),
  /** If not empty, the part only holds labels inside these shapes (for example a rim of 2D examples). */
  within: shapes,
});
export type PartSpec = z.infer<typeof PartSpec>;

export const DatasetSpec = z.strictObject({
  /** Image side N in pixels; the frame spans labels [0, N). */
  size: z.int().min(4).max(256),
  /** Width of the margin around the frame in label units: 6 embeds 32 in 44. */
  margin: finite.refine((v) => v >= 0, 'expected a number of at least 0').default(0),
  spacing: z.strictObject({ x: positive, y: positive }).default({ x: 1, y: 1 }),
  sigma: z.strictObject({ x: positive, y: positive }).default({ x: 1, y: 1 }),
  boundary: z.enum(['open', 'periodic']).default('open'),
  polarity: z.enum(['bright', 'dark']).default('bright'),
  /** exp(-Δ²/2σ²) or exp(-Δ²/4σ²). */
  exponent: z.enum(['2sigma2', '4sigma2']).default('2sigma2'),
  /** Peak of one stripe before scaling to [-1, 1]; two crossing stripes add. */
  stripePeak: positive.default(0.5),
  parts: z.array(PartSpec).min(1).max(8),
  /** Layer "held-out": removes 2D images only. */
  heldOut: shapes,
  /** Layer "lesion": removes its labels' values from every part, stripes included. */
  lesion: shapes,
});
export type DatasetSpec = z.infer<typeof DatasetSpec>;
export type DatasetSpecInput = z.input<typeof DatasetSpec>;
