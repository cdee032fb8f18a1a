import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * A Chromium for the end-to-end tests: CHROMIUM_PATH, else one that is installed, else (as root with apt-get)
 * Debian's, which is installed now.
 *
 * @returns {{ path: string } | { path: null, reason: string }}
 */
export function findChromium(env = process.env) {
  if (env.CHROMIUM_PATH) {
    if (existsSync(env.CHROMIUM_PATH)) return { path: env.CHROMIUM_PATH };
    return { path: null, reason: `CHROMIUM_PATH is ${env.CHROMIUM_PATH}, which does not exist` };
  }
  const found = installed(env);
  if (found !== null) return { path: found };
  if (process.getuid?.() === 0 && onPath('apt-get', env) !== null) {
    process.stderr.write('Installing Debian’s chromium for the end-to-end tests …\n');
    const apt = (...args) =>
      spawnSync('apt-get', args, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
      }).status === 0;
    if (!apt('install', '-y', '-qq', 'chromium')) {
      apt('update', '-qq');
      apt('install', '-y', '-qq', 'chromium');
    }
    const now = installed(env);
    if (now !== null) return { path: now };
  }
  return {
    path: null,
    reason: 'no Chromium was found: install chromium or google-chrome, or set CHROMIUM_PATH',
  };
}

function installed(env) {
  for (const name of NAMES) {
    const file = onPath(name, env);
    if (file !== null) return file;
  }
  return PLACES.find((file) => existsSync(file)) ?? null;
}

function onPath(name, env) {
  for (const folder of (env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not here
    }
  }
  return null;
}
