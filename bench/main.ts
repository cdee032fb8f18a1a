import { availableParallelism, cpus, loadavg } from 'node:os';
import { CliffordError } from '../src/core/base/errors.ts';
import { onnxruntimeVersion } from '../src/engine/onnxruntime/session.ts';
import { BestPeer, type PeerTask, peerStartUp, showWay, type Way } from './best-peer.ts';
import { type BenchCase, benchCases, type Measurement } from './cases.ts';
import { enginePeakMiB, engineStartUp, MEMORY_STEPS } from './engine-process.ts';
import { HISTORY, LARGE_HISTORY, measureHistory } from './history.ts';
import { openSampling, openTraining, type SamplingSetup } from './ours.ts';
import { HELP, type Options, readOptions, selectMeasurements } from './options.ts';
import { measurePairs, type Pairs } from './pairs.ts';
import { findTorch } from './peer.ts';
import { formatRatios, formatReport, type Result } from './report.ts';

/** DDIM with 50 steps, 64 images at a time. */
const SAMPLING: SamplingSetup = { steps: 50, batch: 64 };
const START_UPS = 3;
/** More than this is another program at work, and the numbers are not to be trusted. */
const BUSY_LOAD = 0.5;

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

function resultOf(name: string, unit: Result['unit'], pairs: Pairs, note: string): Result {
  const { ours, peer, ratio, ratios } = pairs;
  const spread = ratios.length > 0 ? ([Math.min(...ratios), Math.max(...ratios)] as const) : null;
  const result = { name, unit, ours, peer, ratio, spread, note };
  log(`${name}: ${ours.toFixed(2)} against ${peer?.toFixed(2) ?? 'nothing'} ${unit}`);
  return result;
}

/** Everything that is wanted of one case. */
async function measureCase(
  { name, spec }: BenchCase,
  what: readonly Measurement[],
  options: Options,
  python: string | null,
  peer: BestPeer | null,
): Promise<Result[]> {
  const { threads, seconds, pairs } = options;
  const results: Result[] = [];
  const task: PeerTask = { spec, threads, sampling: SAMPLING };
  const rates = what.includes('train') || what.includes('sample');
  const best = peer && rates ? await peer.choose(task, seconds / 2) : null;

  /** The peer's turn, set up beforehand. */
  const turn = async (way: Way | undefined, measure: (way: Way) => Promise<number>) => {
    if (!peer || !way) return null;
    await peer.setUp(task, way);
    return () => measure(way);
  };

  if (what.includes('train')) {
    const theirs = await turn(best?.train, (way) => peer!.train(way, seconds));
    const training = await openTraining(spec, threads);
    const measured = await measurePairs(pairs, () => training.measure(seconds), theirs, 'more');
    await training.dispose();
    const note = `${(training.parameters / 1e6).toFixed(2)} M parameters, batch ${spec.training.batchSize}`;
    results.push(resultOf(`train ${name}`, 'images/s', measured, withWay(note, best?.train)));
  }
  if (what.includes('sample')) {
    const theirs = await turn(best?.sample, (way) => peer!.sample(task, way, seconds));
    const sampling = await openSampling(spec, threads, SAMPLING);
    const measured = await measurePairs(pairs, () => sampling.measure(seconds), theirs, 'more');
    await sampling.dispose();
    const note = `DDIM ${SAMPLING.steps}, batch ${SAMPLING.batch}`;
    results.push(resultOf(`sample ${name}`, 'images/s', measured, withWay(note, best?.sample)));
  }
  if (what.includes('start-up')) {
    const measured = await measurePairs(
      START_UPS,
      () => engineStartUp(spec, threads),
      python === null ? null : () => peerStartUp(python, spec, threads),
      'less',
    );
    results.push(resultOf(`start-up ${name}`, 's', measured, 'process start until the first step can begin'));
  }
  if (what.includes('memory')) {
    const peak = await enginePeakMiB(spec, threads);
    const note =
      peak === null
        ? 'not measured: there is no /proc here'
        : `peak of the engine's processes over ${MEMORY_STEPS} steps with evaluations and export`;
    results.push({
      name: `memory ${name}`,
      unit: 'MiB',
      ours: peak,
      peer: null,
      ratio: null,
      spread: null,
      note,
    });
  }
  return results;
}

function withWay(note: string, way: Way | undefined): string {
  return way ? `${note}; PyTorch: ${showWay(way)}` : note;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(HELP);
    return;
  }
  const selected = selectMeasurements(benchCases(), options.only);
  // Nobody else keeps this history: there is nothing to compare it with.
  const torch = selected.length > 0 ? findTorch() : { missing: 'no measurement with a peer was asked for' };
  const python = 'missing' in torch ? null : torch.python;
  const missing = 'missing' in torch ? torch.missing : null;

  const [load] = loadavg();
  const lines = [
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, load ${load!.toFixed(2)} at the start; ${options.threads} threads each`,
    `Node ${process.version}, onnxruntime ${onnxruntimeVersion()}; ${'missing' in torch ? 'no PyTorch' : `PyTorch ${torch.torch}`}; fp32`,
    ...(load! > BUSY_LOAD ? ['The machine is busy with something else: do not trust these numbers.'] : []),
    ...selected.map(({ of }) => `${of.name}: ${of.title}`),
  ];
  log(lines.join('\n'));
  const peer = python === null ? null : new BestPeer(python, log);
  const results: Result[] = [];
  try {
    for (const { of, what } of selected) {
      results.push(...(await measureCase(of, what, options, python, peer)));
    }
    if (options.only.includes(HISTORY)) results.push(...measureHistory(LARGE_HISTORY, log));
  } finally {
    peer?.dispose();
  }
  process.stdout.write(`${lines.join('\n')}\n\n${formatReport(results, missing)}\n`);
  if (options.json) process.stdout.write(`${formatRatios(results)}\n`);
}

main().catch((error: unknown) => {
  const expected =
    error instanceof CliffordError || (error as { code?: string }).code?.startsWith('ERR_PARSE');
  process.stderr.write(`bench: ${expected ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = expected ? 2 : 1;
});
