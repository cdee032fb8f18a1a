import type { DatasetSpec, ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { tidy } from './transform.ts';

/** Types of shapes that can be made from numbers alone, in the order of menus. */
export const DRAFT_TYPES = [
  'rectangle',
  'band',
  'cross',
  'ellipse',
  'polygon',
  'brush',
  'interior',
  'exterior',
  'lesion',
  'rim',
] as const satisfies readonly ShapeSpec['type'][];

/** A shape of the given type to start numeric entry from: in the middle of the frame, a quarter as wide. */
export function draftShape(
  spec: Pick<DatasetSpec, 'size' | 'spacing'>,
  type: ShapeSpec['type'],
  mode: ShapeSpec['mode'] = 'add',
): ShapeSpec {
  const { size } = spec;
  const range = (axis: 'x' | 'y'): [number, number] => [
    toLattice(0.375 * size, spec.spacing[axis]),
    toLattice(0.625 * size, spec.spacing[axis]),
  ];
  const [x, y] = [range('x'), range('y')];
  const width = tidy(size / 4);
  switch (type) {
    case 'band':
      return { type, axis: 'x', range: x, mode };
    case 'rectangle':
    case 'cross':
      return { type, x, y, mode };
    case 'ellipse':
      return { type, center: [size / 2, size / 2], radii: [width / 2, width / 2], mode };
    case 'polygon':
      return {
        type,
        points: [
          [size / 2, y[0]],
          [x[1], y[1]],
          [x[0], y[1]],
        ],
        mode,
      };
    case 'brush':
      return {
        type,
        radius: tidy(size / 16),
        points: [
          [x[0], size / 2],
          [x[1], size / 2],
        ],
        mode,
      };
    case 'interior':
    case 'rim':
      return { type, width: type === 'rim' ? tidy(size / 16) : width, mode };
    case 'exterior':
      return { type, width, corner: 'bottom-right', mode };
    case 'lesion':
      return { type, width, axis: 'x', mode };
  }
}

/** The lattice value nearest to `value`. */
export function toLattice(value: number, spacing: number): number {
  return tidy(Math.round(value / spacing) * spacing);
}
