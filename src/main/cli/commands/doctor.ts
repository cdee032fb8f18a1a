import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { toErrorData } from '../../../core/base/errors.ts';
import { defaultHome } from '../../workbench/home.ts';
import {
  addHomeOption,
  addJsonOption,
  type CliContext,
  type HomeOptions,
  withWorkbench,
} from '../context.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { PACKAGE_ROOT } from '../find-node.mjs';
import { report } from '../output.ts';
import { packageVersion, type SetExitCode } from '../program.ts';
import { formatBytes, formatTable } from '../table.ts';

export interface Check {
  name: string;
  /** `missing`: optional and absent. `broken`: needed, and Clifford cannot work without. */
  status: 'ok' | 'missing' | 'broken';
  detail: string;
}

/** `doctor`: what works here, with versions, and what is missing. */
export function addDoctorCommand(program: Command, context: CliContext, setExitCode: SetExitCode): void {
  const command = program
    .command('doctor')
    .summary('say what works on this machine and what is missing')
    .description('Checks Node, the training engine, the run history, disk space and the desktop window.');
  addJsonOption(addHomeOption(command))
    .addHelpText(
      'after',
      '\nEnds with 0 if training works here, else with 5.\n\nExample:\n  clifford doctor --json',
    )
    .action(async (options: HomeOptions) => {
      const home = path.resolve(options.home ?? defaultHome());
      const checks = [
        nodeCheck(),
        machineCheck(),
        engineCheck(),
        homeCheck(home),
        await historyCheck(context, options),
        windowCheck(),
      ];
      const works = checks.every((check) => check.status !== 'broken');
      report(context.terminal, options.json === true, { version: packageVersion(), works, checks }, () =>
        doctorText(checks),
      );
      if (!works) setExitCode(EXIT_CODES.UNAVAILABLE);
    });
}

export function doctorText(checks: readonly Check[]): string {
  const marks = { ok: '✓', missing: '–', broken: '✗' } as const;
  const rows = checks.map((check) => [marks[check.status], check.name, check.detail]);
  const broken = checks.filter((check) => check.status === 'broken');
  const verdict =
    broken.length === 0
      ? 'Training works on this machine.'
      : `Training does not work on this machine: see ${broken.map((check) => check.name).join(', ')}.`;
  return `Clifford ${packageVersion()}\n\n${formatTable(rows)}\n\n${verdict}`;
}

function nodeCheck(): Check {
  return { name: 'Node', status: 'ok', detail: `${process.versions.node} (${process.execPath})` };
}

function machineCheck(): Check {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const cores = availableParallelism();
  return {
    name: 'Machine',
    status: 'ok',
    detail: `${platform()} ${arch()}, ${cores} ${cores === 1 ? 'core' : 'cores'} (${model}), ${formatBytes(totalmem())} memory`,
  };
}

/** Loads onnxruntime in a process of its own: a native library that crashes must not take the doctor along. */
function engineCheck(): Check {
  const name = 'Engine onnxruntime-cpu';
  const program =
    'const ort = await import("onnxruntime-node");' +
    'console.log(ort.env.versions.node ?? ort.env.versions.common);';
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: PACKAGE_ROOT,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (child.status !== 0) {
    const lines = child.stderr?.trim().split('\n') ?? [];
    const why =
      child.error?.message ??
      lines.find((line) => /error/i.test(line)) ??
      `ended with ${child.signal ?? child.status}`;
    return { name, status: 'broken', detail: `onnxruntime-node does not load: ${why}` };
  }
  return { name, status: 'ok', detail: `onnxruntime ${child.stdout.trim()}` };
}

function homeCheck(home: string): Check {
  const name = 'Home folder';
  try {
    mkdirSync(home, { recursive: true });
    accessSync(home, constants.W_OK);
    const { bavail, bsize } = statfsSync(home);
    return { name, status: 'ok', detail: `${home}, ${formatBytes(bavail * bsize)} free` };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return {
      name,
      status: 'broken',
      detail: `${home} cannot be written to (${code}); choose another with --home`,
    };
  }
}

async function historyCheck(context: CliContext, options: HomeOptions): Promise<Check> {
  const name = 'Run history';
  try {
    const runs = await withWorkbench(context, options, (workbench) => workbench.listRuns().length);
    const require = createRequire(import.meta.url);
    const { version } = require('better-sqlite3/package.json') as { version: string };
    return {
      name,
      status: 'ok',
      detail: `${runs} ${runs === 1 ? 'run' : 'runs'} (better-sqlite3 ${version})`,
    };
  } catch (error) {
    return { name, status: 'broken', detail: toErrorData(error).message };
  }
}

function windowCheck(): Check {
  const name = 'Desktop window';
  const folder = path.join(PACKAGE_ROOT, 'node_modules', 'electron');
  if (existsSync(path.join(folder, 'dist'))) return { name, status: 'ok', detail: 'Electron is installed' };
  return {
    name,
    status: 'missing',
    detail:
      'Electron’s program is not downloaded ("npx install-electron" does it); "clifford serve" opens the same in a browser',
  };
}
