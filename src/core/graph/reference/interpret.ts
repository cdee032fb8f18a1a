import { invalid } from '../../base/errors.ts';
import type { Graph, Value } from '../graph.ts';
import { type OpAttrs, sameShape, showType } from '../ops.ts';
import { type Kernel, kernels } from './kernels.ts';
import type { NdArray } from './ndarray.ts';

/** Evaluates a graph by the reference kernels, in float64. Feeds by input name; results by output name. */
export function interpret(graph: Graph, feeds: Readonly<Record<string, NdArray>>): Record<string, NdArray> {
  const values = new Map<Value, NdArray>();
  for (const node of graph.nodes) {
    if (node.op === 'input') {
      const { name, type } = node.attrs as OpAttrs['input'];
      const fed = feeds[name];
      if (!fed || !sameShape(fed.shape, type.shape)) {
        const got = fed ? `[${fed.shape.join(',')}]` : 'nothing';
        throw invalid(`interpret: input ${name} expects ${showType(type)}, got ${got}`);
      }
      values.set(node.outputs[0]!, fed);
      continue;
    }
    const kernel = kernels[node.op] as Kernel<unknown>;
    const inputs = node.inputs.map((v) => values.get(v)!);
    kernel(node.attrs, inputs, node.outputs).forEach((y, i) => values.set(node.outputs[i]!, y));
  }
  return Object.fromEntries([...graph.outputs].map(([name, v]) => [name, values.get(v)!]));
}
