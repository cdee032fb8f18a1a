import { z } from 'zod';
import type { AnalysisRequest } from '../../../../../shared/analysis.ts';
import { DEFAULT_ANALYSES } from '../../../../../shared/analysis.ts';

/** How clouds of points are drawn: one choice for all runs, so that they can be compared. */
export const CloudSettings = z.object({
  layout: z.enum(['pair', '3d', 'umap', 'umap3d']).default('pair'),
  /** Components from 0; the third for 3D only. */
  components: z.tuple([z.int().min(0), z.int().min(0), z.int().min(0)]).default([0, 1, 2]),
  color: z.enum(['x', 'y', 'accuracy', 'section']).default('x'),
  lines: z.boolean().default(true),
  neighbors: z.int().min(2).max(200).default(15),
  minDist: z.number().min(0).max(1).default(0.1),
});
export type CloudSettings = z.infer<typeof CloudSettings>;

export const RepresentationSettings = z.object({
  cloud: CloudSettings.prefault({}),
  spectrumLog: z.boolean().default(false),
  stepsLog: z.boolean().default(true),
  measure: z.enum(['cosine', 'correlation', 'distance']).default('cosine'),
  order: z.enum(['x-then-y', 'y-then-x']).default('x-then-y'),
  kernelPerAxis: z.int().min(2).max(24).default(12),
  /** Ridge penalty relative to the mean variance of a feature, as a power of ten; null is none. */
  penaltyExponent: z.int().min(-8).max(3).nullable().default(-3),
});
export type RepresentationSettings = z.infer<typeof RepresentationSettings>;

export const LAYOUTS: { readonly [L in CloudSettings['layout']]: string } = {
  pair: 'PCA, two components',
  '3d': 'PCA, 3D',
  umap: 'UMAP',
  umap3d: 'UMAP, 3D',
};

export const isTurnable = (layout: CloudSettings['layout']): boolean =>
  layout === '3d' || layout === 'umap3d';
export const isUmap = (layout: CloudSettings['layout']): boolean => layout === 'umap' || layout === 'umap3d';

export const PCA_REQUEST = DEFAULT_ANALYSES.pca as Extract<AnalysisRequest, { kind: 'pca' }>;

/** Null while UMAP is not looked at. */
export function umapRequest({ layout, neighbors, minDist }: CloudSettings): AnalysisRequest | null {
  if (!isUmap(layout)) return null;
  return { kind: 'umap', neighbors, minDist, components: layout === 'umap3d' ? 3 : 2, seed: 0 };
}
