import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Rng } from '../src/core/base/rng.ts';
import { designDenoiser } from '../src/shared/check-run.ts';
import { denoiserLayout } from '../src/core/diffusion/graphs.ts';
import { initialParameters, type ParameterLayout } from '../src/core/nn/parameters.ts';
import { GOLDEN_FOLDER, goldenSpecs } from '../src/engine/testing/golden-specs.ts';
import { writeSafetensors } from '../src/files/safetensors.ts';
import type { RunSpec } from '../src/shared/run-spec.ts';
import { findTorch } from './peer.ts';

/**
 * Makes the golden files of src/engine/golden.test.ts: `node bench/golden.ts`, with BENCH_PYTHON naming a Python
 * with torch. To be run again only when the networks, the layout of their parameters, or the specs in
 * src/engine/testing/golden-specs.ts change on purpose.
 */

const BATCH = 4;
const BATCHES = 3;

interface Batch {
  readonly images: Float32Array;
  readonly noise: Float32Array;
  readonly t: Int32Array;
  readonly label: Float32Array;
}

/** Labels off the lattice and outside the frame too; images are noise, since nothing here needs bumps. */
function drawBatch(spec: RunSpec, k: number): Batch {
  const rng = new Rng(spec.seed, 'noise', k);
  const normals = (n: number) => Float32Array.from({ length: n }, () => rng.normal());
  const pixels = BATCH * spec.dataset.size ** 2;
  return {
    images: normals(pixels).map((v) => Math.tanh(v)),
    noise: normals(pixels),
    t: Int32Array.from({ length: BATCH }, () => rng.int(spec.diffusion.timesteps)),
    label: Float32Array.from({ length: 2 * BATCH }, () => 10 * rng.uniform() - 1),
  };
}

/** Initial weights with constants (zeros of biases, ones of norms) moved, so that none of them can be left out. */
function drawParameters(layout: ParameterLayout, seed: number): Float32Array {
  const flat = initialParameters(layout, seed);
  const rng = new Rng(seed, 'augmentation');
  for (const { init, offset, size } of layout.parameters) {
    if (init.kind !== 'constant') continue;
    for (let i = offset; i < offset + size; i++) flat[i]! += 0.3 * rng.normal();
  }
  return flat;
}

interface Answer {
  epsilon: number[];
  loss: number;
  gradient: number[];
  losses: number[];
  gradientNorms: number[];
  rates: number[];
  averageLoss: number;
  torch: string;
}

function makeGolden(python: string, name: string, spec: RunSpec): void {
  const design = designDenoiser(spec);
  const layout = denoiserLayout(design);
  const places = layout.parameters.map(({ name, shape, offset }) => ({ name, shape, offset }));
  const parameters = drawParameters(layout, spec.seed);
  const batches = Array.from({ length: BATCHES }, (_, k) => drawBatch(spec, k));
  const x = drawBatch(spec, BATCHES).noise;
  const request = {
    ...design,
    training: spec.training,
    layout: places,
    parameters: [...parameters],
    x: [...x],
    batches: batches.map((b) => ({
      images: [...b.images],
      noise: [...b.noise],
      t: [...b.t],
      label: [...b.label],
    })),
  };
  const script = fileURLToPath(new URL('golden.py', import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, [script], {
    input: JSON.stringify(request),
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr}`);
  const answer = JSON.parse(stdout) as Answer;

  const { size } = spec.dataset;
  const image = [BATCH, 1, size, size];
  const scalar = (v: number) => ({ shape: [], data: Float64Array.of(v) });
  const vector = (v: number[]) => ({ shape: [v.length], data: Float64Array.from(v) });
  const file = `${name}.safetensors`;
  writeSafetensors(
    fileURLToPath(new URL(file, GOLDEN_FOLDER)),
    {
      parameters: { shape: [layout.size], data: parameters },
      x: { shape: image, data: x },
      ...Object.fromEntries(
        batches.flatMap((b, k) => [
          [`images${k}`, { shape: image, data: b.images }],
          [`noise${k}`, { shape: image, data: b.noise }],
          [`t${k}`, { shape: [BATCH], data: b.t }],
          [`label${k}`, { shape: [BATCH, 2], data: b.label }],
        ]),
      ),
      epsilon: { shape: image, data: Float32Array.from(answer.epsilon) },
      loss: scalar(answer.loss),
      gradient: { shape: [layout.size], data: Float32Array.from(answer.gradient) },
      losses: vector(answer.losses),
      gradientNorms: vector(answer.gradientNorms),
      rates: vector(answer.rates),
      averageLoss: scalar(answer.averageLoss),
    },
    { spec: JSON.stringify(spec), layout: JSON.stringify(places), torch: answer.torch },
  );
  process.stdout.write(
    `${file}: ${layout.size} parameters, losses ${answer.losses.map((v) => v.toFixed(4)).join(' ')}, ` +
      `gradient norms ${answer.gradientNorms.map((v) => v.toFixed(2)).join(' ')}\n`,
  );
}

const torch = findTorch();
if ('missing' in torch) {
  process.stderr.write(`${torch.missing}\n`);
  process.exitCode = 5;
} else {
  for (const [name, spec] of Object.entries(goldenSpecs)) makeGolden(torch.python, name, spec);
}
