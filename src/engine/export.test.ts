import type { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { Rng } from '../core/base/rng.ts';
import { makeSchedule } from '../core/diffusion/schedule.ts';
import { NO_LABEL } from '../core/nn/embedding.ts';
import { ModelSpec } from '../core/nn/spec.ts';
import {
  decodeModel,
  ELEMENT,
  encodeModel,
  type ModelProto,
  type ValueInfoProto,
} from '../core/onnx/proto.ts';
import { RunSpec } from '../shared/run-spec.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { tapsOf } from './export.ts';
import { readModel } from './read-model.ts';
import { float32, int64, openSession } from './onnxruntime/session.ts';
import { doubleConvModel, tinySpec } from './testing/tiny-spec.ts';
import { untrainedModel } from './testing/untrained-model.ts';

const plain = tinySpec();
const specs: [string, RunSpec][] = [
  ['residual', plain],
  ['v-prediction, label drop', tinySpec({ diffusion: { prediction: 'v' }, training: { labelDrop: 0.1 } })],
  ['doubleConv', { ...plain, model: ModelSpec.parse(doubleConvModel) }],
  ['circular', tinySpec({ dataset: { boundary: 'periodic', heldOut: [] }, model: { padding: 'circular' } })],
];

const SIZE = 8;

function inputs(batch: number, seed = 1) {
  const rng = new Rng(seed, 'noise', batch);
  return {
    x: Float32Array.from({ length: batch * SIZE * SIZE }, () => rng.normal()),
    t: BigInt64Array.from({ length: batch }, () => BigInt(rng.int(plain.diffusion.timesteps))),
    label: Float32Array.from({ length: 2 * batch }, () => SIZE * rng.uniform()),
  };
}

async function run(session: InferenceSession, { x, t, label }: ReturnType<typeof inputs>) {
  const batch = t.length;
  return session.run({
    x: float32(x, [batch, 1, SIZE, SIZE]),
    t: int64(t, [batch]),
    label: float32(label, [batch, 2]),
  });
}

function describeValue({ name, type }: ValueInfoProto) {
  const { elemType, shape } = type.tensorType;
  return [name, elemType, shape.dim.map((d) => d.dimParam ?? d.dimValue)];
}

describe.each(specs)('exported %s model', (_, spec) => {
  const bytes = untrainedModel(spec);
  const model = decodeModel(bytes);

  it('uses the standard ops of opset 20 alone, so that any ONNX tool takes it', () => {
    expect(model.irVersion).toBe(9);
    expect(model.opsetImport.map((o) => [o.domain ?? '', o.version])).toEqual([['', 20]]);
    expect([...new Set(model.graph.node.map((n) => n.domain ?? ''))]).toEqual(['']);
  });

  it('has the documented inputs and output, the batch symbolic everywhere', () => {
    const { float32: F, int64: I } = ELEMENT;
    expect(model.graph.input.map(describeValue)).toEqual([
      ['x', F, ['B', 1, SIZE, SIZE]],
      ['t', I, ['B']],
      ['label', F, ['B', 2]],
    ]);
    expect(model.graph.output.map(describeValue)).toEqual([['eps', F, ['B', 1, SIZE, SIZE]]]);
  });

  it('tells its spec, schedule and version', () => {
    const metadata = Object.fromEntries(model.metadataProps.map((p) => [p.key, p.value]));
    expect(RunSpec.parse(JSON.parse(metadata['clifford.spec']!))).toEqual(spec);
    expect(JSON.parse(metadata['clifford.beta']!)).toEqual([...makeSchedule(spec.diffusion).beta]);
    expect(JSON.parse(metadata['clifford.taps']!)).toEqual(tapsOf(spec));
    const noLabel = spec.training.labelDrop > 0 ? { 'clifford.noLabel': String(NO_LABEL) } : {};
    expect(metadata).toMatchObject({
      'clifford.version': packageJson.version,
      'clifford.step': '12',
      'clifford.weights': 'ema',
      'clifford.timesteps': '50',
      ...noLabel,
    });
    expect('clifford.noLabel' in metadata).toBe(spec.training.labelDrop > 0);
    expect(model).toMatchObject({ producerName: 'clifford', producerVersion: packageJson.version });
    expect(readModel(bytes, 'model.onnx').spec).toEqual(spec);
  });

  it('gives an image the same ε alone as in batches of 3 and 64', async () => {
    const session = await openSession(bytes);
    const pixels = SIZE * SIZE;
    const all = inputs(64);
    const whole = (await run(session, all)).eps!;
    expect(whole.dims).toEqual([64, 1, SIZE, SIZE]);
    for (const [from, count] of [
      [0, 1],
      [41, 1],
      [20, 3],
    ] as const) {
      const { eps } = await run(session, {
        x: all.x.slice(from * pixels, (from + count) * pixels),
        t: all.t.slice(from, from + count),
        label: all.label.slice(2 * from, 2 * (from + count)),
      });
      (eps!.data as Float32Array).forEach((v, i) => {
        // Other batch sizes choose other kernels and other orders of float32 sums.
        expect(Math.abs(v - (whole.data as Float32Array)[from * pixels + i]!)).toBeLessThan(1e-5);
      });
    }
    await session.release();
  });

  it('depends on t and on both labels', async () => {
    const session = await openSession(bytes);
    const start = { ...inputs(1), t: 7n, label: [2, 3] };
    const eps = async ({ t, label }: { t: bigint; label: number[] }) =>
      (
        await run(session, {
          x: start.x,
          t: BigInt64Array.of(t),
          label: Float32Array.from(label),
        })
      ).eps!.data as Float32Array;
    const base = await eps(start);
    for (const change of [{ t: 40n }, { label: [5, 3] }, { label: [2, 6] }]) {
      const other = await eps({ ...start, ...change });
      expect(Math.max(...other.map((v, i) => Math.abs(v - base[i]!)))).toBeGreaterThan(1e-4);
    }
    await session.release();
  });

  it('with taps gives the same ε and each tap as a further output', async () => {
    const taps = tapsOf(spec);
    const withTaps = untrainedModel(spec, taps);
    const decoded = decodeModel(withTaps);
    expect(decoded.graph.output.map((o) => o.name)).toEqual(['eps', ...taps]);
    const dims = (o: ValueInfoProto) => o.type.tensorType.shape.dim.map((d) => d.dimParam ?? d.dimValue);
    const [one, two] = [await openSession(bytes), await openSession(withTaps)];
    const out = await run(two, inputs(3));
    expect(out.eps!.data).toEqual((await run(one, inputs(3))).eps!.data);
    for (const value of decoded.graph.output) {
      const shape = dims(value).map((d) => (d === 'B' ? 3 : d));
      expect([value.name, out[value.name]!.dims]).toEqual([value.name, shape]);
    }
    const encoder = out['down2']!;
    const spread = new Set(encoder.data as Float32Array);
    expect(spread.size).toBeGreaterThan(encoder.data.length / 2);
    await one.release();
    await two.release();
  });
});

describe('exportModel', () => {
  it('refuses a tap that the network does not have, naming those it has', () => {
    expect(() => untrainedModel(plain, ['down7'])).toThrow(
      'tap: got "down7", expected one of conditioning, stem, down1, down2, bottleneck1, up1, up2',
    );
  });

  it('exports ε for v-prediction: at t = 0 and zero weights it is √(1−ᾱ₀)·x', async () => {
    // ε = √ᾱ v + √(1−ᾱ) x with v = 0; a model whose output layer is zero predicts v = 0.
    const spec = tinySpec({ diffusion: { prediction: 'v' } });
    const model = decodeModel(untrainedModel(spec));
    for (const tensor of model.graph.initializer) {
      if (tensor.name?.startsWith('out.')) tensor.rawData = new Uint8Array(tensor.rawData!.length);
    }
    const session = await openSession(encodeModel(model));
    const { x } = inputs(1);
    const { eps } = await run(session, { x, t: BigInt64Array.of(0n), label: Float32Array.of(1, 1) });
    const scale = makeSchedule(spec.diffusion).sqrtOneMinusAlphaBar[0]!;
    (eps!.data as Float32Array).forEach((v, i) => expect(v).toBeCloseTo(scale * x[i]!, 6));
    await session.release();
  });
});

describe('readModel', () => {
  const changed = (change: (model: ModelProto) => void): Uint8Array => {
    const model = decodeModel(untrainedModel(plain));
    change(model);
    return encodeModel(model);
  };
  const setSpec = (value: string) =>
    changed((model) => {
      model.metadataProps.find((p) => p.key === 'clifford.spec')!.value = value;
    });

  it.each([
    ['no ONNX at all', () => new TextEncoder().encode('weights'), 'expected an ONNX model'],
    ['a truncated model', () => untrainedModel(plain).slice(0, 1500), 'expected an ONNX model'],
    [
      'another program’s model',
      () => changed((model) => (model.metadataProps = [])),
      'expected a model exported by Clifford',
    ],
    ['a spec that is not JSON', () => setSpec('{'), 'expected JSON in the metadata clifford.spec, got { …'],
    [
      'a spec with a field that no one knows',
      () => setSpec(JSON.stringify({ ...plain, colour: 'red' })),
      'the spec in its metadata is not valid: Unrecognized key: "colour"',
    ],
    [
      'a spec of other images',
      () => setSpec(JSON.stringify({ ...plain, dataset: { ...plain.dataset, size: 16 } })),
      'expected x of element type 1 and shape (B, 1, 16, 16), got element type 1 of shape (B, 1, 8, 8)',
    ],
    [
      'a model whose label input is gone',
      () => changed((model) => (model.graph.input = model.graph.input.filter((v) => v.name !== 'label'))),
      'expected label of element type 1 and shape (B, 2), got nothing of that name',
    ],
    [
      'a model with a fixed batch',
      () => changed((model) => (model.graph.output[0]!.type.tensorType.shape.dim[0] = { dimValue: 4 })),
      'expected eps of element type 1 and shape (B, 1, 8, 8), got element type 1 of shape (4, 1, 8, 8)',
    ],
  ])('refuses %s in one sentence that names the file', (_, make, message) => {
    const read = () => readModel(make(), 'home/model.onnx');
    expect(read).toThrow(/^home\/model\.onnx: [^\n]+$/);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});
