import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import { runsOf } from '../../../../../core/dataset/region.ts';
import { fillRuns, runsTouchFrame, type Runs } from '../../../../../core/dataset/runs.ts';
import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { composeLayer } from '../raster/runs.ts';
import { addShapes, clearLayer, coverAll } from './operations.ts';
import type { EditorState } from './editor.ts';
import { partIndex, shapesOf, type LayerId } from './layers.ts';

/** What came of a drawing: the next state, or why nothing came of it. */
export interface Drawn {
  readonly state: EditorState;
  /** One sentence for the user, null if there is nothing to say. */
  readonly notice: string | null;
}

/**
 * Adds what a tool has drawn, without what would only get in the way: shapes that cover no label, held-out shapes
 * outside the frame (the dataset would be refused), and strokes of the eraser that erase nothing. If a cut takes the
 * last label of a layer, the layer is emptied, since a layer that removes nothing is no valid dataset either.
 */
export function draw(
  state: EditorState,
  lattice: Lattice,
  layer: LayerId,
  drawn: readonly ShapeSpec[],
  options: { select: boolean; label?: string },
): Drawn {
  const bits = new Uint8Array(lattice.count);
  const old = shapesOf(state.spec, layer);
  composeLayer(lattice, old, bits);
  // A part without shapes is everywhere, so the first cut of one cuts out of everything.
  const everywhere = partIndex(layer) !== null && old.length === 0 && drawn[0]?.mode === 'cut';
  if (everywhere) bits.fill(1);
  const kept: ShapeSpec[] = [];
  let notice: string | null = null;
  for (const shape of drawn) {
    const runs = runsOf(lattice, shape);
    if (runs.length === 0) {
      notice ??= 'This covers no label: zoom in, draw larger, or turn on “Snap to the lattice”.';
    } else if (layer === 'heldOut' && !runsTouchFrame(lattice, runs)) {
      notice ??=
        'Held-out removes 2D images only, so draw it inside the frame; a lesion may reach the margin.';
    } else if (shape.type === 'brush' && shape.mode === 'cut' && !touches(bits, runs)) {
      continue;
    } else {
      fillRuns(bits, runs, shape.mode === 'add' ? 1 : 0);
      kept.push(shape);
    }
  }
  if (kept.length === 0) return { state, notice };
  const added = everywhere ? [coverAll(lattice, layer), ...kept] : kept;
  // An empty `within` means everywhere, so a part's layer is never emptied behind the user's back.
  const emptied = kept.at(-1)!.mode === 'cut' && partIndex(layer) === null && !anyIn(lattice, layer, bits);
  if (emptied && old.length === 0) {
    return { state, notice: 'The layer is empty, so there is nothing to cut out of it: draw with “Add”.' };
  }
  if (emptied) return { state: clearLayer(state, layer), notice };
  return { state: addShapes(state, layer, added, options), notice };
}

function anyIn(lattice: Lattice, layer: LayerId, bits: Uint8Array): boolean {
  if (layer !== 'heldOut') return bits.includes(1);
  const { x, y } = lattice;
  for (let iy = y.frameFrom; iy < y.frameTo; iy++) {
    const row = iy * x.count;
    if (bits.subarray(row + x.frameFrom, row + x.frameTo).includes(1)) return true;
  }
  return false;
}

function touches(bits: Uint8Array, runs: Runs): boolean {
  for (let k = 0; k < runs.length; k += 2) if (bits.subarray(runs[k], runs[k + 1]).includes(1)) return true;
  return false;
}
