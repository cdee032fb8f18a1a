import type { LayerStyle, PatternKind } from './theme.ts';

/**
 * Tiles of a layer's pattern: a tint of its colour with lines or dots of the full colour, so that what lies
 * below shows through. Drawn once for each style and device pixel ratio.
 */
export class Patterns {
  private readonly tiles = new Map<string, CanvasPattern>();
  private readonly context: CanvasRenderingContext2D;

  constructor(context: CanvasRenderingContext2D) {
    this.context = context;
  }

  /** A fill style for contexts in device pixels, moved so that it keeps its place in the drawing. */
  fill(style: LayerStyle, ratio: number, originX: number, originY: number, tint = 0.34): CanvasPattern {
    const key = `${style.color} ${style.pattern} ${ratio} ${tint}`;
    let pattern = this.tiles.get(key);
    if (!pattern) {
      // Long sessions change the theme and the zoom of the page a few times, not without end.
      pattern = this.context.createPattern(drawTile(style, ratio, tint), 'repeat')!;
      this.tiles.set(key, pattern);
    }
    pattern.setTransform(new DOMMatrix([1, 0, 0, 1, Math.round(originX), Math.round(originY)]));
    return pattern;
  }
}

/** Side of a tile in CSS pixels. */
const SIDE: Readonly<Record<PatternKind, number>> = { diagonal: 8, crosshatch: 9, dots: 6, rows: 6 };

function drawTile({ color, pattern }: LayerStyle, ratio: number, tint: number): OffscreenCanvas {
  const side = Math.round(SIDE[pattern] * ratio);
  const tile = new OffscreenCanvas(side, side);
  const context = tile.getContext('2d')!;
  context.fillStyle = color;
  context.globalAlpha = tint;
  context.fillRect(0, 0, side, side);
  context.globalAlpha = 0.95;
  context.strokeStyle = color;
  context.lineWidth = 1.3 * ratio;
  context.beginPath();
  // Lines run past the corners, so that tiles meet without gaps.
  if (pattern === 'diagonal' || pattern === 'crosshatch') {
    for (const shift of [-side, 0, side]) {
      context.moveTo(shift - 2, side + 2);
      context.lineTo(shift + side + 2, -2);
    }
  }
  if (pattern === 'crosshatch') {
    for (const shift of [-side, 0, side]) {
      context.moveTo(shift - 2, -2);
      context.lineTo(shift + side + 2, side + 2);
    }
  }
  if (pattern === 'rows') {
    context.moveTo(0, side / 2);
    context.lineTo(side, side / 2);
  }
  context.stroke();
  if (pattern === 'dots') {
    context.beginPath();
    context.arc(side / 2, side / 2, 1.1 * ratio, 0, 2 * Math.PI);
    context.fill();
  }
  return tile;
}
