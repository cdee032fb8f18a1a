import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';
import type { Analysis } from '../../analysis/analyze.ts';
import { viewOf, type EditorState } from '../model/editor.ts';
import { layerIds, shapesOf, type LayerId } from '../model/layers.ts';
import { shapeTitle } from '../model/operations.ts';
import { boundsOf } from '../model/transform.ts';
import type { Interaction } from '../tools/interaction.ts';
import type { ToolSettings } from '../tools/tools.ts';
import { labelText } from '../labelText.ts';
import type { Ground, SceneLayer } from './scene.ts';
import { clusterColors, layerStyle, packColor, partColor, type CanvasTheme } from './theme.ts';

/** What the canvas shows of the editor's state, as data. */

/** Layers from the lowest to the uppermost: parts, held-out, lesion; a gesture's shapes in place of its layer's. */
export function sceneLayers(
  { spec, views }: EditorState,
  theme: CanvasTheme,
  preview: { layer: LayerId; shapes: readonly ShapeSpec[] } | null,
): SceneLayer[] {
  const [heldOut, lesion, ...parts] = layerIds(spec);
  return [...parts, heldOut!, lesion!].map((id) => ({
    id,
    shapes: preview?.layer === id ? preview.shapes : shapesOf(spec, id),
    visible: viewOf(views, id).visible,
    style: layerStyle(theme, spec.parts, id),
    frameOnly: id === 'heldOut',
    removes: id === 'heldOut' || id === 'lesion',
  }));
}

/** Training labels by part, or clusters of them. */
export function groundOf(
  analysis: Analysis,
  state: EditorState,
  { showClusters }: Pick<ToolSettings, 'showClusters'>,
  theme: CanvasTheme,
): Ground {
  return showClusters && analysis.clusters !== null
    ? { codes: analysis.clusters, color: clusterPalette(theme), training: false }
    : { codes: analysis.partBits, color: partPalette(theme, state, analysis), training: true };
}

const palettes = new WeakMap<CanvasTheme, Map<string, Ground['color']>>();

/** The same function for the same colours, so that the scene sees what stayed. */
function remembered(theme: CanvasTheme, key: string, make: () => Ground['color']): Ground['color'] {
  let known = palettes.get(theme);
  if (!known) palettes.set(theme, (known = new Map()));
  let color = known.get(key);
  if (!color) known.set(key, (color = make()));
  return color;
}

function clusterPalette(theme: CanvasTheme): Ground['color'] {
  return remembered(theme, 'clusters', () => {
    // Codes of `clusterMap`: 2·rank for training labels, 2·rank + 1 for the area around them.
    const [largest, ...others] = clusterColors(theme);
    const shades = (color: string, label: number, area: number) => [
      packColor(color, label),
      packColor(color, area),
    ];
    const first = shades(largest!, 1, 0.45);
    const rest = others.map((color) => shades(color, 0.75, 0.25));
    return (code) => {
      if (code < 0) return 0;
      const rank = code >> 1;
      return (rank === 0 ? first : rest[(rank - 1) % rest.length]!)[code & 1]!;
    };
  });
}

function partPalette(theme: CanvasTheme, { spec, views }: EditorState, analysis: Analysis): Ground['color'] {
  const colors = spec.parts.map((_, i) => partColor(theme, spec.parts, i));
  const shown = spec.parts.map((_, i) => viewOf(views, `part-${i}`).visible);
  // Labels that few neighbours surround need the full colour to be seen.
  const alphas = analysis.facts.parts.map((p) => (p.images < 0.3 * p.candidates ? 0.95 : 0.5));
  const key = JSON.stringify([colors, shown, alphas]);
  return remembered(theme, key, () => {
    const packed = Array.from({ length: 256 }, (_, bits) => {
      const parts = colors.flatMap((_c, i) => ((bits >> i) & 1 && shown[i] ? [i] : []));
      // A label of several parts shows the first of them at full strength.
      const first = parts[0];
      if (first === undefined) return 0;
      return packColor(colors[first]!, parts.length > 1 ? 0.9 : (alphas[first] ?? 0.5));
    });
    return (code) => packed[code]!;
  });
}

/** Numbers of the one shape that is being drawn or dragged, in label units and labels. */
export function badgeText(interaction: Interaction, lattice: Lattice): string | null {
  const outlined = interaction.outlined();
  const shape = outlined[0];
  if (!interaction.busy || interaction.stroke !== null || outlined.length !== 1 || !shape) return null;
  return describeExtent(lattice, shape);
}

export function describeExtent(lattice: Lattice, shape: ShapeSpec): string {
  if ('width' in shape) return `${shapeTitle(shape)}, width ${labelText(shape.width)}`;
  const { x, y } = boundsOf(lattice, shape);
  const range = (name: string, r: readonly [number, number] | null) =>
    r === null ? [] : [`${name} ${labelText(r[0])} – ${labelText(r[1])}`];
  return [...range('x', x), ...range('y', y)].join(', ');
}
