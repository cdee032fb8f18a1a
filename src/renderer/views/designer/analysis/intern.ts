import type { DatasetSpec, ShapeSpec } from '../../../../core/dataset/spec.ts';

/**
 * Gives shapes that are equal to those of the last spec the same identity. What is posted to a worker arrives as a
 * copy, and rasterized shapes are remembered by object (`runsOf`): with this, a drawing of a hundred strokes costs the
 * one that was added.
 */
export function createInterner(): (spec: DatasetSpec) => DatasetSpec {
  let last = new Map<string, ShapeSpec>();
  return (spec) => {
    const now = new Map<string, ShapeSpec>();
    const intern = (shapes: readonly ShapeSpec[]) =>
      shapes.map((shape) => {
        const key = JSON.stringify(shape);
        const same = now.get(key) ?? last.get(key) ?? shape;
        now.set(key, same);
        return same;
      });
    const interned = {
      ...spec,
      heldOut: intern(spec.heldOut),
      lesion: intern(spec.lesion),
      parts: spec.parts.map((part) => ({ ...part, within: intern(part.within) })),
    };
    // Only the last spec's shapes are kept, however long the session.
    last = now;
    return interned;
  };
}
