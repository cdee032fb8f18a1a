import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, serve, test } from './harness.ts';

/** No serious violation of the accessibility rules in any view, in both themes. */

const VIEWS: { name: string; path: (run: string) => string; ready: (page: Page) => Promise<void> }[] = [
  {
    name: 'runs',
    path: () => '/runs',
    ready: (page) => expect(page.getByRole('link', { name: 'first' }).first()).toBeVisible(),
  },
  ...['overview', 'space', 'sampling', 'network', 'representation', 'factorization', 'files'].map((tab) => ({
    name: `run, ${tab}`,
    path: (run: string) => `/runs/${run}?tab=${tab}`,
    ready: (page: Page) => expect(page.getByRole('heading', { name: 'first' })).toBeVisible(),
  })),
  ...['Dataset', 'Model', 'Training', 'Evaluation', 'JSON'].map((part) => ({
    name: `designer, ${part}`,
    path: () => '/designer',
    ready: async (page: Page) => {
      const parts = page.getByRole('radiogroup', { name: 'Part of the design' });
      await parts.getByText(part, { exact: true }).click();
      if (part === 'Dataset')
        await expect(page.getByTestId('paint-summary')).toContainText('training images');
      if (part === 'JSON')
        await expect(page.getByRole('textbox', { name: 'Specification as JSON' })).toBeVisible();
    },
  })),
  {
    name: 'compare, nothing chosen',
    path: () => '/compare',
    ready: (page) => expect(page.getByText('first', { exact: true }).first()).toBeVisible(),
  },
  {
    name: 'compare',
    path: (run) => `/compare?runs=${run}`,
    ready: (page) => expect(page.getByRole('figure').first()).toBeVisible(),
  },
  {
    name: 'percolation',
    path: () => '/percolation',
    ready: (page) => expect(page.getByRole('figure').first()).toBeVisible(),
  },
  {
    name: 'settings',
    path: () => '/settings',
    ready: (page) => expect(page.getByText('onnxruntime-node').first()).toBeVisible(),
  },
];

let server: Awaited<ReturnType<typeof serve>>;
test.beforeAll(async ({ trainedHome }) => {
  server = await serve(trainedHome.home);
});
test.afterAll(() => server.close());

for (const theme of ['light', 'dark'] as const) {
  test(`every view, ${theme}`, async ({ page, trainedHome }) => {
    test.setTimeout(300_000);
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.goto(server.link);
    await expect(page.getByRole('link', { name: 'first' }).first()).toBeVisible();
    const found: string[] = [];
    for (const view of VIEWS) {
      await page.goto(`${new URL('/', server.link).href}#${view.path(trainedHome.runId)}`);
      await view.ready(page);
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { impact, id, help, nodes } of violations) {
        if (impact !== 'serious' && impact !== 'critical') continue;
        const where = nodes.slice(0, 3).map((node) => node.html.slice(0, 160));
        found.push(`${view.name}: ${id} (${help}) at ${nodes.length}: ${where.join(' | ')}`);
      }
    }
    expect(found).toEqual([]);
  });
}
