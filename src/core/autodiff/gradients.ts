import { invalid } from '../base/errors.ts';
import { add, broadcastTo } from '../graph/build.ts';
import type { Node, Value } from '../graph/graph.ts';
import { sizeOf } from '../graph/ops.ts';
import { type GradientRule, gradientRules, isDifferentiable } from './rules.ts';

/**
 * Reverse-mode differentiation of a scalar (or of ⟨loss, seed⟩): appends the backward pass to the loss's
 * graph and returns ∂loss/∂v for each v of `wrt`, zeros where the loss does not depend on it.
 */
export function gradients(loss: Value, wrt: readonly Value[], seed?: Value): Value[] {
  if (!seed && sizeOf(loss.shape) !== 1) {
    throw invalid(`gradients: expected a scalar loss, got shape [${loss.shape.join(',')}]`);
  }
  const builder = loss.node.builder;
  const order = reachable(loss);
  const active = activeValues(order, wrt);
  const grads = new Map<Value, Value>();
  const accumulate = (v: Value, g: Value) => {
    const before = grads.get(v);
    grads.set(v, before ? add(before, g) : g);
  };
  accumulate(loss, seed ?? broadcastTo(builder.scalar(1), loss.shape));

  for (const node of order.reverse()) {
    const outGrads = node.outputs.map((v) => grads.get(v) ?? null);
    if (outGrads.every((g) => g === null) || !node.inputs.some((v) => active.has(v))) continue;
    const rule = gradientRules[node.op] as GradientRule<unknown>;
    const wants = (i: number) => active.has(node.inputs[i]!);
    const inGrads = rule({ ...node, grads: outGrads, wants });
    inGrads.forEach((g, i) => {
      if (g && wants(i)) accumulate(node.inputs[i]!, g);
    });
  }
  return wrt.map((v) => grads.get(v) ?? broadcastTo(builder.scalar(0), v.shape));
}

/** Nodes that `v` depends on, in topological order. */
function reachable(v: Value): Node[] {
  const seen = new Set<Node>();
  const stack = [v.node];
  while (stack.length) {
    const n = stack.pop()!;
    if (seen.has(n)) continue;
    seen.add(n);
    for (const i of n.inputs) stack.push(i.node);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** Values that depend on `wrt` through differentiable ops: only their gradients are computed. */
function activeValues(order: readonly Node[], wrt: readonly Value[]): Set<Value> {
  const active = new Set<Value>(wrt);
  for (const node of order) {
    if (isDifferentiable(node) && node.inputs.some((v) => active.has(v))) {
      for (const v of node.outputs) active.add(v);
    }
  }
  return active;
}
