import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Browser } from '@playwright/test';
import { serve } from '../e2e/harness.ts';
import { quantile } from '../src/core/metrics/bootstrap.ts';
import { fillHome, LARGE_HISTORY } from './history.ts';

/**
 * How long the table of runs takes to open with 1,000 runs of 10,000 points, from the navigation to the frame that
 * shows the first rows, in headless Chromium: the page's scripts come from the browser's cache, as they do from the
 * second time on. The frame is the one that Element Timing reports for the first row's name.
 *
 * Beside it stands the same for a home without runs (its heading): what the page, the browser and the machine take
 * without a table.
 *
 * `node bench/runs-view.ts [--home FOLDER]`: builds nothing, so run `npm run build` before. Without a home it makes
 * one, which takes minutes; a folder that was made before is used as it is. Set CHROMIUM to the browser's path if
 * Playwright has none of its own.
 */

const TIMES = 9;
const LIMIT_MS = 1000;

/** Runs in the page: marks the element as soon as it is there, and keeps when it was painted. */
const WATCH = `
new PerformanceObserver((list) => { window.shownAt ??= list.getEntries()[0].renderTime; })
  .observe({ type: 'element', buffered: true });
const look = new MutationObserver(() => {
  const element = document.querySelector(SELECTOR);
  if (!element) return;
  look.disconnect();
  element.setAttribute('elementtiming', 'shown');
});
look.observe(document, { childList: true, subtree: true });`;

const { values } = parseArgs({ options: { home: { type: 'string' } } });
const scratch = mkdtempSync(path.join(tmpdir(), 'clifford-bench-'));
const executablePath = process.env['CHROMIUM'];
const browser = await chromium.launch({
  ...(executablePath === undefined ? {} : { executablePath }),
  args: ['--no-sandbox'],
});
try {
  const large = values.home ?? path.join(scratch, 'large');
  if (values.home === undefined) {
    console.error('making a home of 1,000 runs of 10,000 points …');
    fillHome(large, LARGE_HISTORY);
  }
  const floor = await openings(browser, path.join(scratch, 'empty'), '#no-runs');
  const rows = await openings(browser, large, 'tr.run-row [data-row-link]');
  report(floor, rows);
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true, force: true });
}

/** Milliseconds of each opening until the first element that matches is on the screen. */
async function openings(browser: Browser, home: string, selector: string): Promise<number[]> {
  const server = await serve(home);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(WATCH.replace('SELECTOR', JSON.stringify(selector)));
  const times: number[] = [];
  try {
    // The link carries the secret, and the first time fills the cache.
    for (const address of [server.link, ...Array<string>(TIMES).fill(new URL('/', server.link).href)]) {
      const page = await context.newPage();
      await page.goto(address);
      const shown = await page.waitForFunction(() => (globalThis as { shownAt?: number }).shownAt);
      times.push((await shown.jsonValue())!);
      await page.close();
    }
  } finally {
    await context.close();
    await server.close();
  }
  return times.slice(1);
}

function report(floor: number[], rows: number[]): void {
  const line = (what: string, times: number[]): number => {
    const sorted = times.toSorted((a, b) => a - b);
    const median = quantile(sorted, 0.5);
    const [least, most] = [sorted[0]!, sorted.at(-1)!].map(Math.round);
    console.log(`  ${what}: median ${Math.round(median)} ms (${least} to ${most}, ${times.length} times)`);
    return median;
  };
  console.log('navigation to screen:');
  line('a home without runs', floor);
  const median = line('the first rows of 1,000 runs', rows);
  console.log(`  limit for the median: ${LIMIT_MS} ms`);
  console.log(`  ${availableParallelism()} cores, load of the last minute ${loadavg()[0]!.toFixed(1)}`);
  if (median >= LIMIT_MS) process.exitCode = 1;
}
