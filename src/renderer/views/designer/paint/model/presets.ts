import type { DatasetSpec, ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { tidy } from './transform.ts';

/**
 * The paper's regions (Fig. 4, 10–12), given for a frame of 32 and scaled to another by N/32.
 */
export interface RegionPreset {
  readonly id: string;
  readonly title: string;
  /** What it is for, in one sentence. */
  readonly hint: string;
  /** The layer that the paper uses it in; it can be put into any. */
  readonly layer: 'heldOut' | 'lesion' | 'within';
  readonly shape: (spec: Pick<DatasetSpec, 'size'>) => ShapeSpec;
}

const CORNERS = ['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const;

export const REGION_PRESETS: readonly RegionPreset[] = [
  {
    id: 'cross',
    title: 'Cross 13–19',
    hint: 'Bands 13–19 of 32 in x and in y, the held-out cross of the compositional test',
    layer: 'heldOut',
    shape: ({ size }) => ({
      type: 'cross',
      x: [scaled(13, size), scaled(19, size)],
      y: [scaled(13, size), scaled(19, size)],
      mode: 'add',
    }),
  },
  {
    id: 'interior',
    title: 'Interior W',
    hint: 'A W×W square in the centre of the frame',
    layer: 'heldOut',
    shape: ({ size }) => ({ type: 'interior', width: scaled(8, size), mode: 'add' }),
  },
  ...CORNERS.map((corner): RegionPreset => ({
    id: `exterior-${corner}`,
    title: `Exterior W, ${corner.replace('-', ' ')}`,
    hint: 'A W×W square in a corner of the frame',
    layer: 'heldOut',
    shape: ({ size }) => ({ type: 'exterior', width: scaled(8, size), corner, mode: 'add' }),
  })),
  ...[1, 3.5, 8].map((width): RegionPreset => ({
    id: `lesion-${width}`,
    title: `Lesion ${width.toFixed(1)}`,
    hint: `A band of x of width ${width} (of 32), taken out of every part`,
    layer: 'lesion',
    shape: ({ size }) => ({ type: 'lesion', axis: 'x', width: scaled(width, size), mode: 'add' }),
  })),
  {
    id: 'rim',
    title: 'Rim w',
    hint: 'A ring along the inside of the frame’s border, where 2D examples stay beside 1D stripes',
    layer: 'within',
    shape: ({ size }) => ({ type: 'rim', width: scaled(2, size), mode: 'add' }),
  },
];

function scaled(value: number, size: number): number {
  return tidy((value * size) / 32);
}
