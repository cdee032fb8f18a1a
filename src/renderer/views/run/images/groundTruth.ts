import type { ImageKind } from '../../../../core/dataset/dataset.ts';
import { createRenderer, type RenderSpec } from '../../../../core/dataset/render.ts';
import { toBytes } from './pixels.ts';

export type GroundTruth = (x: number, y: number, kind?: ImageKind) => Uint8Array;

/**
 * Draws the image that a label asks for.
 * @param testKind the kind of 2D image that tests generate
 * @returns a function to (N, N) uint8
 */
export function createGroundTruth(spec: RenderSpec, testKind: ImageKind): GroundTruth {
  const render = createRenderer(spec);
  const image = new Float32Array(spec.size * spec.size);
  return (x, y, kind = testKind) => {
    render(kind, x, y, image, 0);
    return toBytes(image);
  };
}
