// npm start: opens the workbench, in Electron's window if its program is there, else in the browser.
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { dieWithLauncher, PACKAGE_ROOT } from '../src/main/cli/find-node.mjs';
import { findDesktopWindow } from '../src/main/desktop-window.ts';

dieWithLauncher();
build();
const { program, obstacle } = findDesktopWindow();
if (program !== null) {
  const child = spawn(program, [PACKAGE_ROOT, ...process.argv.slice(2)], { stdio: 'inherit' });
  child.on('exit', (code) => process.exit(code ?? 1));
} else {
  process.stdout.write(`${obstacle} Opening the same workbench in the browser.\n`);
  serve();
}

/** Two seconds, and never stale. */
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
  const child = spawn(process.execPath, [cli, 'serve', ...process.argv.slice(2)], {
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
