import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEngine } from '../src/main/workbench/supervisor.ts';
import type { EngineEvent } from '../src/shared/engine-protocol.ts';
import type { RunSpec } from '../src/shared/run-spec.ts';

/** Measurements of whole engine processes, started as the workbench starts them. */

const ENTRY = fileURLToPath(new URL('../src/engine/main.ts', import.meta.url));

/** Seconds from starting the process until its training sessions are open and it takes its first step. */
export async function engineStartUp(spec: RunSpec, threads: number): Promise<number> {
  const began = performance.now();
  let seconds: number | null = null;
  await runEngine(spec, threads, (event, { kill }) => {
    if (event.type !== 'started') return;
    seconds = (performance.now() - began) / 1000;
    kill();
  });
  if (seconds === null) throw new Error('the engine ended before it said that it had started');
  return seconds;
}

/** Steps of the run whose memory is measured: with its evaluations it has every phase of a long one. */
export const MEMORY_STEPS = 60;

/**
 * Peak resident memory in MiB of a short run of the preset, evaluations and export included: the sum over the
 * processes of the engine of each one's own peak. Null where there is no /proc to ask.
 */
export async function enginePeakMiB(spec: RunSpec, threads: number): Promise<number | null> {
  if (!existsSync('/proc/self/status')) return null;
  const short: RunSpec = { ...spec, training: { ...spec.training, steps: MEMORY_STEPS } };
  let peak = 0;
  let timer: NodeJS.Timeout | undefined;
  const outcome = await runEngine(short, threads, (event, { pid }) => {
    const look = () => (peak = Math.max(peak, peakOfTree(pid)));
    if (event.type === 'started') timer = setInterval(look, 200);
    look(); // `ended` comes before the process has gone
  });
  clearInterval(timer);
  if (outcome !== 'finished') throw new Error(`the run that was to be measured ended as ${outcome}`);
  return peak;
}

async function runEngine(
  spec: RunSpec,
  threads: number,
  onEvent: (event: EngineEvent, engine: { pid: number; kill: () => void }) => void,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'clifford-bench-'));
  try {
    const engine = startEngine({
      entry: ENTRY,
      request: { type: 'train', runId: 'bench', folder, spec, engine: 'auto', threads, resumeFrom: null },
      logFile: join(folder, 'engine.log'),
      onEvent: (event) => onEvent(event, { pid: engine.pid!, kill: engine.kill }),
    });
    const { outcome, error, killed } = await engine.done;
    if (error && !killed) throw new Error(error.message);
    return outcome;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Σ VmHWM in MiB of a process and its descendants; 0 when it is gone. */
function peakOfTree(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const own = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
    return children.reduce((sum, child) => sum + peakOfTree(child), own);
  } catch {
    return 0;
  }
}
