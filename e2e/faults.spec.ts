import path from 'node:path';
import type { WebSocketRoute } from '@playwright/test';
import Database from 'better-sqlite3';
import { DesignerPage } from './designer-page.ts';
import { clifford, expect, serve, test } from './harness.ts';

test.describe('the way in', () => {
  test('lets nobody in without the secret, which leaves the address bar', async ({ browser, page, link }) => {
    await page.goto(link);
    await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible();
    expect(new URL(page.url()).search).toBe('');
    const stranger = await browser.newContext();
    const other = await stranger.newPage();
    expect((await other.goto(new URL('/', link).href))?.status()).toBe(403);
    // Nor does a page of another origin get a socket.
    const refused = await other.evaluate<string>(`new Promise((resolve) => {
      const socket = new WebSocket(${JSON.stringify(`${new URL('/contract', link).href.replace('http', 'ws')}`)});
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('refused');
    })`);
    expect(refused).toBe('refused');
    await stranger.close();
  });

  test('runs under a policy that forbids injected scripts and styles', async ({ page, link }) => {
    await page.goto(link);
    await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible();
    const effects = await page.evaluate<unknown>(`(() => {
      const style = document.createElement('style');
      style.textContent = 'body { outline: 7px solid red; }';
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.head.append(style, script);
      return { outline: getComputedStyle(document.body).outlineWidth, injected: window.injected ?? false };
    })()`);
    expect(effects).toEqual({ outline: expect.not.stringContaining('7px') as unknown, injected: false });
  });
});

test('the service goes and comes back: the window says so, catches up, and keeps the draft', async ({
  page,
  home,
}) => {
  test.setTimeout(240_000);
  const first = await serve(home);
  const { port } = new URL(first.link);
  await page.goto(first.link);
  const designer = new DesignerPage(page);
  await designer.open();
  await designer.tool('rectangle');
  await designer.drag([0.4, 0.4], [0.5, 0.5]);
  await expect(designer.shapes()).toHaveCount(2);
  const drawn = (await designer.summary.textContent())!;

  await first.close();
  await expect(page.getByRole('alert').first()).toContainText('does not answer');
  // The view stays and can be worked with.
  await designer.drag([0.3, 0.7], [0.35, 0.75]);
  await expect(designer.shapes()).toHaveCount(3);

  // The same port with a new secret: this window may not come in by itself.
  const second = await serve(home, '--port', port);
  await expect(page.getByRole('alert').first()).toContainText('has a new link', { timeout: 30_000 });
  await page.goto(second.link);
  await designer.open();
  await expect(designer.shapes()).toHaveCount(3);
  await page.getByTestId('undo').click();
  await expect(designer.summary).toHaveText(drawn);
  await second.close();
});

test('a connection that breaks while a run trains loses no point and doubles none', async ({
  page,
  home,
  link,
}) => {
  test.setTimeout(240_000);
  // The wire between the page and the service, to be cut.
  const wires: WebSocketRoute[] = [];
  await page.routeWebSocket(/\/contract$/, (wire) => {
    wire.connectToServer();
    wires.push(wire);
  });
  await page.goto(link);
  await clifford(home, 'train', 'tiny', '--name', 'seed-run', '--steps', '2');
  await expect(page.getByRole('link', { name: 'seed-run' }).first()).toBeVisible();
  // A long run, started in the window.
  await page.getByRole('link', { name: 'Designer' }).click();
  const designer = new DesignerPage(page);
  await designer.open();
  await page.getByRole('button', { name: /^Preset:/ }).click();
  await page.getByRole('menuitem', { name: /^tiny/ }).click();
  await designer.part('Training');
  await designer.field('Optimizer steps', '400');
  await page.getByRole('textbox', { name: 'Name of the run' }).fill('watched');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(page.getByRole('figure', { name: /loss/i })).toBeVisible({ timeout: 60_000 });
  for (let i = 0; i < 3; i++) {
    const before = wires.length;
    await wires.at(-1)!.close();
    await expect.poll(() => wires.length).toBeGreaterThan(before); // it has come back by itself
    await page.waitForTimeout(700);
  }
  await expect(page.getByText('finished', { exact: true })).toBeVisible({ timeout: 120_000 });
  const id = new URL(page.url()).hash.split('/').pop()!.split('?')[0]!;
  const shown = JSON.parse(await clifford(home, 'runs', 'show', id, '--json')) as {
    metrics: Record<string, [number, number][]>;
  };
  // The data under the chart, as the window would export it, are those of the history.
  const figure = page.getByRole('figure', { name: /loss/i }).first();
  await figure.getByRole('button', { name: /^Export/ }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /CSV/ }).click(),
  ]);
  const stream = await download.createReadStream();
  let csv = '';
  for await (const chunk of stream) csv += String(chunk);
  const steps = csv
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => Number(/(?:^|,)(\d+),/.exec(line)![1]));
  expect(new Set(steps).size).toBe(steps.length);
  expect(steps.length).toBe(shown.metrics['loss']!.length);
});

test('two windows on one home see each other', async ({ browser, home }) => {
  test.setTimeout(180_000);
  const servers = [await serve(home), await serve(home)];
  const [one, two] = await Promise.all(
    servers.map(async ({ link }) => {
      const page = await (await browser.newContext()).newPage();
      await page.goto(link);
      return page;
    }),
  );
  await clifford(home, 'train', 'tiny', '--name', 'both', '--steps', '2');
  for (const page of [one!, two!])
    await expect(page.getByRole('link', { name: 'both' }).first()).toBeVisible();
  await one!.getByRole('button', { name: 'Star both' }).first().click();
  await expect(two!.getByRole('button', { name: 'Star both', pressed: true }).first()).toBeVisible();
  await Promise.all(servers.map((server) => server.close()));
});

test('an engine that is killed in the middle of a run is told honestly, and the run resumes', async ({
  page,
  home,
  link,
}) => {
  test.setTimeout(240_000);
  await page.goto(link);
  const designer = new DesignerPage(page);
  await designer.open();
  await designer.part('Training');
  await designer.field('Checkpoint every', '5');
  await page.getByRole('textbox', { name: 'Name of the run' }).fill('victim');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'victim' })).toBeVisible();
  const id = new URL(page.url()).hash.split('/').pop()!.split('?')[0]!;
  await expect
    .poll(async () => (await steps(home, id)).step, { timeout: 90_000, intervals: [1000] })
    .toBeGreaterThan(8);
  process.kill(engineOf(home, id), 'SIGKILL');
  await expect(page.getByText('failed', { exact: true })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/SIGKILL/).first()).toBeVisible();
  await page
    .getByRole('button', { name: /^Resume|^Try again/ })
    .first()
    .click();
  await expect(page.getByText('running', { exact: true })).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByText('stopped', { exact: true })).toBeVisible({ timeout: 60_000 });
});

test('a pasted specification with errors is marked where it is wrong, and the design is kept', async ({
  page,
  link,
}) => {
  await page.goto(link);
  const designer = new DesignerPage(page);
  await designer.open();
  await designer.part('JSON');
  const editor = page.getByRole('textbox', { name: 'Specification as JSON' });
  await editor.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('{ "version": 1, "dataset": { "size": "big", "parts": [] } }');
  await expect(page.getByText(/\d+ problems?: the design stays/)).toBeVisible();
  await expect(page.locator('.cm-lintRange-error').first()).toBeVisible();
  await designer.part('Dataset');
  await expect(designer.summary).toContainText('169 training images');
});

test('a region that leaves nothing to train on is a sentence, and can be undone', async ({ page, link }) => {
  await page.goto(link);
  const designer = new DesignerPage(page);
  await designer.open();
  await designer.tool('rectangle');
  await designer.drag([0.02, 0.02], [0.98, 0.98]);
  await expect(page.getByTestId('paint-error')).toContainText('training set is empty');
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeDisabled();
  await page.getByTestId('undo').click();
  await expect(page.getByTestId('paint-error')).toBeHidden();
  await expect(designer.summary).toContainText('169 training images');
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeEnabled();
});

async function steps(home: string, id: string): Promise<{ step: number }> {
  return JSON.parse(await clifford(home, 'runs', 'show', id, '--json')) as { step: number };
}

/** The process that trains a run, as the history knows it. */
function engineOf(home: string, id: string): number {
  const history = new Database(path.join(home, 'clifford.db'), { readonly: true });
  const pid = history.prepare('SELECT engine_pid FROM runs WHERE id = ?').pluck().get(id) as number;
  history.close();
  return pid;
}
