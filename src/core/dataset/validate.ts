import { invalid } from '../base/errors.ts';
import { snap, type Lattice } from './lattice.ts';
import { bandRanges, runsOf } from './region.ts';
import { runsTouchFrame } from './runs.ts';
import { RESERVED_SECTIONS } from './sections.ts';
import type { DatasetSpec, PartSpec, ShapeSpec } from './spec.ts';

/**
 * What a schema cannot see: whether the fields of a dataset fit each other. Each check throws a CliffordError
 * INVALID_INPUT of one sentence that starts with the field.
 */
export function validateFields(spec: DatasetSpec): void {
  const { boundary, margin, parts, size } = spec;
  if (boundary === 'periodic' && margin > 0) {
    throw invalid(`margin: expected 0 with periodic boundaries, which have no outside, got ${margin}`);
  }
  if (boundary === 'periodic') {
    for (const axis of ['x', 'y'] as const) checkDividesPeriod(`spacing.${axis}`, spec.spacing[axis], size);
  }
  parts.forEach((part, i) => {
    if (dimensionOf(part.kind) === 2) return;
    if (boundary === 'periodic') {
      throw invalid(
        `parts[${i}]: ${part.kind} needs a margin around the frame, expected open boundaries, got periodic`,
      );
    }
    if (margin === 0) {
      throw invalid(
        `parts[${i}]: ${part.kind} needs labels outside the frame, expected margin > 0 ` +
          `(such as ${(6 * size) / 32}), got 0`,
      );
    }
  });
  const kinds = new Set(parts.filter((p) => dimensionOf(p.kind) === 2).map((p) => p.kind));
  if (kinds.size > 1) {
    throw invalid(
      'parts: expected 2D images of one kind, got bump2d and sos2d, between which a label cannot tell',
    );
  }
  const weighted = parts.filter((p) => p.weight !== null).length;
  if (weighted !== 0 && weighted !== parts.length) {
    throw invalid(`parts: expected a weight for all parts or for none, got ${weighted} of ${parts.length}`);
  }
  if (spec.stripePeak > 0.5 && parts.some((p) => p.kind !== 'bump2d')) {
    throw invalid(
      `stripePeak: expected at most 0.5, so that two crossing stripes stay within [-1, 1], got ${spec.stripePeak}`,
    );
  }
}

/** Around a torus the last label is as far from the first as from its neighbour only if d divides N. */
function checkDividesPeriod(field: string, spacing: number, period: number): void {
  const steps = snap(period / spacing);
  if (Number.isInteger(steps)) return;
  const few = Math.max(1, Math.floor(steps));
  const nearest = Math.abs(period / few - spacing) <= Math.abs(period / (few + 1) - spacing) ? few : few + 1;
  throw invalid(
    `${field}: expected a spacing that divides the period ${period}, ` +
      `such as ${period / nearest} (${nearest} labels around), got ${spacing}`,
  );
}

/**
 * Checks all shapes against the lattice.
 * @throws CliffordError INVALID_INPUT for a shape that covers no label, or is wider than the frame, or is named
 *   like a built-in section
 */
export function validateShapes(spec: DatasetSpec, lattice: Lattice): void {
  const lists: [string, readonly ShapeSpec[]][] = [
    ['heldOut', spec.heldOut],
    ['lesion', spec.lesion],
    ...spec.parts.map((p, i): [string, ShapeSpec[]] => [`parts[${i}].within`, p.within]),
  ];
  for (const [list, shapes] of lists) {
    shapes.forEach((shape, i) => validateShape(`${list}[${i}]`, shape, lattice, list === 'heldOut'));
  }
  const isBand = (s: ShapeSpec) => bandRanges(s, spec.size) !== null;
  const sections = new Set(spec.heldOut.filter((s) => !isBand(s)).map((s) => s.name ?? s.type));
  if (sections.size > 200) {
    throw invalid(`heldOut: expected at most 200 differently named shapes, got ${sections.size}`);
  }
  const shared = spec.heldOut.find((s) => isBand(s) && s.name !== undefined && sections.has(s.name));
  if (shared) {
    throw invalid(
      `heldOut: expected a ${shared.type} and other shapes to have different names, got "${shared.name}"`,
    );
  }
  const taken = new Set([...sections, ...spec.heldOut.flatMap((s) => s.name ?? [])]);
  const twice = spec.lesion.findIndex((s) => s.name !== undefined && taken.has(s.name));
  if (twice >= 0) {
    throw invalid(
      `lesion[${twice}]: expected a name other than those of the layer "held-out", ` +
        `which are sections too, got "${spec.lesion[twice]!.name}"`,
    );
  }
}

function validateShape(field: string, shape: ShapeSpec, lattice: Lattice, inFrame: boolean): void {
  const { size, margin } = lattice;
  if (shape.name !== undefined && RESERVED_SECTIONS.includes(shape.name)) {
    throw invalid(`${field}: expected a name other than the section "${shape.name}"`);
  }
  if ('width' in shape && shape.width > size) {
    throw invalid(`${field}: expected a width of at most the frame's ${size}, got ${shape.width}`);
  }
  // Drawn shapes far outside would cost time in proportion to their distance, and no editor makes them.
  const reach = 8 * (size + margin);
  const far = drawnNumbers(shape).find((v) => Math.abs(v) > reach);
  if (far !== undefined) {
    throw invalid(`${field}: expected coordinates within ±${reach}, got ${far}`);
  }
  const runs = runsOf(lattice, shape);
  const space = margin === 0 ? `[0, ${size})` : `[${-margin}, ${size + margin})`;
  if (runs.length === 0) {
    const outside = isOutside(shape, lattice);
    throw invalid(
      outside
        ? `${field}: ${describeShape(shape)} lies outside the label space ${space} × ${space}`
        : `${field}: ${describeShape(shape)} covers no label, expected one of the lattice with ` +
            `spacing ${lattice.x.spacing} × ${lattice.y.spacing}`,
    );
  }
  if (inFrame && !runsTouchFrame(lattice, runs)) {
    throw invalid(
      `${field}: ${describeShape(shape)} lies in the margin, expected a shape in the frame [0, ${size}), ` +
        'since only 2D images are held out',
    );
  }
}

/** How many features of an image of this kind lie in the frame. */
export function dimensionOf(kind: PartSpec['kind']): 0 | 1 | 2 {
  return kind === 'stripes1d' ? 1 : kind === 'blank0d' ? 0 : 2;
}

/** Numbers of the shapes that are rasterized by walking over them. */
function drawnNumbers(shape: ShapeSpec): number[] {
  switch (shape.type) {
    case 'ellipse':
      return [...shape.center, ...shape.radii];
    case 'polygon':
      return shape.points.flat();
    case 'brush':
      return [shape.radius, ...shape.points.flat()];
    default:
      return [];
  }
}

/** True if the shape's bounding box misses the label space (rather than slipping between its labels). */
function isOutside(shape: ShapeSpec, lattice: Lattice): boolean {
  if (lattice.periodic) return false;
  const [lo, hi] = [-lattice.margin, lattice.size + lattice.margin];
  const misses = (range: readonly number[]) => range.every((v) => v < lo) || range.every((v) => v >= hi);
  const bands = bandRanges(shape, lattice.size);
  if (bands) return [bands.x, bands.y].every((r) => r === null || misses(r));
  switch (shape.type) {
    case 'rectangle':
      return misses(shape.x) || misses(shape.y);
    case 'ellipse':
      return [0, 1].some((k) =>
        misses([shape.center[k]! - shape.radii[k]!, shape.center[k]! + shape.radii[k]!]),
      );
    case 'polygon':
      return [0, 1].some((k) => misses(shape.points.map((p) => p[k]!)));
    case 'brush':
      return [0, 1].some((k) =>
        misses(shape.points.flatMap((p) => [p[k]! - shape.radius, p[k]! + shape.radius])),
      );
    default:
      return false;
  }
}

function describeShape(shape: ShapeSpec): string {
  const name = shape.name === undefined ? '' : ` "${shape.name}"`;
  switch (shape.type) {
    case 'band':
      return `band${name} ${shape.axis} ${shape.range.join(' to ')}`;
    case 'rectangle':
    case 'cross':
      return `${shape.type}${name} x ${shape.x.join(' to ')}, y ${shape.y.join(' to ')}`;
    case 'ellipse':
      return `ellipse${name} around (${shape.center.join(', ')})`;
    case 'polygon':
    case 'brush':
      return `${shape.type}${name} from (${shape.points[0]!.join(', ')})`;
    default:
      return `${shape.type}${name} of width ${shape.width}`;
  }
}
