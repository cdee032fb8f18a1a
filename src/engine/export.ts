import { z } from 'zod';
import { invalid } from '../core/base/errors.ts';
import { denoiserGraph, tapNames } from '../core/diffusion/graphs.ts';
import { makeSchedule } from '../core/diffusion/schedule.ts';
import type { ParameterLayout } from '../core/nn/parameters.ts';
import { NO_LABEL } from '../core/nn/embedding.ts';
import { lowerToOnnx } from '../core/onnx/lower.ts';
import { decodeModel, type ModelProto } from '../core/onnx/proto.ts';
import { RunSpec } from '../shared/run-spec.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { DenoiserDesign } from '../core/diffusion/graphs.ts';
import { designDenoiser } from './design.ts';

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
    metadata: metadataOf(spec, facts, design),
  });
}

function metadataOf(spec: RunSpec, facts: ExportFacts, design: DenoiserDesign): Record<string, string> {
  const schedule = makeSchedule(spec.diffusion);
  return {
    'clifford.version': VERSION,
    'clifford.spec': JSON.stringify(spec),
    'clifford.step': String(facts.step),
    'clifford.weights': facts.weights,
    'clifford.timesteps': String(spec.diffusion.timesteps),
    'clifford.beta': JSON.stringify([...schedule.beta]),
    'clifford.taps': JSON.stringify(tapNames(design)),
    ...(design.withNoLabel ? { 'clifford.noLabel': String(NO_LABEL) } : {}),
  };
}

/** Names of all taps of a spec's model, in order. */
export function tapsOf(spec: RunSpec): string[] {
  return tapNames(designDenoiser(spec));
}

/**
 * The spec inside an exported model.
 * @throws CliffordError INVALID_INPUT when the bytes are no model of ours
 */
export function readModelSpec(bytes: Uint8Array, source: string): RunSpec {
  let model: ModelProto;
  try {
    model = decodeModel(bytes);
  } catch (error) {
    throw invalid(
      `${source}: expected an ONNX model, got bytes that do not decode (${(error as Error).message})`,
    );
  }
  const text = (model.metadataProps ?? []).find((p) => p.key === 'clifford.spec')?.value;
  if (text === undefined) {
    throw invalid(
      `${source}: expected a model exported by Clifford (metadata clifford.spec), got one without it`,
    );
  }
  const parsed = parseSpec(text);
  if (typeof parsed === 'string') {
    throw invalid(`${source}: expected a run specification in its metadata (clifford.spec), got ${parsed}`);
  }
  const { size } = parsed.dataset;
  const x = model.graph?.input?.find((v) => v.name === 'x');
  const shape = x?.type?.tensorType?.shape?.dim?.map((d) => d.dimParam ?? d.dimValue ?? '?').join(', ');
  if (shape !== `B, 1, ${size}, ${size}`) {
    throw invalid(
      `${source}: its metadata tell of ${size}×${size} images, but its input x is ${shape === undefined ? 'absent' : `(${shape})`}`,
    );
  }
  return parsed;
}

/** The spec, or what is wrong with it. */
function parseSpec(text: string): RunSpec | string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return `text that is not JSON (${(error as Error).message})`;
  }
  const parsed = RunSpec.safeParse(document);
  return parsed.success
    ? parsed.data
    : `one that is not valid: ${z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ')}`;
}
