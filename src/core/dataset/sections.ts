import { coverInterval, type Lattice } from './lattice.ts';
import { bandRanges, runsOf } from './region.ts';
import { fillRuns } from './runs.ts';
import type { ShapeSpec } from './spec.ts';

/**
 * Test sections. The sections of kind `partition` split the 2D labels of the frame: each label is in exactly
 * one. Sections of kind `overlay` collect labels of the partition again under a shape's name: those of a named
 * band, cross or lesion band of the layer "held-out", which are in `vertical`, `horizontal` and `intersection`
 * too, and those of any named shape of the layer "lesion", which are in `lesion` too.
 *
 * - `in-distribution`: outside all regions and inside a 2D part (before subsampling)
 * - `vertical`, `horizontal`, `intersection`: held out by bands, crosses or lesions, by x only, by y only, by both
 * - a shape's name, or its type if it has none: held out by a shape of another kind
 * - `uncovered`: outside all regions, but no part has 2D images there (Fig. 10, without or inside the rim)
 * - `lesion`: in the layer "lesion"
 *
 * Where shapes overlap the last one decides; a cut returns its labels, and a cut band returns its values.
 */
export interface Section {
  readonly name: string;
  readonly kind: 'partition' | 'overlay';
  // labels: flat label indices, ascending
  readonly labels: Uint32Array;
}

export interface SectionMap {
  /** In order of report; only sections that have labels. */
  readonly sections: readonly Section[];
  // codes: (y.count, x.count) uint8; 0 outside the frame, else 1 + place among the sections of kind `partition`
  readonly codes: Uint8Array;
}

export const RESERVED_SECTIONS: readonly string[] = [
  'overall',
  'in-distribution',
  'vertical',
  'horizontal',
  'intersection',
  'uncovered',
  'lesion',
];

/** Not a section: labels held out by bands, before x and y are told apart. */
const BY_BAND = '';

/**
 * @param heldOut layer bitmap (lattice.count)
 * @param lesion layer bitmap (lattice.count)
 * @param covered (lattice.count) 1 where some 2D part may have images, regions aside
 * @param shapes the shapes of either layer, from which the bitmaps were made
 */
export function divideIntoSections(
  lattice: Lattice,
  heldOut: Uint8Array,
  lesion: Uint8Array,
  covered: Uint8Array,
  shapes: { readonly heldOut: readonly ShapeSpec[]; readonly lesion: readonly ShapeSpec[] },
): SectionMap {
  const owners = heldOutOwners(lattice, shapes.heldOut);
  const names: string[] = [];
  const groups: number[][] = [];
  const idOf = (name: string) => {
    const known = names.indexOf(name);
    if (known >= 0) return known;
    groups.push([]);
    return names.push(name) - 1;
  };
  // Reserved names first, so that the order of report does not depend on which label comes first.
  const [inDistribution, vertical, horizontal, intersection] = [
    idOf('in-distribution'),
    idOf('vertical'),
    idOf('horizontal'),
    idOf('intersection'),
  ];
  const shapeIds = owners.names.map((name) => (name === BY_BAND ? -1 : idOf(name)));
  const uncovered = idOf('uncovered');
  const lesioned = idOf('lesion');
  const nx = lattice.x.count;
  forEachFrameLabel(lattice, (index, ix, iy) => {
    let id: number;
    if (lesion[index] === 1) id = lesioned;
    else if (heldOut[index] === 1) {
      id = shapeIds[owners.owner[index]! - 1]!;
      if (id < 0) {
        const x = owners.heldX[ix] === 1;
        const y = owners.heldY[iy] === 1;
        id = x && y ? intersection : x ? vertical : horizontal;
      }
    } else id = covered[index] === 1 ? inDistribution : uncovered;
    groups[id]!.push(index);
  });

  const sections: Section[] = [];
  const codes = new Uint8Array(nx * lattice.y.count);
  for (const [id, group] of groups.entries()) {
    if (group.length === 0) continue;
    const labels = Uint32Array.from(group);
    sections.push({ name: names[id]!, kind: 'partition', labels });
    for (const index of labels) codes[index] = sections.length;
  }
  const bands = shapes.heldOut.filter((s) => bandRanges(s, lattice.size) !== null);
  sections.push(
    ...overlays(lattice, bands, (i) => heldOut[i] === 1 && lesion[i] === 0),
    ...overlays(lattice, shapes.lesion, (i) => lesion[i] === 1),
  );
  return { sections, codes };
}

/** Calls back for each 2D label (both features in the frame), by ascending flat index. */
export function forEachFrameLabel(
  lattice: Lattice,
  visit: (index: number, ix: number, iy: number) => void,
): void {
  const { x, y } = lattice;
  for (let iy = y.frameFrom; iy < y.frameTo; iy++) {
    for (let ix = x.frameFrom; ix < x.frameTo; ix++) visit(iy * x.count + ix, ix, iy);
  }
}

/** Who holds each label out: owner[i] - 1 is a place in `names`, 0 nobody. */
function heldOutOwners(lattice: Lattice, shapes: readonly ShapeSpec[]) {
  const names: string[] = [BY_BAND];
  const owner = new Uint8Array(lattice.count);
  const heldX = new Uint8Array(lattice.x.count);
  const heldY = new Uint8Array(lattice.y.count);
  for (const shape of shapes) {
    const add = shape.mode === 'add';
    const bands = bandRanges(shape, lattice.size);
    if (bands?.x) mark(heldX, coverInterval(lattice.x, ...bands.x), add);
    if (bands?.y) mark(heldY, coverInterval(lattice.y, ...bands.y), add);
    const name = bands ? BY_BAND : (shape.name ?? shape.type);
    if (!names.includes(name)) names.push(name);
    fillRuns(owner, runsOf(lattice, shape), add ? names.indexOf(name) + 1 : 0);
  }
  return { names, owner, heldX, heldY };
}

function mark(mask: Uint8Array, where: Uint8Array, add: boolean): void {
  for (let i = 0; i < where.length; i++) if (where[i] === 1) mask[i] = add ? 1 : 0;
}

/** One section for each name among the shapes: the labels of the layer that they added and no cut took out. */
function overlays(
  lattice: Lattice,
  shapes: readonly ShapeSpec[],
  inLayer: (index: number) => boolean,
): Section[] {
  const named = shapes.filter((s) => s.mode === 'add' && s.name !== undefined);
  const byName = Map.groupBy(named, (s) => s.name!);
  return [...byName].flatMap(([name, group]) => {
    const covered = new Uint8Array(lattice.count);
    for (const shape of group) fillRuns(covered, runsOf(lattice, shape), 1);
    const labels: number[] = [];
    forEachFrameLabel(lattice, (i) => {
      if (covered[i] === 1 && inLayer(i)) labels.push(i);
    });
    return labels.length === 0 ? [] : [{ name, kind: 'overlay' as const, labels: Uint32Array.from(labels) }];
  });
}
