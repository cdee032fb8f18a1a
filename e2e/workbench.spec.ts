import { readFileSync } from 'node:fs';
import path from 'node:path';
import { clifford, expect, serve, test } from './harness.ts';

test('a home without runs says what to do, and shows a run as soon as it is there', async ({
  page,
  home,
  link,
}) => {
  await page.goto(link);
  await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible();
  await clifford(home, 'train', 'tiny', '--name', 'appears', '--steps', '2');
  await expect(page.getByRole('link', { name: 'appears' }).first()).toBeVisible();
});

test('a bundle dropped on any view is imported; what is none is refused in a sentence', async ({
  page,
  home,
  link,
  trainedHome,
}) => {
  const file = path.join(home, 'first.clifford');
  await clifford(trainedHome.home, 'bundle', 'export', 'first', '--out', file);
  await page.goto(link);
  await page.getByRole('link', { name: 'Compare' }).click();
  const drop = async (name: string, bytes: Buffer) => {
    const transfer = await page.evaluateHandle(`(() => {
      const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (c) => c.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], '${name}'));
      return transfer;
    })()`);
    await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
  };
  await drop('broken.clifford', readFileSync(file).subarray(0, 5000));
  await expect(page.getByRole('alert').filter({ hasText: 'broken.clifford' })).toBeVisible();
  await drop('first.clifford', readFileSync(file));
  await expect(page.getByText(/first/).first()).toBeVisible();
  await page.getByRole('link', { name: 'Runs' }).click();
  await page.getByRole('link', { name: 'first' }).first().click();
  await expect(page.getByText('finished', { exact: true })).toBeVisible();
  await expect(page.getByRole('figure', { name: /loss/i })).toBeVisible();
});

test.describe('a trained run', () => {
  let server: Awaited<ReturnType<typeof serve>>;
  test.beforeAll(async ({ trainedHome }) => {
    server = await serve(trainedHome.home);
  });
  test.afterAll(() => server.close());

  test('has the numbers that the command line prints', async ({ page, trainedHome }) => {
    const { evaluations } = JSON.parse(
      await clifford(trainedHome.home, 'runs', 'show', 'first', '--json'),
    ) as { evaluations: { sections: { section: string; x: { mean: number } }[] }[] };
    await page.goto(server.link);
    await page.getByRole('link', { name: 'first' }).first().click();
    const table = page.getByRole('table', { name: 'Accuracy by section' });
    for (const { section, x } of evaluations.at(-1)!.sections) {
      const row = table
        .getByRole('row')
        .filter({ has: page.getByRole('rowheader', { name: new RegExp(`^${section}`) }) });
      await expect(row.getByRole('cell').first()).toContainText(x.mean.toFixed(2));
    }
  });

  test('keeps the step that was chosen, over new data and a reload', async ({ page }) => {
    await page.goto(server.link);
    await page.getByRole('link', { name: 'first' }).first().click();
    await expect(page.getByText('Accuracy at step 40:')).toBeVisible();
    await page
      .getByRole('button', { name: /previous/i })
      .first()
      .click();
    await expect(page.getByText('Accuracy at step 40:')).toBeHidden();
    const chosen = (await page.getByText(/^\s*Accuracy at step/).textContent())!;
    await page.reload();
    await expect(page.getByText(/^\s*Accuracy at step/)).toHaveText(chosen);
  });

  test('samples from the exported model and plays its denoising', async ({ page, trainedHome }) => {
    await page.goto(server.link);
    await page.goto(`${new URL('/', server.link).href}#/runs/${trainedHome.runId}?tab=sampling`);
    await page
      .getByRole('button', { name: /^Sample|^Generate/ })
      .first()
      .click();
    const player = page.getByRole('group', { name: 'Denoising player' });
    await expect(player).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('ground truth').first()).toBeVisible();
    await player.getByRole('button', { name: 'To the noise' }).click();
    const slider = player.getByRole('slider', { name: 'Denoising step' });
    await expect(slider).toHaveAttribute('aria-valuenow', '0');
    await player.getByRole('button', { name: 'One step on' }).click();
    await expect(slider).toHaveAttribute('aria-valuenow', '1');
  });

  test('fits a narrow window: only tables scroll sideways, not the page', async ({ page }) => {
    await page.setViewportSize({ width: 420, height: 800 });
    for (const view of ['runs', 'designer', 'compare', 'percolation', 'settings']) {
      await page.goto(server.link);
      await page.goto(`${new URL('/', server.link).href}#/${view}`);
      await page.waitForTimeout(800);
      expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'), view).toBe(
        true,
      );
    }
  });
});
