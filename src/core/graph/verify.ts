import { invariant } from '../base/errors.ts';
import type { Graph, Value } from './graph.ts';
import { sameShape, showType } from './ops.ts';
import { shapeRules } from './shapes.ts';

/**
 * Checks a graph's structure: every operand is defined before its use, every value has the type its rule
 * gives, input names are unique, outputs exist. Run after build, after differentiation, before lowering.
 */
export function verifyGraph(graph: Graph): void {
  const defined = new Set<Value>();
  const inputNames = new Set<string>();
  for (const node of graph.nodes) {
    const label = `node ${node.id} (${node.op})`;
    for (const v of node.inputs)
      invariant(defined.has(v), `${label}: operand %${v.id} is not defined before its use`);
    const types = shapeRules[node.op](node.attrs as never, node.inputs);
    invariant(types.length === node.outputs.length, `${label}: expected ${types.length} outputs`);
    node.outputs.forEach((v, i) => {
      const t = types[i]!;
      const same = v.dtype === t.dtype && sameShape(v.shape, t.shape);
      invariant(same, `${label}: output ${i} says ${showType(v)}, its rule says ${showType(t)}`);
      invariant(v.node === node && v.index === i, `${label}: output ${i} does not point back to its node`);
      invariant(!defined.has(v), `${label}: output ${i} is defined twice`);
      defined.add(v);
    });
    if (node.op === 'input') {
      const { name } = node.attrs as { name: string };
      invariant(!inputNames.has(name), `${label}: the input name ${name} is used twice`);
      inputNames.add(name);
    }
  }
  invariant(graph.outputs.size > 0, 'graph: expected at least one output');
  for (const [name, v] of graph.outputs) invariant(defined.has(v), `output ${name} is not defined`);
  for (const v of graph.inputs) invariant(defined.has(v), `input %${v.id} is not among the nodes`);
}
