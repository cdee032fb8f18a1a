import { z } from 'zod';
import { invalid } from '../../../../../core/base/errors.ts';
import type { DatasetSpec, PartSpec, ShapeSpec } from '../../../../../core/dataset/spec.ts';

/** A list of shapes that can be drawn into: a layer of the dataset, or where one part may have labels. */
export const LayerId = z.union([
  z.literal(['heldOut', 'lesion']),
  z.templateLiteral(['part-', z.int().min(0)]),
]);
export type LayerId = z.infer<typeof LayerId>;

/** Layers in the order in which panels list them. */
export function layerIds(spec: DatasetSpec): LayerId[] {
  return ['heldOut', 'lesion', ...spec.parts.map((_, i): LayerId => `part-${i}`)];
}

/** The place of a part's layer among `parts`, null for the other layers. */
export function partIndex(layer: LayerId): number | null {
  return layer.startsWith('part-') ? Number(layer.slice('part-'.length)) : null;
}

/** @throws CliffordError INVALID_INPUT for a part that the spec lacks */
export function shapesOf(spec: DatasetSpec, layer: LayerId): ShapeSpec[] {
  if (layer === 'heldOut' || layer === 'lesion') return spec[layer];
  return partOf(spec, layer).within;
}

/** The spec with another list of shapes; everything else is shared with the old one. */
export function withShapes(spec: DatasetSpec, layer: LayerId, shapes: ShapeSpec[]): DatasetSpec {
  if (layer === 'heldOut' || layer === 'lesion') return { ...spec, [layer]: shapes };
  const part = partOf(spec, layer);
  // By place: two parts may be one object, when one was made from the other.
  return { ...spec, parts: spec.parts.with(partIndex(layer)!, { ...part, within: shapes }) };
}

export function hasLayer(spec: DatasetSpec, layer: LayerId): boolean {
  const part = partIndex(layer);
  return part === null || (Number.isInteger(part) && part >= 0 && part < spec.parts.length);
}

export const KIND_TITLES: Readonly<Record<PartSpec['kind'], string>> = {
  bump2d: '2D bumps',
  sos2d: '2D sums of stripes',
  stripes1d: '1D stripes',
  blank0d: '0D blanks',
};

export function layerTitle(spec: DatasetSpec, layer: LayerId): string {
  if (layer === 'heldOut') return 'Held-out';
  if (layer === 'lesion') return 'Lesion';
  return `Part ${partIndex(layer)! + 1}: ${KIND_TITLES[partOf(spec, layer).kind]}`;
}

function partOf(spec: DatasetSpec, layer: LayerId): PartSpec {
  const part = spec.parts[partIndex(layer) ?? -1];
  if (part) return part;
  throw invalid(`layer: expected one of ${layerIds(spec).join(', ')}, got ${layer}`);
}
