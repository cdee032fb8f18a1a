import { cpSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { clifford, expect, serve, test } from './harness.ts';

/** The measurements, over the real service and engine: windows show what the command line measures. */

interface Measured {
  readonly subject: string;
  readonly kind: string;
  readonly answer: { participationRatio: number; score: number | null };
}

test.describe('measurements of a run', () => {
  test.setTimeout(240_000);

  test('have the numbers that the command line prints, for the network and its controls', async ({
    page,
    home,
    trainedHome,
  }) => {
    cpSync(trainedHome.home, home, { recursive: true });
    const server = await serve(home);
    await openTab(page, server.link, trainedHome.runId, 'representation');
    const ratio = page
      .locator('dt', { hasText: 'Participation ratio' })
      .locator('xpath=following-sibling::dd');
    await expect(ratio).toBeVisible({ timeout: 60_000 });
    const shown = { trained: (await ratio.textContent())!, untrained: '' };
    const controls = page.getByRole('radiogroup', { name: 'Network or control' }).first();
    await controls.getByText('Untrained', { exact: true }).click();
    await expect(ratio).not.toHaveText(shown.trained, { timeout: 60_000 });
    shown.untrained = (await ratio.textContent())!;

    await openTab(page, server.link, trainedHome.runId, 'factorization');
    await controls.getByText('Trained', { exact: true }).click();
    const score = page.getByRole('region', { name: 'Factorization score' }).locator('.value');
    await expect(score).toHaveText(/\d/, { timeout: 90_000 });
    const shownScore = await score.textContent();

    await openTab(page, server.link, trainedHome.runId, 'topology');
    await page
      .getByRole('button', { name: /^Compute/ })
      .first()
      .click();
    const bars = page.getByRole('table', { name: 'Longest bars' });
    await expect(bars.getByRole('row')).toHaveCount(4, { timeout: 120_000 });
    await server.close();

    const printed = await clifford(
      home,
      'analyze',
      'first',
      '--all',
      '--kind',
      'pca,factorization',
      '--json',
    );
    const all = (JSON.parse(printed) as { analyses: Measured[] }).analyses;
    const of = (subject: string, kind: string) =>
      all.find((m) => m.subject === subject && m.kind === kind)!.answer;
    expect(shown.trained).toBe(of('trained', 'pca').participationRatio.toFixed(2));
    expect(shown.untrained).toBe(of('untrained', 'pca').participationRatio.toFixed(2));
    expect(shownScore).toBe(of('trained', 'factorization').score!.toFixed(3));
  });
});

test('percolation is alive without a run: curves, a critical λ, and the lattice at it', async ({
  page,
  link,
}) => {
  test.setTimeout(120_000);
  await page.goto(link);
  await page.getByRole('link', { name: 'Percolation' }).click();
  const table = page.getByRole('region', { name: 'Critical λ' }).getByRole('table');
  await expect(table.getByRole('row').nth(1)).toBeVisible({ timeout: 90_000 });
  const critical = Number(
    /[\d.]+(e-\d+)?/.exec((await table.getByRole('row').nth(1).getByRole('cell').nth(4).textContent())!)?.[0],
  );
  expect(critical).toBeGreaterThan(0);
  await table.getByRole('button', { name: /^Show/ }).first().click();
  await expect(page.getByText(/largest cluster|mass ratio/i).first()).toBeVisible();
});

async function openTab(page: Page, link: string, runId: string, tab: string): Promise<void> {
  await page.goto(link);
  await page.goto(`${new URL('/', link).href}#/runs/${runId}?tab=${tab}`);
}
