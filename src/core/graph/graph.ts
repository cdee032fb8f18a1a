import { invalid, invariant } from '../base/errors.ts';
import { type OpAttrs, type OpName, type Shape, type TensorType, showType } from './ops.ts';
import { shapeRules } from './shapes.ts';

/** One result of a node. Values are immutable; identity is the object. */
export interface Value extends TensorType {
  readonly id: number;
  readonly node: Node;
  readonly index: number;
}

export interface Node<K extends OpName = OpName> {
  readonly id: number;
  readonly op: K;
  readonly attrs: OpAttrs[K];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly builder: GraphBuilder;
}

/** A finished program: nodes in topological order, only those that the outputs need. */
export interface Graph {
  readonly inputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly outputs: ReadonlyMap<string, Value>;
}

/** Constants up to this many elements are shared when equal. */
const SHARED_CONSTANT_LIMIT = 64;

/** Grows a graph; equal nodes (same op, attributes and inputs) are made once. */
export class GraphBuilder {
  private readonly nodes: Node[] = [];
  private readonly known = new Map<string, Node>();
  private readonly inputNames = new Map<string, Value>();
  private values = 0;

  op<K extends OpName>(op: K, inputs: readonly Value[], attrs: OpAttrs[K]): readonly Value[] {
    for (const v of inputs) invariant(v.node.builder === this, `${op}: input of another graph`);
    const key = this.keyOf(op, inputs, attrs);
    const found = key === null ? undefined : this.known.get(key);
    if (found) return found.outputs;
    const types = shapeRules[op](attrs, inputs);
    for (const t of types) {
      if (t.shape.some((d) => !Number.isInteger(d) || d < 1)) {
        throw invalid(`${op}: expected positive integer dimensions, got ${showType(t)}`);
      }
    }
    const outputs: Value[] = [];
    const node: Node<K> = { id: this.nodes.length, op, attrs, inputs, outputs, builder: this };
    const erased = node as unknown as Node;
    types.forEach((t, index) => {
      outputs.push({ id: this.values++, node: erased, index, dtype: t.dtype, shape: t.shape });
    });
    this.nodes.push(erased);
    if (key !== null) this.known.set(key, erased);
    return outputs;
  }

  /** For ops with a single output. */
  one<K extends OpName>(op: K, inputs: readonly Value[], attrs: OpAttrs[K]): Value {
    return this.op(op, inputs, attrs)[0]!;
  }

  input(name: string, shape: Shape, dtype: TensorType['dtype'] = 'float32'): Value {
    if (this.inputNames.has(name)) throw invalid(`input: the name ${name} is taken`);
    const v = this.one('input', [], { name, type: { dtype, shape } });
    this.inputNames.set(name, v);
    return v;
  }

  scalar(value: number): Value {
    return this.one('constant', [], { data: [value], type: { dtype: 'float32', shape: [] } });
  }

  constant(data: Float32Array, shape: Shape, name?: string): Value {
    const type: TensorType = { dtype: 'float32', shape };
    return this.one('constant', [], name === undefined ? { data, type } : { data, type, name });
  }

  /** The program that computes `outputs`; nodes they do not need are left out, inputs are all kept. */
  finish(outputs: Record<string, Value>): Graph {
    const needed = new Set<Node>();
    const stack = Object.values(outputs).map((v) => v.node);
    while (stack.length) {
      const n = stack.pop()!;
      if (needed.has(n)) continue;
      needed.add(n);
      for (const v of n.inputs) stack.push(v.node);
    }
    for (const [name, v] of Object.entries(outputs)) {
      invariant(v.node.builder === this, `output ${name} belongs to another graph`);
    }
    return {
      inputs: [...this.inputNames.values()],
      // Nodes are created after their inputs, so creation order is a topological order.
      nodes: this.nodes.filter((n) => needed.has(n) || n.op === 'input'),
      outputs: new Map(Object.entries(outputs)),
    };
  }

  private keyOf(op: OpName, inputs: readonly Value[], attrs: OpAttrs[OpName]): string | null {
    if (op === 'input') return null;
    if (op === 'constant') {
      const { data, type, name } = attrs as OpAttrs['constant'];
      if (name !== undefined || data.length > SHARED_CONSTANT_LIMIT) return null;
      // Object.is semantics: -0 and 0 differ.
      const shown = Array.from(data, (v) => (Object.is(v, -0) ? '-0' : String(v))).join();
      return `constant|${showType(type)}|${shown}`;
    }
    return `${op}|${inputs.map((v) => v.id).join()}|${JSON.stringify(attrs)}`;
  }
}
