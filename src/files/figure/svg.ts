import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { encodePng, type Picture } from '../image.ts';
import { INK, PAPER } from './palette.ts';

export interface Figure {
  /** A document that stands alone, its pictures embedded. */
  readonly svg: string;
  /** The same, rasterized at PIXEL_RATIO. */
  readonly png: Uint8Array;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** PNG pixels for one CSS pixel: sharp on dense screens and in print. */
export const PIXEL_RATIO = 2;

/** Wraps elements into a document and rasterizes it with the bundled fonts, so that it looks the same anywhere. */
export function figure(
  width: number,
  height: number,
  elements: readonly string[],
  description: string,
): Figure {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img" ` +
    `font-family="'DejaVu Sans', Verdana, sans-serif" font-size="12" fill="${INK}">\n` +
    `<title>${escapeXml(description)}</title>\n` +
    `<rect width="${w}" height="${h}" fill="${PAPER}"/>\n${elements.join('\n')}\n</svg>\n`;
  const rendered = new Resvg(svg, {
    font: {
      loadSystemFonts: false,
      fontFiles: FONT_FILES,
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
    fitTo: { mode: 'zoom', value: PIXEL_RATIO },
  }).render();
  return { svg, png: new Uint8Array(rendered.asPng()), width: w, height: h };
}

export interface TextStyle {
  size?: number;
  bold?: boolean;
  color?: string;
  anchor?: 'start' | 'middle' | 'end';
  /** Degrees, about the point itself. */
  rotate?: number;
}

/** One line of text on the baseline (x, y). */
export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 12, bold, color, anchor, rotate } = style;
  const attributes = [
    `x="${round(x)}" y="${round(y)}" font-size="${size}"`,
    bold ? 'font-weight="bold"' : '',
    color ? `fill="${color}"` : '',
    anchor && anchor !== 'start' ? `text-anchor="${anchor}"` : '',
    rotate ? `transform="rotate(${rotate} ${round(x)} ${round(y)})"` : '',
  ].filter(Boolean);
  return `<text ${attributes.join(' ')}>${escapeXml(content)}</text>`;
}

export interface RectStyle {
  fill?: string;
  stroke?: string;
  strokeWidth?: number;
  dash?: string;
  /** Says what it is, for tests and for whoever edits the file. */
  className?: string;
}

export function rect(x: number, y: number, w: number, h: number, style: RectStyle = {}): string {
  const { fill = 'none', stroke, strokeWidth = 1, dash, className } = style;
  return (
    `<rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" fill="${fill}"` +
    (stroke ? ` stroke="${stroke}" stroke-width="${strokeWidth}"` : '') +
    (dash ? ` stroke-dasharray="${dash}"` : '') +
    (className ? ` class="${className}"` : '') +
    '/>'
  );
}

export function path(d: string, stroke: string, strokeWidth = 1, fill = 'none'): string {
  return `<path d="${d}" fill="${fill}" stroke="${stroke}" stroke-width="${strokeWidth}"/>`;
}

/** A picture with hard pixel edges. For sharpness its pixels should be whole multiples of the drawn size. */
export function image(x: number, y: number, w: number, h: number, picture: Picture): string {
  const data = Buffer.from(encodePng(picture)).toString('base64');
  return (
    `<image x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" ` +
    `image-rendering="optimizeSpeed" style="image-rendering:pixelated" href="data:image/png;base64,${data}"/>`
  );
}

/**
 * Width of a line in CSS pixels, estimated from above (DejaVu Sans averages 0.55 em in prose, bold 0.63 em):
 * enough to decide where to break.
 */
export function estimateWidth(content: string, size: number, bold = false): number {
  let em = 0;
  for (const c of content)
    em += "iljI.,:;'|!()[]· \u00a0".includes(c) ? 0.39 : 'mwMW—%'.includes(c) ? 0.95 : 0.61;
  return em * size * (bold ? 1.1 : 1);
}

/** Breaks text at spaces (not at no-break spaces) into lines that fit. */
export function wrap(content: string, size: number, width: number, bold = false): string[] {
  const lines: string[] = [];
  for (const word of content.split(/[ \t\n]+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && estimateWidth(`${last} ${word}`, size, bold) <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

export function escapeXml(content: string): string {
  return (
    content
      // Characters that XML 1.0 forbids even when escaped would make the whole document unreadable.
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}

/** At most two decimals. */
export function round(v: number): number {
  return Math.round(v * 100) / 100;
}

/** A label's value as short as it is exact to three decimals, with a proper minus sign. */
export function formatLabel(v: number): string {
  return String(Math.round(v * 1000) / 1000).replace('-', '−');
}

const FONT_FOLDER = join(
  dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')),
  'ttf',
);
const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) => join(FONT_FOLDER, file));
