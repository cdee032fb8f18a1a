import { invalid } from '../core/base/errors.ts';
import { denoiserGraph, tapNames } from '../core/diffusion/graphs.ts';
import { makeSchedule } from '../core/diffusion/schedule.ts';
import type { ParameterLayout } from '../core/nn/parameters.ts';
import { NO_LABEL } from '../core/nn/embedding.ts';
import { lowerToOnnx } from '../core/onnx/lower.ts';
import type { RunSpec } from '../shared/run-spec.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { DenoiserDesign } from '../core/diffusion/graphs.ts';
import { designDenoiser } from '../shared/check-run.ts';

export const VERSION: string = packageJson.version;

export interface ExportFacts {
  readonly step: number;
  readonly weights: 'raw' | 'ema';
}

const DOC = [
  'Conditional denoiser of a diffusion model, exported by Clifford.',
  'Inputs: x (B, 1, N, N) float32, the noisy image in the scale of [-1, 1]; t (B) int64 in [0, T);',
  'label (B, 2) float32, x then y, in frame coordinates (pixel centres on integers, row 0 at the top).',
  'Output: eps (B, 1, N, N) float32, the predicted noise. The noise schedule is in the metadata.',
].join(' ');

/**
 * The denoiser as a self-contained ONNX model of standard ops with a dynamic batch. With `taps`, inner values
 * are further outputs, for reading representations.
 * @param weights (P) float32
 */
export function exportModel(
  spec: RunSpec,
  layout: ParameterLayout,
  weights: Float32Array,
  facts: ExportFacts,
  taps: readonly string[] = [],
): Uint8Array {
  const design = designDenoiser(spec);
  const names = tapNames(design);
  for (const tap of taps) {
    if (!names.includes(tap)) throw invalid(`tap: got "${tap}", expected one of ${names.join(', ')}`);
  }
  // The batch size of the graph is arbitrary: the lowering leaves it symbolic (a test compares two).
  return lowerToOnnx(denoiserGraph(design, layout, weights, 2, taps), {
    target: 'standard',
    batchName: 'B',
    name: 'denoiser',
    doc: DOC,
    producerVersion: VERSION,
    metadata: metadataOf(spec, facts, design, names),
  });
}

function metadataOf(
  spec: RunSpec,
  facts: ExportFacts,
  design: DenoiserDesign,
  taps: readonly string[],
): Record<string, string> {
  const schedule = makeSchedule(spec.diffusion);
  return {
    'clifford.version': VERSION,
    'clifford.spec': JSON.stringify(spec),
    'clifford.step': String(facts.step),
    'clifford.weights': facts.weights,
    'clifford.timesteps': String(spec.diffusion.timesteps),
    'clifford.beta': JSON.stringify([...schedule.beta]),
    'clifford.taps': JSON.stringify(taps),
    ...(design.withNoLabel ? { 'clifford.noLabel': String(NO_LABEL) } : {}),
  };
}

/** Names of all taps of a spec's model, in order. */
export function tapsOf(spec: RunSpec): string[] {
  return tapNames(designDenoiser(spec));
}
