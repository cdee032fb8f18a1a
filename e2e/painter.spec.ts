import type { Page } from '@playwright/test';
import { DesignerPage } from './designer-page.ts';
import { expect, test } from './harness.ts';

/** Side of the default preset's label space, in labels; its plot has no margin. */
const LABELS = 16;

test('what the canvas shows is what was painted, however it came to be', async ({ page, link }) => {
  await page.goto(link);
  const designer = new DesignerPage(page);
  await designer.open();
  const before = await settled(page);
  const cells = cellColors(before);

  // The cross of the preset takes a band of rows and columns; its cells differ from all others by their pattern.
  const held = cells.filter((_, i) => isInCross(i));
  const trained = cells.filter((_, i) => !isInCross(i));
  const spread = Math.max(
    ...[held, trained].map((group) => Math.max(...group.map((c) => far(c, group[0]!)))),
  );
  const gap = Math.min(...held.flatMap((a) => trained.map((b) => far(a, b))));
  expect(gap).toBeGreaterThan(4 * spread);

  await designer.layer('Lesion');
  await designer.tool('brush');
  await designer.drag([0.35, 0.3], [0.6, 0.45], [0.5, 0.7], [0.62, 0.3]);
  // The pointer's own cell and brush are part of the drawing.
  await page.mouse.move(2, 2);
  const painted = await settled(page);
  const changed = cellColors(painted).filter((color, i) => far(color, cells[i]!) > gap / 2).length;
  expect(changed).toBeGreaterThan(8);

  // A stroke redraws what it touches, fitting the view redraws everything: both have to give the same pixels.
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.getByRole('button', { name: 'Fit' }).click();
  expect(different(await settled(page), painted)).toBeLessThan(0.001);

  await page.keyboard.press('Control+z');
  expect(different(await settled(page), before)).toBeLessThan(0.001);
});

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly data: Buffer;
}

/** The drawing's own canvas, once it has stayed the same for a while. */
async function settled(page: Page): Promise<Pixels> {
  let last = '';
  let pixels: Pixels | null = null;
  await expect(async () => {
    const got = await page.evaluate<{ width: number; height: number; base64: string }>(READ);
    const same = got.base64 === last;
    last = got.base64;
    pixels = { width: got.width, height: got.height, data: Buffer.from(got.base64, 'base64') };
    expect(same).toBe(true);
  }).toPass({ intervals: [400, 400, 600, 1000], timeout: 15_000 });
  return pixels!;
}

/** A script, since these tests have no types of the page. */
const READ = `(() => {
  const canvas = document.querySelectorAll('[data-testid=paint-canvas] canvas')[1];
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let text = '';
  for (let i = 0; i < data.length; i += 8192) text += String.fromCharCode(...data.subarray(i, i + 8192));
  return { width: canvas.width, height: canvas.height, base64: btoa(text) };
})()`;

/** Fraction of pixels that differ; a few along lines do, where a stroke's box cut them. */
function different(a: Pixels, b: Pixels): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  let count = 0;
  for (let i = 0; i < a.data.length; i += 4) {
    if (a.data.readUInt32LE(i) !== b.data.readUInt32LE(i)) count++;
  }
  return count / (a.width * a.height);
}

type Color = readonly [number, number, number];

/** Mean colour of each label's cell, without its border. */
function cellColors({ width, height, data }: Pixels): Color[] {
  // The label space is the largest centred square that leaves the plot's padding free.
  const side = spaceSide(width, height, data);
  const [left, top] = [(width - side) / 2, (height - side) / 2];
  const cell = side / LABELS;
  return Array.from({ length: LABELS * LABELS }, (_, i) => {
    const [x0, y0] = [left + (i % LABELS) * cell, top + Math.floor(i / LABELS) * cell];
    const sum = [0, 0, 0];
    let count = 0;
    for (let y = Math.ceil(y0 + 3); y < y0 + cell - 3; y++) {
      for (let x = Math.ceil(x0 + 3); x < x0 + cell - 3; x++, count++) {
        for (let c = 0; c < 3; c++) sum[c]! += data[4 * (y * width + x) + c]!;
      }
    }
    return sum.map((s) => s / count) as unknown as Color;
  });
}

/** From the border to the first pixel that differs from the corner's, along the middle row, on both sides. */
function spaceSide(width: number, height: number, data: Buffer): number {
  const row = Math.floor(height / 2);
  const at = (x: number) => data.readUInt32LE(4 * (row * width + x));
  let [left, right] = [0, width - 1];
  while (at(left) === at(0)) left++;
  while (at(right) === at(width - 1)) right--;
  return right - left + 1;
}

const far = (a: Color, b: Color): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

function isInCross(index: number): boolean {
  const isHeld = (value: number) => value >= 6.5 && value <= 9.5;
  return isHeld(index % LABELS) || isHeld(Math.floor(index / LABELS));
}
