// npm start: opens the workbench, in Electron's window where its program is here or can be fetched, else in the browser.
// `npm start -- --browser` (or any option of `clifford serve`) goes to the browser at once; `--home FOLDER` is for both.
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { dieWithLauncher, PACKAGE_ROOT } from '../src/main/cli/find-node.mjs';
import { findDesktopWindow } from '../src/main/desktop-window.ts';

/** An unanswered connection must not keep anybody from working; 120 MB take a minute on a slow line. */
const FETCH_MS = 180_000;

dieWithLauncher();
const given = process.argv.slice(2);
const args = given.filter((argument) => argument !== '--browser');
const forServe = args.some((argument) => /^--(port|host|expose)\b/.test(argument));

build();
if (given.length > args.length || forServe) serve();
else openWindow();

function openWindow() {
  let desktop = findDesktopWindow();
  let note = '';
  if (desktop.installer !== null) {
    note = fetchProgram(desktop.installer);
    desktop = findDesktopWindow();
  }
  if (desktop.program === null) {
    process.stdout.write(`${note || desktop.obstacle} Opening the same workbench in the browser.\n`);
    return serve();
  }
  const child = spawn(desktop.program, [PACKAGE_ROOT, ...args], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to the window's process too, which checkpoints what trains before it goes.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}

/** @returns why it could not be fetched, in one sentence; empty when it was */
function fetchProgram(installer) {
  process.stdout.write('Fetching Electron’s program for the window (about 120 MB, once) …\n');
  const { status, signal, stderr } = spawnSync(process.execPath, [installer], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: FETCH_MS,
  });
  if (status === 0) return '';
  const said = /^\w*Error: .*$/m.exec(stderr)?.[0] ?? `exit code ${status}`;
  const why = signal === null ? said : `nothing came within ${FETCH_MS / 60_000} minutes`;
  return `Electron’s program could not be fetched (${why}; "npm start -- --browser" does not try).`;
}

/** Seconds, and never stale. */
function build() {
  const tool = path.join(PACKAGE_ROOT, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, 'build', '--logLevel', 'warn'], {
    cwd: PACKAGE_ROOT,
    encoding: 'utf8',
  });
  if (status === 0) return;
  process.stderr.write(`${stdout}${stderr}clifford: building the workbench failed, see above.\n`);
  process.exit(1);
}

function serve() {
  const cli = path.join(PACKAGE_ROOT, 'src', 'main', 'cli', 'bin.mjs');
  const child = spawn(process.execPath, [cli, 'serve', ...args], {
    cwd: PACKAGE_ROOT,
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  // The terminal sends Ctrl-C to the server too; this process only waits for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  let opened = false;
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text) => {
    process.stdout.write(text);
    const url = /http:\/\/\S+/.exec(text)?.[0];
    if (url === undefined || opened) return;
    opened = true;
    openBrowser(url);
  });
  child.on('exit', (code) => process.exit(code ?? 1));
}

/** Best effort: the link is printed anyway. */
function openBrowser(url) {
  const commands = { darwin: ['open', url], win32: ['cmd', '/c', 'start', '""', url] };
  const [command, ...args] = commands[process.platform] ?? ['xdg-open', url];
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
