import { describe, expect, it } from 'vitest';
import { decodePng } from '../testing/png.ts';
import { labelMapFigure, type LabelMap } from './label-map.ts';
import { parseColor, REGION_COLORS } from './palette.ts';
import {
  renderComparison,
  renderSheet,
  type SheetItem,
  type SheetPanel,
  type SheetSection,
} from './sheet.ts';
import { escapeXml, PIXEL_RATIO, type Figure } from './svg.ts';

const count = (svg: string, part: string) => svg.split(part).length - 1;

/** Colour of the rasterized figure at a place in CSS pixels. */
function colorAt(figure: Figure) {
  const png = decodePng(figure.png);
  return (x: number, y: number) => {
    const i = (Math.floor(y * PIXEL_RATIO) * png.width + Math.floor(x * PIXEL_RATIO)) * 3;
    return [...png.data.subarray(i, i + 3)];
  };
}

/** x, y, width, height of an element by a part of its text. */
function box(svg: string, part: string): [number, number, number, number] {
  const element = svg.split('\n').find((line) => line.includes(part))!;
  const number = (name: string) => Number(new RegExp(` ${name}="([-\\d.]+)"`).exec(element)![1]);
  return [number('x'), number('y'), number('width'), number('height')];
}

describe('renderSheet', () => {
  const flat = (v: number) => new Float32Array(64).fill(v);
  const item = (x: number, oks: boolean[]): SheetItem => ({
    x,
    y: 2,
    truth: flat(-1),
    samples: oks.map((ok) => ({ image: flat(1), ok })),
  });
  const section = (items: SheetItem[], name = 'vertical'): SheetSection => ({
    name,
    accuracyText: 'both 0.5',
    items,
  });
  const sheet = (sections: SheetSection[]) => ({ title: 'T', subtitle: 'S', size: 8, sections });

  it('frames each wrong sample and only those (beside one of each in the legend)', () => {
    const { svg } = renderSheet(sheet([section([item(1, [true, false]), item(2, [false, false])])]));
    expect(count(svg, 'class="wrong"')).toBe(3 + 1);
    expect(count(svg, 'class="right"')).toBe(1 + 1);
    expect(count(svg, '<image')).toBe(2 + 4);
  });

  it('draws images in black for −1 and white for 1, with hard edges', () => {
    const half = Float32Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? -1 : 1));
    const figure = renderSheet(sheet([section([{ x: 0, y: 0, truth: half, samples: [] }])]));
    const [x, y, width] = box(figure.svg, '<image');
    const color = colorAt(figure);
    expect(color(x + width / 2 - 0.6, y + 20)).toEqual([0, 0, 0]);
    expect(color(x + width / 2 + 0.6, y + 20)).toEqual([255, 255, 255]);
  });

  it('breaks sections with many labels and keeps all of them', () => {
    const items = Array.from({ length: 31 }, (_, i) => item(i, [true]));
    const narrow = renderSheet({ ...sheet([section(items)]), columns: 5 });
    const wide = renderSheet({ ...sheet([section(items)]), columns: 31 });
    expect(count(narrow.svg, '<image')).toBe(62);
    expect(narrow.height).toBeGreaterThan(wide.height);
    expect(narrow.width).toBeLessThan(wide.width);
  });

  it('rasterizes at the stated ratio and draws text', () => {
    const figure = renderSheet(sheet([section([item(1, [true])])]));
    const png = decodePng(figure.png);
    expect([png.width, png.height]).toEqual([figure.width * PIXEL_RATIO, figure.height * PIXEL_RATIO]);
    // Without fonts resvg leaves text out silently. The title's baseline box is the only ink in the top margin.
    const color = colorAt(figure);
    const ink = Array.from({ length: 14 * 24 }, (_, i) => color(26 + (i % 14), 26 + Math.floor(i / 14))[0]!);
    expect(Math.min(...ink)).toBeLessThan(64);
  });

  it('survives any text', () => {
    const name = '<b>&"\u0000\u0007]]>𝛼 ';
    const { svg } = renderSheet({ ...sheet([section([item(1, [true])], name)]), title: name });
    expect(svg).toContain(escapeXml(name));
    expect(svg).not.toContain('<b>');
  });

  it('draws panels side by side', () => {
    const panel = { title: 'P', subtitle: '', sections: [section([item(1, [true])])] };
    const draw = (panels: SheetPanel[]) => renderComparison({ title: 'T', subtitle: '', size: 8, panels });
    const [two, three] = [draw([panel, panel]), draw([panel, panel, panel])];
    expect(three.height).toBe(two.height);
    expect(three.width / two.width).toBeCloseTo(3 / 2, 1);
  });

  it('breaks accuracies between their parts only', () => {
    const parts = [
      'both 0.50 [0.40, 0.60]',
      'x 0.70 [0.60, 0.80]',
      'y 0.80 [0.70, 0.90]',
      'copying 0.31, 1.00',
    ];
    const { svg } = renderSheet(sheet([{ ...section([item(1, [true])]), accuracyText: parts.join(' · ') }]));
    const lines = [...svg.matchAll(/>([^<]*)<\/text>/g)].map((m) => m[1]!.replaceAll('\u00a0', ' '));
    const drawn = lines.filter((line) => /0\.\d\d/.test(line));
    expect(drawn.length).toBeGreaterThan(1);
    expect(drawn.flatMap((line) => line.split(' · ')).map((part) => part.replace(/ ·$/, ''))).toEqual(parts);
  });

  it('refuses nothing to draw, and images of another size', () => {
    expect(() => renderSheet(sheet([section([])]))).toThrow('got no labels to draw');
    const wrong = { ...item(1, []), truth: new Float32Array(63) };
    expect(() => renderSheet(sheet([section([wrong])]))).toThrow('got 63 values, expected 8×8 = 64');
  });
});

describe('labelMapFigure', () => {
  // 4 columns (x = −1 … 2) and 3 rows (y = 0 … 2), all but the frame's labels blank.
  const map: LabelMap = {
    title: 'Map',
    subtitle: '',
    size: 2,
    lattice: { x: { first: -1, spacing: 1, count: 4 }, y: { first: 0, spacing: 1, count: 3 } },
    codes: Uint8Array.of(0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0),
    regions: [
      { code: 0, name: 'blank', role: 'blank' },
      { code: 1, name: 'training', role: 'train' },
      { code: 2, name: 'vertical', role: 'vertical' },
      { code: 3, name: 'horizontal', role: 'horizontal' },
      { code: 4, name: 'both', role: 'intersection' },
      { code: 5, name: 'never there', role: 'lesion' },
    ],
  };

  it('colours each label at its place, y downwards', () => {
    const figure = labelMapFigure(map);
    const [left, top, width, height] = box(figure.svg, '<image');
    const color = colorAt(figure);
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 4; column++) {
        const role = map.regions[map.codes[row * 4 + column]!]!.role;
        // A quarter into the cell, away from grid lines and the frame's border.
        const at = color(left + ((column + 0.25) * width) / 4, top + ((row + 0.25) * height) / 3);
        expect(at).toEqual(parseColor(REGION_COLORS[role]));
      }
    }
  });

  it('draws the frame’s border around the labels 0 ≤ v < N', () => {
    const { svg } = labelMapFigure(map);
    const [left, top, width, height] = box(svg, '<image');
    const cell = [width / 4, height / 3] as const;
    expect(box(svg, 'class="frame"')).toEqual([left + cell[0], top, 2 * cell[0], 2 * cell[1]]);
  });

  it('counts each region in the legend and leaves out those without labels', () => {
    const side = 40;
    const codes = new Uint8Array(side * side).fill(1);
    codes[0] = 2;
    const axis = { first: 0, spacing: 1, count: side };
    const { svg } = labelMapFigure({ ...map, lattice: { x: axis, y: axis }, codes });
    expect(svg).toContain('>1,599  (99.9 %)<');
    expect(svg).toContain('>1  (&lt; 0.1 %)<');
    expect(svg).not.toContain('never there');
  });

  it('draws 193,600 labels (d = 0.1 in 44) with every value of the band told apart', () => {
    const axis = { first: -6, spacing: 0.1, count: 440 };
    const codes = Uint8Array.from({ length: 440 * 440 }, (_, i) =>
      i % 440 >= 190 && i % 440 <= 250 ? 2 : 1,
    );
    const figure = labelMapFigure({ ...map, size: 32, lattice: { x: axis, y: axis }, codes });
    const [left, top, width] = box(figure.svg, '<image');
    const color = colorAt(figure);
    const inside = Array.from({ length: 440 }, (_, c) => color(left + ((c + 0.5) * width) / 440, top + 3));
    const band = inside.filter((rgb) => String(rgb) === String(parseColor(REGION_COLORS.vertical)));
    expect(band.length).toBe(61);
  });

  it('refuses codes that do not fit the lattice', () => {
    expect(() => labelMapFigure({ ...map, codes: new Uint8Array(11) })).toThrow(
      'got 11 values, expected 3×4 = 12',
    );
  });
});
