// npm test: lint, types, unit and integration tests, production build, end-to-end tests. Everything runs even
// after a failure; the last line is the total: `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dieWithLauncher, PACKAGE_ROOT } from '../src/main/cli/find-node.mjs';
import { findChromium } from './chromium.mjs';

dieWithLauncher();
const { scripts } = JSON.parse(readFileSync(path.join(PACKAGE_ROOT, 'package.json'), 'utf8'));
const reports = mkdtempSync(path.join(tmpdir(), 'clifford-test-'));
process.on('exit', () => rmSync(reports, { recursive: true, force: true }));

const total = { passed: 0, failed: 0, skipped: 0 };
const summary = [];

await check('lint', scripts.lint);
await check('typecheck', scripts.typecheck);
await suite('unit and integration', 'vitest.json', countVitest, (file) =>
  run(`vitest run --reporter=default --reporter=json --outputFile.json="${file}"`),
);
const built = await check('build', scripts.build);
await endToEnd(built);

process.stdout.write(`\n${summary.join('\n')}\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** A command that passes or fails as a whole. */
async function check(name, command) {
  heading(name);
  const started = Date.now();
  const ok = (await run(command)) === 0;
  add(name, { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }, started);
  return ok;
}

/** A runner that writes a JSON report; a runner that fails without one, or without saying why, counts as failed. */
async function suite(name, report, count, start) {
  heading(name);
  const started = Date.now();
  const file = path.join(reports, report);
  const code = await start(file);
  let counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    counts = count(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    process.stderr.write(`${name}: no readable report (${error.message})\n`);
    counts.failed = 1;
  }
  const none = counts.passed + counts.failed + counts.skipped === 0;
  if ((code !== 0 && counts.failed === 0) || none) counts.failed += 1;
  add(name, counts, started);
}

async function endToEnd(isBuilt) {
  const name = 'end to end';
  if (!isBuilt) return skip(name, 'the build failed');
  const chromium = findChromium();
  if (chromium.path === null) return skip(name, chromium.reason);
  await suite(name, 'playwright.json', countPlaywright, (file) =>
    run('playwright test --config e2e/playwright.config.ts --reporter=list,json', {
      CHROMIUM_PATH: chromium.path,
      PLAYWRIGHT_JSON_OUTPUT_FILE: file,
    }),
  );
}

function skip(name, reason) {
  heading(name);
  process.stdout.write(`skipped: ${reason}\n`);
  add(`${name} (skipped: ${reason})`, { passed: 0, failed: 0, skipped: 1 }, Date.now());
}

function countVitest(report) {
  // A file that could not even be loaded has no tests of its own: it counts as one failure.
  const unloaded = report.testResults.filter((f) => f.status === 'failed' && f.assertionResults.length === 0);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

function countPlaywright({ stats, errors }) {
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
  };
}

function add(name, counts, started) {
  for (const key of Object.keys(total)) total[key] += counts[key];
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  const { passed, failed, skipped } = counts;
  summary.push(
    `${failed > 0 ? '✗' : '✓'} ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds} s)`,
  );
}

function heading(name) {
  process.stdout.write(`\n── ${name} ${'─'.repeat(Math.max(3, 76 - name.length))}\n`);
}

/** Runs a shell command with our streams; resolves to its exit code. */
function run(command, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, {
      cwd: PACKAGE_ROOT,
      shell: true,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    child.on('error', () => resolve(127));
    child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 130)));
  });
}
