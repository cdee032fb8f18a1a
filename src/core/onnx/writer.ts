import type { Value } from '../graph/graph.ts';
import { type OpAttrs, type Shape, type TensorType, sizeOf } from '../graph/ops.ts';
import {
  ATTRIBUTE,
  type AttributeProto,
  ELEMENT,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './proto.ts';

/**
 * - `standard`: only ops of the default ONNX domain, for files that others open
 * - `onnxruntime`: also its `com.microsoft` ops where they are faster
 */
export type Target = 'standard' | 'onnxruntime';

/** How the weight gradient of a convolution is computed; the fastest differs by shape and machine. */
export type WeightGradStrategy = 'conv' | 'windows' | 'im2col';

export interface LoweringOptions {
  readonly target: Target;
  readonly weightGrad: (attrs: OpAttrs['convGradWeight'], x: Shape, dy: Shape) => WeightGradStrategy;
  /** Leading dimension left symbolic under this name: reshapes copy it instead of stating it. */
  readonly batchName: string | null;
}

type AttributeValue = number | string | readonly number[] | { float: number };

function attributeOf(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number') return { name, type: ATTRIBUTE.int, i: value };
  if (typeof value === 'string') return { name, type: ATTRIBUTE.string, s: ascii(value) };
  if (Array.isArray(value)) return { name, type: ATTRIBUTE.ints, ints: [...(value as number[])] };
  return { name, type: ATTRIBUTE.float, f: (value as { float: number }).float };
}

/** ONNX attribute strings are keywords, all ASCII. */
function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** Little-endian bytes of float32 or int64 data. */
function rawBytes(dtype: TensorType['dtype'], data: ArrayLike<number>): Uint8Array {
  const width = dtype === 'float32' ? 4 : 8;
  const bytes = new Uint8Array(data.length * width);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) {
    if (dtype === 'float32') view.setFloat32(i * 4, data[i]!, true);
    else view.setBigInt64(i * 8, BigInt(data[i]!), true);
  }
  return bytes;
}

/** Collects the nodes and initializers of one ONNX graph. */
export class OnnxWriter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly options: LoweringOptions;
  private readonly names = new Map<Value, string>();
  private readonly shared = new Map<string, string>();
  private fresh = 0;
  private usesMicrosoft = false;

  constructor(options: LoweringOptions) {
    this.options = options;
  }

  get needsMicrosoftDomain(): boolean {
    return this.usesMicrosoft;
  }

  bind(value: Value, name: string): void {
    this.names.set(value, name);
  }

  /** The ONNX name of a value (made on first use). */
  name(value: Value): string {
    let n = this.names.get(value);
    if (n === undefined) {
      n = `val_${this.names.size}`;
      this.names.set(value, n);
    }
    return n;
  }

  isBound(value: Value): boolean {
    return this.names.has(value);
  }

  temporary(): string {
    return `tmp_${this.fresh++}`;
  }

  emit(
    opType: string,
    input: string[],
    output: string | readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = '',
  ): string {
    if (domain === 'com.microsoft') this.usesMicrosoft = true;
    const outputs = typeof output === 'string' ? [output] : [...output];
    const attribute = Object.entries(attributes).map(([k, v]) => attributeOf(k, v));
    this.nodes.push({
      opType,
      domain,
      name: `${opType}_${this.nodes.length}`,
      input,
      output: outputs,
      attribute,
    });
    return outputs[0]!;
  }

  /** A node whose single result is a temporary. */
  temp(
    op: string,
    input: string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = '',
  ): string {
    return this.emit(op, input, this.temporary(), attributes, domain);
  }

  initializer(name: string, type: TensorType, data: ArrayLike<number>): string {
    this.initializers.push({
      name,
      dims: [...type.shape],
      dataType: ELEMENT[type.dtype],
      rawData: rawBytes(type.dtype, data),
    });
    return name;
  }

  /** A shared small int64 vector, such as axes or a shape. */
  ints(values: readonly number[]): string {
    return this.sharedConstant(
      `i${values.join('_')}`.replaceAll('-', 'm'),
      {
        dtype: 'int64',
        shape: [values.length],
      },
      values,
    );
  }

  /** A shared scalar int64. */
  int(value: number): string {
    return this.sharedConstant(`is${value}`, { dtype: 'int64', shape: [] }, [value]);
  }

  floats(values: readonly number[], shape: Shape = [values.length]): string {
    return this.sharedConstant(
      `f${values.join('_')}__${shape.join('_')}`,
      { dtype: 'float32', shape },
      values,
    );
  }

  /** A vector of ones, built in the graph where long, so that files stay small. */
  ones(length: number): string {
    if (length <= 64) return this.floats(new Array<number>(length).fill(1));
    const key = `ones${length}`;
    const known = this.shared.get(key);
    if (known) return known;
    this.shared.set(key, key);
    const tensor: AttributeProto = {
      name: 'value',
      type: ATTRIBUTE.tensor,
      t: { dims: [1], dataType: ELEMENT.float32, rawData: rawBytes('float32', [1]) },
    };
    const input = [this.ints([length])];
    this.nodes.push({
      opType: 'ConstantOfShape',
      domain: '',
      name: key,
      input,
      output: [key],
      attribute: [tensor],
    });
    return key;
  }

  valueInfo(value: Value, name: string): ValueInfoProto {
    const dim = value.shape.map((d, i) =>
      i === 0 && this.options.batchName !== null ? { dimParam: this.options.batchName } : { dimValue: d },
    );
    return { name, type: { tensorType: { elemType: ELEMENT[value.dtype], shape: { dim } } } };
  }

  private sharedConstant(key: string, type: TensorType, values: readonly number[]): string {
    const known = this.shared.get(key);
    if (known) return known;
    const name = sizeOf(type.shape) <= 16 ? `c_${key}` : `c${this.shared.size}`;
    this.shared.set(key, name);
    return this.initializer(name, type, values);
  }
}
