import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { CliffordError, invalid } from '../src/core/base/errors.ts';
import type { DiffusionSpec } from '../src/core/diffusion/spec.ts';
import type { ModelSpec } from '../src/core/nn/spec.ts';

/** A Python that imports torch. */
export interface TorchPython {
  readonly python: string;
  /** Version of torch. */
  readonly torch: string;
}

/**
 * `BENCH_PYTHON`, or the first `python3` on the PATH that imports torch.
 * @returns a sentence for the report when there is none
 * @throws CliffordError INVALID_INPUT when BENCH_PYTHON is set and does not import torch
 */
export function findTorch(env: NodeJS.ProcessEnv = process.env): TorchPython | { readonly missing: string } {
  const chosen = env['BENCH_PYTHON'];
  if (chosen) {
    const torch = torchVersion(chosen);
    if (torch === null) throw invalid(`BENCH_PYTHON: got ${chosen}, expected a Python that imports torch`);
    return { python: chosen, torch };
  }
  const tried: string[] = [];
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const python = join(folder, process.platform === 'win32' ? 'python3.exe' : 'python3');
    if (!isExecutable(python) || tried.includes(python)) continue;
    tried.push(python);
    const torch = torchVersion(python);
    if (torch !== null) return { python, torch };
  }
  const found = tried.length === 0 ? 'no python3 on the PATH' : `${tried.join(', ')} does not import torch`;
  return { missing: `PyTorch not measured: ${found}; set BENCH_PYTHON to a Python with torch` };
}

/** `compile` is torch.compile with its default backend. */
export type PeerMode = 'eager' | 'channels_last' | 'compile' | 'compile_channels_last';

export interface PeerSetup {
  readonly mode: PeerMode;
  readonly spec: ModelSpec;
  readonly space: { readonly size: number; readonly margin: number; readonly periodic: boolean };
  readonly diffusion: DiffusionSpec;
  readonly batch: number;
  readonly threads?: number;
  readonly clipNorm: number | null;
  readonly emaDecay: number | null;
  readonly seed?: number;
  /** Steps before setup returns; the first compile. */
  readonly warmup?: number;
}

const withPeak = { peakMiB: z.number() };
const SetUp = z.object({ parameters: z.int(), seconds: z.number(), ...withPeak });
const Trained = z.object({
  imagesPerSecond: z.number(),
  stepMs: z.number(),
  steps: z.int(),
  loss: z.number(),
  ...withPeak,
});
const Sampled = z.object({ imagesPerSecond: z.number(), seconds: z.number(), ...withPeak });
const Info = z.object({
  torch: z.string(),
  python: z.string(),
  threads: z.int(),
  cpu: z.string(),
  ...withPeak,
});

/** bench/torch_twin.py, kept running so that its measurements can be interleaved with ours. */
export interface TorchPeer {
  info(): Promise<z.infer<typeof Info>>;
  /** Builds the model and warms up; a second set-up replaces the first. */
  setup(setup: PeerSetup): Promise<z.infer<typeof SetUp>>;
  train(seconds: number): Promise<z.infer<typeof Trained>>;
  sample(request: { steps: number; batch: number; guidance?: boolean }): Promise<z.infer<typeof Sampled>>;
  /** Ends the process; pending requests fail. */
  dispose(): void;
}

/**
 * Starts the twin. Each method rejects with CliffordError UNAVAILABLE when the twin answers an error (it stays
 * usable) or ends.
 * @param options.env more variables for the process, such as OMP_WAIT_POLICY
 * @param options.command what is started instead of the twin, for tests
 */
export function startTorchPeer(
  python: string,
  options: { env?: Record<string, string>; command?: readonly string[] } = {},
): TorchPeer {
  const [program, ...args] = options.command ?? [python, TWIN];
  const child = spawn(program!, args, { stdio: 'pipe', env: { ...process.env, ...MALLOC, ...options.env } });
  const ask = lineClient(child);
  return {
    info: () => ask({ cmd: 'info' }, Info),
    setup: (setup) => ask({ cmd: 'setup', threads: availableParallelism(), ...setup }, SetUp),
    train: (seconds) => ask({ cmd: 'train', seconds }, Trained),
    sample: (request) => ask({ cmd: 'sample', ...request }, Sampled),
    dispose: () => {
      child.kill();
    },
  };
}

const TWIN = fileURLToPath(new URL('torch_twin.py', import.meta.url));

/**
 * glibc gives large freed blocks back to the system at once, and PyTorch then pays page faults at every step:
 * kept, training is up to half as fast again. The peer is measured at its best.
 */
const MALLOC = { MALLOC_MMAP_THRESHOLD_: '4000000000', MALLOC_TRIM_THRESHOLD_: '20000000000' };

type Ask = <T>(request: object, answer: z.ZodType<T>) => Promise<T>;

/** One JSON line to stdin, one back from stdout, in order. */
function lineClient(child: ChildProcessWithoutNullStreams): Ask {
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  let ended: CliffordError | null = null;
  let errors = '';
  const end = (why: string) => {
    const said = errors.trim().split('\n').slice(-3).join(' | ');
    ended ??= new CliffordError(
      'UNAVAILABLE',
      `PyTorch peer ended: ${why}${said ? `; it said: ${said}` : ''}`,
    );
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  child.stdin.on('error', () => {}); // its end is reported by 'close'
  child.on('error', (error) => end(error.message));
  child.on('close', (code, signal) => end(signal ? `signal ${signal}` : `exit code ${code}`));
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(line));

  return async (request, answer) => {
    const line = await new Promise<string>((resolve, reject) => {
      if (ended) return reject(ended);
      waiting.push({ resolve, reject });
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
    const data: unknown = JSON.parse(line);
    const failure = z.object({ error: z.string() }).safeParse(data);
    if (failure.success) throw new CliffordError('UNAVAILABLE', `PyTorch peer: ${failure.data.error}`);
    return answer.parse(data);
  };
}

function torchVersion(python: string): string | null {
  try {
    return execFileSync(python, ['-c', 'import torch; print(torch.__version__)'], {
      encoding: 'utf8',
      timeout: 120_000, // importing torch from a cold disk takes many seconds
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
