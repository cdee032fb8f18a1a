import { SamplerSpec } from '../src/core/diffusion/spec.ts';
import { initialParameters } from '../src/core/nn/parameters.ts';
import { designRun } from '../src/engine/design.ts';
import { exportModel } from '../src/engine/export.ts';
import { cpuBackend } from '../src/engine/onnxruntime/cpu-backend.ts';
import { openSampler } from '../src/engine/sampling.ts';
import type { RunSpec } from '../src/shared/run-spec.ts';

/** Our side: the engine's own training session and sampler. Idle between two calls. */
export interface Measured {
  /** Images a second over at least this long. */
  measure(seconds: number): Promise<number>;
  dispose(): Promise<void>;
}

const WARM_UP_STEPS = 3;

/** Training as the engine does it: batches, noise, gradients on replicas, AdamW and moving average. */
export async function openTraining(
  spec: RunSpec,
  threads: number,
): Promise<Measured & { readonly parameters: number }> {
  const design = designRun(spec);
  const session = await cpuBackend.open(design, threads);
  let k = 0;
  while (k < WARM_UP_STEPS) await session.step(k++);
  return {
    parameters: design.layout.size,
    async measure(seconds) {
      const { steps, elapsed } = await repeat(seconds, async () => {
        const { loss } = await session.step(k++);
        if (!Number.isFinite(loss)) throw new Error(`training step ${k} gave a loss of ${loss}`);
      });
      return (steps * spec.training.batchSize) / elapsed;
    },
    dispose: () => session.dispose(),
  };
}

export interface SamplingSetup {
  readonly steps: number;
  readonly batch: number;
}

/** Sampling from an exported model with untrained weights, which cost what trained ones do. */
export async function openSampling(
  spec: RunSpec,
  threads: number,
  { steps, batch }: SamplingSetup,
): Promise<Measured> {
  const { layout } = designRun(spec);
  const weights = initialParameters(layout, spec.seed);
  const model = exportModel(spec, layout, weights, { step: 0, weights: 'raw' });
  const sampler = openSampler(
    { model, spec, sampler: SamplerSpec.parse({ kind: 'ddim', steps }), seed: 0 },
    threads,
  );
  await sampler.ready;
  const keys = Uint32Array.from({ length: batch }, (_, i) => i);
  const labels = Float32Array.from({ length: 2 * batch }, (_, i) => i % spec.dataset.size);
  return {
    async measure(seconds) {
      const { steps: times, elapsed } = await repeat(seconds, () => sampler.sample({ keys, labels }));
      return (times * batch) / elapsed;
    },
    dispose: () => sampler.dispose(),
  };
}

/** At least once. */
async function repeat(
  seconds: number,
  work: () => Promise<unknown>,
): Promise<{ steps: number; elapsed: number }> {
  const started = performance.now();
  for (let steps = 1; ; steps++) {
    await work();
    const elapsed = (performance.now() - started) / 1000;
    if (elapsed >= seconds) return { steps, elapsed };
  }
}
