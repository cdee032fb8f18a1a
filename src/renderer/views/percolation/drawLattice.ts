import type { ChartTheme } from '../../charts/theme.ts';
import type { LatticeClusters } from './messages.ts';

export interface LatticePicture {
  /** Side of the square, in CSS pixels. */
  readonly side: number;
  /** Discs of half the cutoff. */
  readonly reach: boolean;
  readonly theme: ChartTheme;
}

/** Hues for all clusters but the largest, which is in the accent colour (Okabe–Ito without its blues). */
const OTHERS = ['#d55e00', '#009e73', '#cc79a7', '#b8860b', '#44aa99', '#a5673f'] as const;

export function clusterColor(rank: number, size: number, theme: ChartTheme): string {
  if (rank === 0) return theme.accent;
  return size === 1 ? theme.muted : OTHERS[(rank - 1) % OTHERS.length]!;
}

/** Pixels of the picture for one pixel of the images. */
export function pictureScale({ side: sites, lattice }: LatticeClusters, side: number): number {
  return side / (sites * lattice.spacing);
}

/** Draws the bumps kept, coloured by cluster, row 0 at the top (Fig. 6a). */
export function drawLattice(
  context: CanvasRenderingContext2D,
  clusters: LatticeClusters,
  picture: LatticePicture,
): void {
  const { side, theme } = picture;
  context.fillStyle = theme.paper;
  context.fillRect(0, 0, side, side);
  if (clusters.areas === null) drawDiscs(context, clusters, picture);
  else drawCells(context, clusters, clusters.areas, picture);
}

/** Bumps one by one: a dot for each, and around it a disc that touches those of the bumps it is linked to. */
function drawDiscs(
  context: CanvasRenderingContext2D,
  clusters: LatticeClusters,
  { side, reach, theme }: LatticePicture,
): void {
  const { side: n, sites, rank, sizes, cutoff, lattice } = clusters;
  const scale = pictureScale(clusters, side);
  const cell = side / n;
  if (cell >= 7) drawEmptySites(context, n, cell, theme);
  const radius = (cutoff / 2) * scale;
  const dot = Math.min(5, Math.max(1.5, cell * 0.32));
  const members: number[][] = Array.from(sizes, () => []);
  sites.forEach((site, k) => members[rank[k]!]!.push(site));
  // Bumps near a border of a torus reach in from the other side.
  const shifts = lattice.periodic ? [-side, 0, side] : [0];
  const circles = (list: readonly number[], r: number): void => {
    context.beginPath();
    for (const site of list) {
      const [x, y] = [((site % n) + 0.5) * cell, (Math.floor(site / n) + 0.5) * cell];
      for (const dx of shifts) {
        for (const dy of shifts) {
          const [cx, cy] = [x + dx, y + dy];
          if (cx + r < 0 || cx - r > side || cy + r < 0 || cy - r > side) continue;
          context.moveTo(cx + r, cy);
          context.arc(cx, cy, r, 0, 2 * Math.PI);
        }
      }
    }
    context.fill();
  };
  for (const dots of [false, true]) {
    if (!dots && !reach) continue;
    // The largest last, over the others.
    for (let r = members.length - 1; r >= 0; r--) {
      context.fillStyle = clusterColor(r, sizes[r]!, theme);
      context.globalAlpha = dots ? 1 : r === 0 ? 0.32 : 0.2;
      circles(members[r]!, dots ? (r === 0 ? dot * 1.3 : dot) : radius);
    }
  }
  context.globalAlpha = 1;
}

function drawEmptySites(context: CanvasRenderingContext2D, n: number, cell: number, theme: ChartTheme): void {
  context.fillStyle = theme.line;
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) context.fillRect((i + 0.5) * cell - 1, (j + 0.5) * cell - 1, 2, 2);
  }
}

/** Too many bumps for that: one cell for each site. */
function drawCells(
  context: CanvasRenderingContext2D,
  { side: n, sites, rank, sizes }: LatticeClusters,
  areas: Int32Array,
  { side, reach, theme }: LatticePicture,
): void {
  const image = new ImageData(n, n);
  const paper = channels(theme.paper);
  const colors = new Map<string, readonly [number, number, number]>();
  const paint = (site: number, r: number, alpha: number): void => {
    const hex = clusterColor(r, sizes[r]!, theme);
    let color = colors.get(hex);
    if (color === undefined) colors.set(hex, (color = channels(hex)));
    for (let c = 0; c < 3; c++) image.data[4 * site + c] = paper[c]! + alpha * (color[c]! - paper[c]!);
    image.data[4 * site + 3] = 255;
  };
  if (reach) areas.forEach((r, site) => r >= 0 && paint(site, r, r === 0 ? 0.32 : 0.2));
  sites.forEach((site, k) => paint(site, rank[k]!, 1));
  const cells = new OffscreenCanvas(n, n);
  cells.getContext('2d')!.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = n > 2 * side;
  context.drawImage(cells, 0, 0, side, side);
}

function channels(hex: string): readonly [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** The bump nearest to a place of the picture, as an index into `sites`; null if none is within `within` pixels. */
export function bumpAt(
  clusters: LatticeClusters,
  side: number,
  [x, y]: readonly [number, number],
  within = 12,
): number | null {
  const { side: n, sites } = clusters;
  const cell = side / n;
  let [best, least] = [null as number | null, within ** 2];
  for (let k = 0; k < sites.length; k++) {
    const site = sites[k]!;
    const dx = ((site % n) + 0.5) * cell - x;
    const dy = (Math.floor(site / n) + 0.5) * cell - y;
    const distance = dx * dx + dy * dy;
    if (distance <= least) [best, least] = [k, distance];
  }
  return best;
}
