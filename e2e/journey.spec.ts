import { readFileSync } from 'node:fs';
import type { Download, Page } from '@playwright/test';
import { DesignerPage } from './designer-page.ts';
import { clifford, expect, test } from './harness.ts';

/** The whole way of a lab member, over the real service, on the quick preset with fewer steps. */
test('paint, start, watch, stop, resume, fork, compare, export', async ({ page, home, link }) => {
  test.setTimeout(420_000);
  const problems = collectProblems(page);
  await page.goto(link);
  await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible();

  // Paint: a cross and a lesion instead of what the preset holds out.
  const designer = new DesignerPage(page);
  await designer.open();
  await expect(designer.shapes()).toHaveCount(1);
  await designer.shapes().getByRole('button', { name: 'Cross' }).first().click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(designer.summary).toContainText('256 training images');
  await expect(designer.summary).toContainText('one cluster');

  await designer.tool('cross');
  await designer.drag([0.45, 0.45], [0.6, 0.6]);
  await expect(designer.shapes()).toHaveCount(1);
  await expect(designer.summary).not.toContainText('256 training images');

  await designer.layer('Lesion');
  await designer.tool('bandX');
  await designer.drag([0.3, 0.3], [0.36, 0.5]);
  await expect(designer.shapes()).toHaveCount(1);
  // The prediction follows the drawing: the lesion has cut the training set apart.
  await page.getByRole('tab', { name: 'Read-outs' }).click();
  await expect(page.getByText(/mass ratio/i).first()).toBeVisible();
  const predicted = (await designer.summary.textContent())!;
  expect(predicted).toMatch(/\d+ training images/);

  // One undo over drawing and forms, surviving a reload in the middle of a stroke.
  await designer.part('Training');
  await designer.field('Optimizer steps', '60');
  await designer.field('Warm-up', '10');
  await designer.field('Checkpoint every', '10');
  await designer.part('Evaluation');
  await designer.field('Evaluations on the way', '2');
  await designer.part('Dataset');
  await designer.tool('brush');
  await designer.press([0.5, 0.5]);
  await designer.moveTo([0.7, 0.55]);
  await page.reload();
  await expect(designer.summary).toHaveText(predicted);
  await designer.part('Training');
  await expect(page.getByRole('textbox', { name: 'Optimizer steps' })).toHaveValue('60');

  // Start and watch it live.
  await page.getByRole('textbox', { name: 'Name of the run' }).fill('parent');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'parent' })).toBeVisible();
  await expect(page.getByText('running', { exact: true })).toBeVisible();
  const parentId = new URL(page.url()).hash.split('/').pop()!.split('?')[0]!;
  await expect(page.getByRole('figure', { name: /loss/i })).toBeVisible({ timeout: 60_000 });
  await expect.poll(() => stepShown(page), { timeout: 60_000 }).toBeGreaterThan(3);

  // Stop, and go on to the end.
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByText('stopped', { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/Stopped at step \d+ of 60/)).toBeVisible();
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(page.getByText('finished', { exact: true })).toBeVisible({ timeout: 120_000 });
  const parent = await show(home, parentId);
  expect(parent.step).toBe(60);
  // Every step's loss arrived once, across the stop.
  const steps = parent.metrics['loss']!.map(([step]) => step);
  expect(new Set(steps).size).toBe(steps.length);

  // Fork it with another mask.
  await page.getByRole('button', { name: /Fork/ }).click();
  await expect(page.getByText(/fork of parent, seed 0/)).toBeVisible();
  await designer.layer('Held-out');
  await designer.tool('ellipse');
  await designer.drag([0.65, 0.65], [0.8, 0.8]);
  await expect(designer.shapes()).toHaveCount(2);
  await page.getByRole('textbox', { name: 'Name of the run' }).fill('child');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'child' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'parent' }).first()).toBeVisible();
  await expect(page.getByText('finished', { exact: true })).toBeVisible({ timeout: 120_000 });
  const childId = new URL(page.url()).hash.split('/').pop()!.split('?')[0]!;
  const child = await show(home, childId);
  expect(child.seed).toBe(parent.seed);
  expect(child.specHash).not.toBe(parent.specHash);

  // Compare the two, from the table of runs.
  await page.getByRole('link', { name: 'Runs' }).click();
  for (const name of ['parent', 'child']) {
    await page.getByRole('checkbox', { name: `Select ${name}` }).check({ force: true });
  }
  await page.getByRole('button', { name: /^Compare/ }).click();
  // Cards are drawn when they come into view.
  await page.getByRole('region', { name: 'Configuration', exact: true }).scrollIntoViewIfNeeded();
  const differences = page.getByRole('region', { name: 'Configuration table' });
  await expect(differences).toContainText('heldOut');
  await expect(differences).not.toContainText('batchSize');

  // A figure and its data.
  const card = page.getByRole('region', { name: 'Accuracy by section', exact: true });
  await card.scrollIntoViewIfNeeded();
  const figure = card.getByRole('figure').first();
  await figure.getByRole('button', { name: /^Export/ }).click();
  const svg = await downloaded(page, () => page.getByRole('menuitem', { name: 'SVG' }).click());
  expect(svg.name).toMatch(/\.svg$/);
  const drawn = svg.bytes.toString('utf8');
  for (const text of ['parent', 'child', 'intersection']) expect(drawn).toContain(`>${text}</text>`);

  // A bundle, which another home reads.
  await page.getByRole('link', { name: 'Runs' }).click();
  await page.getByRole('link', { name: 'child' }).first().click();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: /Export a bundle/ }).click();
  const bundle = await downloaded(page, () =>
    page
      .getByRole('dialog')
      .getByRole('button', { name: /^Export/ })
      .click(),
  );
  expect(bundle.name).toBe('child.clifford');
  expect(bundle.bytes.subarray(0, 2).toString('latin1')).toBe('PK');

  expect(problems).toEqual([]);
});

interface Shown {
  step: number;
  seed: number;
  specHash: string;
  metrics: Record<string, [number, number][]>;
}

async function show(home: string, id: string): Promise<Shown> {
  return JSON.parse(await clifford(home, 'runs', 'show', id, '--json')) as Shown;
}

async function stepShown(page: Page): Promise<number> {
  const text =
    (await page
      .getByText(/step [\d,]+ of 60/i)
      .first()
      .textContent()) ?? '';
  return Number(/step ([\d,]+)/i.exec(text)?.[1]?.replaceAll(',', '') ?? -1);
}

async function downloaded(page: Page, action: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const [download] = (await Promise.all([page.waitForEvent('download'), action()])) as [Download, void];
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

function collectProblems(page: Page): string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  return problems;
}
