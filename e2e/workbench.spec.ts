import { clifford, expect, serve, test } from './harness.ts';

test.describe('a home without runs', () => {
  test('says what to do', async ({ page, link }) => {
    await page.goto(link);
    await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible();
    await expect(page.getByText('npm run quickstart')).toBeVisible();
    // The secret has left the address bar.
    expect(new URL(page.url()).search).toBe('');
  });

  test('shows a run as soon as it is there, without reloading', async ({ page, home, link }) => {
    await page.goto(link);
    await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible();
    await clifford(home, 'train', 'tiny', '--name', 'appears', '--steps', '2');
    await expect(page.getByRole('link', { name: /appears/ })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'appears' })).toBeVisible();
  });
});

test.describe('a trained run', () => {
  let server: Awaited<ReturnType<typeof serve>>;
  test.beforeAll(async ({ trainedHome }) => {
    server = await serve(trainedHome.home);
  });
  test.afterAll(() => server.close());

  test('shows its state, accuracy by region and picture, and nothing goes wrong on the page', async ({
    page,
  }) => {
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));

    await page.goto(server.link);
    await expect(page).toHaveTitle('first – Clifford');
    await expect(page.locator('article').getByText('finished', { exact: true })).toBeVisible();
    await expect(page.getByText('step 40 of 40')).toBeVisible();
    const sections = page.getByRole('table').getByRole('rowheader');
    await expect(sections.filter({ hasText: /^overall/ })).toBeVisible();
    await expect(sections.filter({ hasText: /^in-distribution/ })).toBeVisible();
    await expect(sections.filter({ hasText: /^vertical/ })).toBeVisible();

    const picture = page.getByRole('img', { name: /Generated samples/ });
    await expect(picture).toBeVisible();
    await expect
      .poll(() => page.evaluate<number>("document.querySelector('figure img').naturalWidth"))
      .toBeGreaterThan(100);
    expect(problems).toEqual([]);
  });

  test('shows the numbers that the command line prints', async ({ page, trainedHome }) => {
    const { evaluations } = JSON.parse(
      await clifford(trainedHome.home, 'runs', 'show', 'first', '--json'),
    ) as {
      evaluations: { sections: { section: string; x: { mean: number } }[] }[];
    };
    const last = evaluations.at(-1)!.sections;
    await page.goto(server.link);
    for (const { section, x } of last) {
      const row = page
        .getByRole('row')
        .filter({ has: page.getByRole('rowheader', { name: new RegExp(`^${section}`) }) });
      await expect(row.getByRole('cell').first()).toContainText(x.mean.toFixed(2));
    }
  });

  test('steps back to the untrained network and keeps the place of a run on reload', async ({
    page,
    trainedHome,
  }) => {
    await page.goto(server.link);
    await page.getByRole('link', { name: /first/ }).click();
    await page.getByRole('button', { name: 'untrained' }).click();
    await expect(page.getByText('Accuracy at step 0:')).toBeVisible();
    // Survives the next refreshes of the data.
    await page.waitForResponse((response) => response.url().endsWith(`/api/runs/${trainedHome.runId}`));
    await expect(page.getByRole('button', { name: 'untrained' })).toHaveAttribute('aria-pressed', 'true');
    await page.reload();
    expect(new URL(page.url()).hash).toBe(`#/runs/${trainedHome.runId}`);
    await expect(page.getByRole('heading', { name: 'first' })).toBeVisible();
  });

  test('reads well on a narrow and on a dark screen', async ({ page }) => {
    await page.setViewportSize({ width: 420, height: 800 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(server.link);
    await expect(page.getByRole('table')).toBeVisible();
    // Only the table may scroll sideways, not the page.
    expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await expect(page.locator('body')).toHaveCSS('background-color', 'rgb(17, 22, 29)');
  });

  test('lets nobody in without the secret', async ({ browser }) => {
    const stranger = await browser.newContext();
    const page = await stranger.newPage();
    const response = await page.goto(new URL('/', server.link).href);
    expect(response?.status()).toBe(403);
    expect((await stranger.request.get(new URL('/api/runs', server.link).href)).status()).toBe(403);
    await stranger.close();
  });

  test('says so when the server is gone', async ({ page, trainedHome }) => {
    const own = await serve(trainedHome.home);
    await page.goto(own.link);
    await expect(page.getByRole('table')).toBeVisible();
    await own.close();
    await expect(page.getByRole('alert')).toContainText('does not answer');
    await expect(page.getByRole('table')).toBeVisible(); // what was known stays
  });
});
