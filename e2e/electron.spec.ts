import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { findDesktopWindow } from '../src/main/desktop-window.ts';
import { loadPreset } from '../src/main/presets/presets.ts';
import { openWorkbench } from '../src/main/workbench/service.ts';
import { expect, test } from './harness.ts';

/**
 * The built application in a real window. These tests exist only where Electron's program does: elsewhere nothing could
 * be skipped that would tell anything. src/main/shell/shell.test.ts runs the same main process against a stand-in.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { program, obstacle } = findDesktopWindow();

if (program === null) {
  // Once, from the process that lists the tests.
  if (process.env['TEST_WORKER_INDEX'] === undefined) {
    process.stdout.write(`No tests of the real window: ${obstacle}\n`);
  }
} else {
  test.describe('the real window', () => {
    let app: ElectronApplication;
    let page: Page;
    const open = async (home: string, ...args: string[]): Promise<void> => {
      app = await _electron.launch({
        executablePath: program,
        args: [ROOT, ...args],
        env: { ...(process.env as Record<string, string>), CLIFFORD_HOME: home },
      });
      page = await app.firstWindow();
      await page.waitForURL(/^clifford:\/\/workbench\//);
    };
    test.afterEach(async () => {
      await app.close().catch(() => {}); // some tests have quit it
    });

    test('shows the workbench from its own scheme, connected, without a message on the console', async ({
      home,
    }) => {
      await open(home);
      const problems: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
      });
      page.on('pageerror', (error) => problems.push(error.message));
      await page.reload(); // and gets a new port
      await expect(page.getByRole('navigation', { name: 'Views' })).toBeVisible();
      await expect(page.getByRole('main')).toContainText(/\w/);
      expect(await page.evaluate('location.origin')).toBe('clifford://workbench');
      expect(problems).toEqual([]);
    });

    test('keeps its page in the sandbox and inside the policy', async ({ home }) => {
      await open(home);
      await expect(page.getByRole('navigation', { name: 'Views' })).toBeVisible();
      const seen = await page.evaluate<Record<string, unknown>>(`(async () => {
        const blocked = async (action) => { try { await action(); return false; } catch { return true; } };
        const script = document.createElement('script');
        script.textContent = 'window.injected = true';
        document.body.append(script);
        const frame = document.createElement('iframe');
        frame.src = 'https://example.org/';
        document.body.append(frame);
        return {
          node: [typeof require, typeof process, typeof module, typeof Buffer],
          injected: window.injected === true,
          eval: await blocked(() => (0, eval)('1')),
          net: await blocked(() => fetch('https://example.org/')),
          file: await blocked(() => fetch('file:///etc/hosts')),
          other: await blocked(() => fetch('clifford://elsewhere/')),
          opened: window.open('https://example.org/') !== null,
          location: await blocked(() => new Promise((yes, no) => navigator.geolocation.getCurrentPosition(yes, no))),
          clipboard: await blocked(() => navigator.clipboard.readText()),
        };
      })()`);
      expect(seen).toEqual({
        node: ['undefined', 'undefined', 'undefined', 'undefined'],
        injected: false,
        eval: true,
        net: true,
        file: true,
        other: true,
        opened: false,
        location: true,
        clipboard: true,
      });
      await page.evaluate("location.href = 'https://example.org/'");
      await page.waitForTimeout(500);
      expect(page.url()).toMatch(/^clifford:\/\/workbench\//);
      expect(app.windows()).toHaveLength(1);
    });

    test('has a menu whose items reach the page', async ({ home }) => {
      await open(home);
      await expect(page.getByRole('navigation', { name: 'Views' })).toBeVisible();
      await app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('go /settings')!.click());
      await expect(page).toHaveURL(/#\/settings$/);
    });

    test('trains in a utility process, and checkpoints before it quits', async ({ home }) => {
      const { spec } = loadPreset('tiny');
      const prepare = (steps: number): string => {
        const workbench = openWorkbench({ home });
        const { id } = workbench.createRun({ spec: { ...spec, training: { ...spec.training, steps } } });
        workbench.enqueue(id, 'back');
        workbench.close();
        return id;
      };
      const short = prepare(spec.training.steps);
      const long = prepare(1_000_000);
      await open(home);
      const look = openWorkbench({ home });
      try {
        await expect.poll(() => look.showRun(short).state, { timeout: 60_000 }).toBe('finished');
        await expect.poll(() => look.showRun(long).step, { timeout: 60_000 }).toBeGreaterThan(50);
        const closed = app.waitForEvent('close');
        await app.evaluate(({ app: program }) => program.quit());
        await closed;
        const run = look.showRun(long);
        expect(run.state).not.toBe('running');
        expect(run.weightsStep).toBe(run.step);
      } finally {
        look.close();
      }
    });

    test('opens where it was left, and only once for each home', async ({ home }) => {
      await open(home);
      const bounds = { x: 60, y: 80, width: 900, height: 700 };
      await app.evaluate(
        ({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]!.setBounds(wanted),
        bounds,
      );
      const second = await _electron
        .launch({
          executablePath: program,
          args: [ROOT],
          env: { ...(process.env as Record<string, string>), CLIFFORD_HOME: home },
        })
        .catch(() => null);
      // It has gone, or goes at once, and opened no window.
      expect(second?.windows() ?? []).toEqual([]);
      await second?.close().catch(() => {});
      await app.close();
      await open(home);
      const restored = await app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]!.getBounds(),
      );
      expect(restored).toMatchObject({ width: bounds.width, height: bounds.height });
    });
  });
}
