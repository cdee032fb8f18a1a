import type { Graph, Node, Value } from './graph.ts';
import { showType } from './ops.ts';

/** The graph as text, one node a line, values numbered in order: stable, for snapshots and for reading. */
export function printGraph(graph: Graph): string {
  const names = new Map<Value, string>();
  const lines: string[] = [];
  for (const node of graph.nodes) {
    for (const v of node.outputs) names.set(v, `%${names.size}`);
    const left = node.outputs.map((v) => `${names.get(v)}: ${showType(v)}`).join(', ');
    lines.push(`${left} = ${node.op}(${node.inputs.map((v) => names.get(v)).join(', ')})${showAttrs(node)}`);
  }
  for (const [name, v] of graph.outputs) lines.push(`return ${name} = ${names.get(v)}`);
  return lines.join('\n') + '\n';
}

function showAttrs(node: Node): string {
  if (node.op === 'constant') {
    const { data } = node.attrs as { data: ArrayLike<number> };
    return data.length <= 8 ? ` {${Array.from(data).join(', ')}}` : ` {${data.length} values}`;
  }
  if (node.op === 'input') return ` {${(node.attrs as { name: string }).name}}`;
  const text = Object.entries(node.attrs)
    .map(([k, v]) => `${k}=${JSON.stringify(v)}`)
    .join(', ');
  return text ? ` {${text}}` : '';
}
