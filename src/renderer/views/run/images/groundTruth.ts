import type { Dataset, ImageKind } from '../../../../core/dataset/dataset.ts';
import { createRenderer } from '../../../../core/dataset/render.ts';
import { toBytes } from './pixels.ts';

export type GroundTruth = (x: number, y: number, kind?: ImageKind) => Uint8Array;

/**
 * Draws the image that a label asks for, of the kind that `kindAt` tells if none is given.
 * @returns a function to (N, N) uint8
 */
export function createGroundTruth(dataset: Dataset): GroundTruth {
  const { size } = dataset.spec;
  const render = createRenderer(dataset.spec);
  const image = new Float32Array(size * size);
  return (x, y, kind = kindAt(dataset, [x, y])) => {
    render(kind, x, y, image, 0);
    return toBytes(image);
  };
}

/**
 * The kind of image at a place of the label space: 2D where both features lie in the frame; in the margin what the
 * dataset shows there (stripes, blanks), or the 2D image with what is cropped off it if it shows nothing.
 */
export function kindAt({ lattice, parts, testKind }: Dataset, label: readonly [number, number]): ImageKind {
  if (lattice.periodic) return testKind;
  const framed = label.filter((v) => v >= 0 && v < lattice.size).length;
  return framed === 2 ? testKind : (parts.find(({ dimension }) => dimension === framed)?.kind ?? testKind);
}
