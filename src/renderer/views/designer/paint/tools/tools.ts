/** The tools, in the order of the toolbar. */
export const TOOLS = [
  {
    id: 'select',
    key: 'V',
    title: 'Select and move',
    hint: 'Click a shape; drag it or its handles. Shift adds to the selection.',
  },
  {
    id: 'pan',
    key: 'H',
    title: 'Pan',
    hint: 'Drag the view. With any tool: hold Space, or drag with the middle button.',
  },
  {
    id: 'brush',
    key: 'B',
    title: 'Brush',
    hint: '[ and ] change its size. Shift keeps to a row, column or diagonal.',
  },
  {
    id: 'eraser',
    key: 'E',
    title: 'Eraser',
    hint: 'A stroke that cuts out of the layer. [ and ] change its size.',
  },
  {
    id: 'rectangle',
    key: 'R',
    title: 'Rectangle',
    hint: 'Shift makes a square, Alt starts from the centre.',
  },
  {
    id: 'bandX',
    key: 'X',
    title: 'Band of x',
    hint: 'All labels whose x lies in a range (a vertical band).',
  },
  {
    id: 'bandY',
    key: 'Y',
    title: 'Band of y',
    hint: 'All labels whose y lies in a range (a horizontal band).',
  },
  {
    id: 'cross',
    key: 'C',
    title: 'Cross',
    hint: 'A band of x and a band of y. Shift makes them equal, Alt starts from the centre.',
  },
  { id: 'ellipse', key: 'O', title: 'Ellipse', hint: 'Shift makes a circle, Alt starts from the centre.' },
  {
    id: 'polygon',
    key: 'P',
    title: 'Polygon',
    hint: 'Click the corners; Enter, a double click or the first corner closes it. Backspace takes one back.',
  },
  { id: 'lasso', key: 'L', title: 'Lasso', hint: 'Draw an outline freehand.' },
  { id: 'fill', key: 'G', title: 'Fill', hint: 'Fills the connected region of one section.' },
] as const;

export type ToolId = (typeof TOOLS)[number]['id'];

export function toolByKey(key: string): ToolId | null {
  return TOOLS.find((tool) => tool.key === key.toUpperCase())?.id ?? null;
}

/** What the tools do, kept with the view and not with the drawing. */
export interface ToolSettings {
  tool: ToolId;
  /** What shapes do to the layer. Brush strokes always add, eraser strokes always cut. */
  mode: 'add' | 'cut';
  /** Brush diameter in cells of the finer axis; 0 until the canvas knows the lattice (`fitBrush`). */
  brushCells: number;
  /** Corners, strokes and moves keep to labels of the lattice. */
  snap: boolean;
  /** Everything drawn is drawn again, reflected about the frame's centre. */
  mirrorX: boolean;
  mirrorY: boolean;
  showClusters: boolean;
}

export const MAX_BRUSH_CELLS = 400;

export function defaultToolSettings(): ToolSettings {
  return {
    tool: 'brush',
    mode: 'add',
    brushCells: 0,
    snap: true,
    mirrorX: false,
    mirrorY: false,
    showClusters: false,
  };
}

/**
 * The brush for another lattice: as large in label units as before, and a sixteenth of the frame at first.
 * @param before spacing of the lattice that the size was for, null for the first one
 */
export function fitBrush(
  cells: number,
  before: number | null,
  lattice: {
    readonly size: number;
    readonly x: { readonly spacing: number };
    readonly y: { readonly spacing: number };
  },
): number {
  const spacing = Math.min(lattice.x.spacing, lattice.y.spacing);
  const width = cells === 0 || before === null ? lattice.size / 16 : cells * before;
  return cells > 0 && before === null ? cells : clampBrush(Math.round(width / spacing));
}

/** Next size of the brush: by one cell while small, then by about a tenth. */
export function stepBrush(cells: number, direction: 1 | -1): number {
  const step = Math.max(1, Math.round(cells / 10));
  return clampBrush(cells + direction * step);
}

function clampBrush(cells: number): number {
  return Math.min(MAX_BRUSH_CELLS, Math.max(1, cells));
}

/** Radius in label units of a brush of this many cells: on a label of the lattice, one cell covers just that. */
export function brushRadius(cells: number, spacing: { readonly x: number; readonly y: number }): number {
  return (cells * Math.min(spacing.x, spacing.y)) / 2;
}
