import { describe, expect, it } from 'vitest';
import { decodePng } from '../testing/png.ts';
import { persistenceFigure } from './persistence-diagram.ts';
import { PIXEL_RATIO } from './svg.ts';

const picture = {
  title: 'Persistence of <points> & more',
  subtitle: '4 points',
  diagrams: [
    [
      [0, null],
      [0, 1],
      [0, 1],
    ],
    [[1, 2]],
    [],
  ] as [number, number | null][][],
  coveringRadius: 0,
};
const count = (svg: string, part: string) => svg.split(part).length - 1;
/** Centre of the first mark of a kind: a circle, or a path that begins at an offset from it. */
const circles = (svg: string) =>
  [...svg.matchAll(/<circle class="h0" cx="([\d.]+)" cy="([\d.]+)"/g)].map((m) => [
    Number(m[1]),
    Number(m[2]),
  ]);

describe('persistenceFigure', () => {
  it('draws each bar once, on equal axes, and what never dies above them', () => {
    const { svg, png, width, height } = persistenceFigure(picture);
    expect([count(svg, 'class="h0"'), count(svg, 'class="h1"'), count(svg, 'class="h2"')]).toEqual([3, 1, 0]);
    expect(svg).toContain('H1: 1');
    expect(svg).not.toMatch(/NaN|Infinity|<points>/);
    const [forever, one, other] = circles(svg);
    expect(one).toEqual(other);
    expect(forever![1]).toBeLessThan(one![1]! - 100);
    // The triangle of (1, 2) stands as far right of (0, 1) as it stands above it.
    const [, x, y] = /class="h1" d="M([\d.]+) ([\d.]+)l/.exec(svg)!.map(Number);
    expect(x! - one![0]!).toBeCloseTo(one![1]! - (y! + 5), 0);
    expect(decodePng(png)).toMatchObject({ width: width * PIXEL_RATIO, height: height * PIXEL_RATIO });
  });

  it('shades what landmarks may have made, and no more than there is room for', () => {
    expect(persistenceFigure(picture).svg).not.toContain('uncertain');
    const shaded = persistenceFigure({ ...picture, coveringRadius: 0.1 }).svg;
    expect(shaded).toMatch(/covering radii|no longer than/);
    const strip = (svg: string) =>
      /class="uncertain" d="M([\d.]+) ([\d.]+)L\1 ([\d.]+)/.exec(svg)!.map(Number);
    const [, , floor, edge] = strip(shaded);
    const unit = floor! - circles(shaded)[1]![1]!;
    // Each end of a bar moves by at most twice the covering radius.
    expect((floor! - edge!) / unit).toBeCloseTo(0.4, 2);
    const [, , bottom, top] = strip(persistenceFigure({ ...picture, coveringRadius: 100 }).svg);
    expect(bottom! - top!).toBeLessThanOrEqual(401);
  });

  it('draws empty diagrams and a single point', () => {
    expect(persistenceFigure({ ...picture, diagrams: [[[0, null]], []] }).svg).not.toMatch(/NaN|Infinity/);
    expect(persistenceFigure({ ...picture, diagrams: [[]] }).svg).not.toMatch(/NaN|Infinity/);
  });
});
