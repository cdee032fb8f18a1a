import { invalid } from '../core/base/errors.ts';
import { decodeModel, ELEMENT, type ModelProto, type ValueInfoProto } from '../core/onnx/proto.ts';
import { RunSpec } from '../shared/run-spec.ts';

/** What an exported model says of itself. */
export interface ModelFacts {
  readonly spec: RunSpec;
  readonly step: number;
  readonly weights: 'raw' | 'ema';
}

/**
 * Reads and checks the facts in an exported model's metadata, and that its inputs and outputs are those of a
 * denoiser of that spec.
 * @param source names the file in messages
 * @throws CliffordError INVALID_INPUT when the bytes are no model of ours
 */
export function readModel(bytes: Uint8Array, source: string): ModelFacts {
  const model = decode(bytes, source);
  const metadata = new Map((model.metadataProps ?? []).map((p) => [p.key, p.value]));
  const entry = (key: string): string => {
    const value = metadata.get(key);
    if (value === undefined) {
      throw invalid(`${source}: expected a model exported by Clifford (metadata ${key}), got one without it`);
    }
    return value;
  };
  const spec = parseSpec(entry('clifford.spec'), source);
  const step = Number(entry('clifford.step'));
  const weights = entry('clifford.weights');
  if (!Number.isInteger(step) || step < 0 || (weights !== 'raw' && weights !== 'ema')) {
    throw invalid(
      `${source}: expected a step and raw or ema weights in its metadata, got ${step} and ${weights}`,
    );
  }
  checkInterface(model, spec.dataset.size, source);
  return { spec, step, weights };
}

function decode(bytes: Uint8Array, source: string): ModelProto {
  try {
    return decodeModel(bytes);
  } catch (error) {
    throw invalid(
      `${source}: expected an ONNX model, got bytes that do not decode (${(error as Error).message})`,
    );
  }
}

function parseSpec(text: string, source: string): RunSpec {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(`${source}: expected JSON in the metadata clifford.spec, got ${text.slice(0, 40)} …`);
  }
  const parsed = RunSpec.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const where = issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
    throw invalid(`${source}: the spec in its metadata is not valid: ${where}${issue.message}`);
  }
  return parsed.data;
}

/** x (B, 1, N, N) float32, t (B) int64, label (B, 2) float32 → eps (B, 1, N, N) float32, B symbolic. */
function checkInterface({ graph }: ModelProto, size: number, source: string): void {
  const image = ['B', 1, size, size];
  const expected: [string, readonly ValueInfoProto[] | undefined, number, readonly (string | number)[]][] = [
    ['x', graph?.input, ELEMENT.float32, image],
    ['t', graph?.input, ELEMENT.int64, ['B']],
    ['label', graph?.input, ELEMENT.float32, ['B', 2]],
    ['eps', graph?.output, ELEMENT.float32, image],
  ];
  for (const [name, values, element, shape] of expected) {
    const got = values?.find((v) => v.name === name)?.type.tensorType;
    const dims = got?.shape.dim.map((d) => d.dimParam ?? d.dimValue ?? '?');
    if (got?.elemType === element && String(dims) === String(shape)) continue;
    const found = dims
      ? `element type ${got!.elemType} of shape (${dims.join(', ')})`
      : 'nothing of that name';
    throw invalid(
      `${source}: expected ${name} of element type ${element} and shape (${shape.join(', ')}), got ${found}`,
    );
  }
}
