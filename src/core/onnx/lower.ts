import type { Graph } from '../graph/graph.ts';
import type { OpAttrs } from '../graph/ops.ts';
import { verifyGraph } from '../graph/verify.ts';
import { lowerNode, OPSET } from './lowerings.ts';
import { encodeModel, type ModelProto } from './proto.ts';
import { type LoweringOptions, OnnxWriter } from './writer.ts';

export interface LowerOptions extends Partial<LoweringOptions> {
  readonly name?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly producerVersion?: string;
  readonly doc?: string;
}

/** Lowers a graph to the bytes of an ONNX model (IR version 9, opset 20). */
export function lowerToOnnx(graph: Graph, options: LowerOptions = {}): Uint8Array {
  return encodeModel(lowerToModel(graph, options));
}

export function lowerToModel(graph: Graph, options: LowerOptions = {}): ModelProto {
  verifyGraph(graph);
  const w = new OnnxWriter({
    target: options.target ?? 'standard',
    weightGrad: options.weightGrad ?? (() => 'conv'),
    batchName: options.batchName ?? null,
  });
  for (const v of graph.inputs) w.bind(v, (v.node.attrs as OpAttrs['input']).name);
  for (const node of graph.nodes) {
    if (node.op === 'constant') {
      const { name } = node.attrs as OpAttrs['constant'];
      if (name !== undefined) w.bind(node.outputs[0]!, name);
    }
  }
  // An output takes its value's name directly; a second name for the same value (or an input) is an Identity.
  const copies: [from: string, to: string][] = [];
  for (const [name, v] of graph.outputs) {
    if (w.isBound(v)) copies.push([w.name(v), name]);
    else w.bind(v, name);
  }
  for (const node of graph.nodes) lowerNode(node, w);
  for (const [from, to] of copies) w.emit('Identity', [from], to);

  const microsoft = w.needsMicrosoftDomain ? [{ domain: 'com.microsoft', version: 1 }] : [];
  return {
    irVersion: 9,
    producerName: 'clifford',
    ...(options.producerVersion ? { producerVersion: options.producerVersion } : {}),
    ...(options.doc ? { docString: options.doc } : {}),
    opsetImport: [{ domain: '', version: OPSET }, ...microsoft],
    graph: {
      name: options.name ?? 'graph',
      node: w.nodes,
      initializer: w.initializers,
      input: graph.inputs.map((v) => w.valueInfo(v, w.name(v))),
      output: [...graph.outputs].map(([name, v]) => w.valueInfo(v, name)),
    },
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
  };
}
