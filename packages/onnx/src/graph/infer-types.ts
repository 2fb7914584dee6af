import type { OnnxGraph, OnnxNode, ValueType } from "../model.ts";
import type { Tensor } from "../tensor.ts";
import { findOpRule } from "./op-rules.ts";
import { ShapeError } from "./shape.ts";

export interface InferredTypes {
  /** by value name; values of unknown ops and their users are missing */
  readonly types: ReadonlyMap<string, ValueType>;
  /** nodes that do not fit their inputs */
  readonly errors: readonly { readonly node: OnnxNode; readonly message: string }[];
}

/** Types of every value of a graph whose nodes are in order, from its inputs and initializers. */
export function inferTypes(graph: OnnxGraph): InferredTypes {
  const types = new Map<string, ValueType>();
  const errors: { node: OnnxNode; message: string }[] = [];
  for (const { name, dtype, shape } of graph.inputs) types.set(name, { dtype, shape });
  for (const [name, { dtype, shape }] of graph.initializers) types.set(name, { dtype, shape });
  for (const node of graph.nodes) {
    const rule = findOpRule(node.domain, node.op);
    const inputs = node.inputs.map((name) => types.get(name) ?? null);
    const isComplete = node.inputs.every((name, k) => name === "" || inputs[k] !== null);
    if (rule === null || !isComplete) continue;
    const constants = node.inputs.map((name): Tensor | null => graph.initializers.get(name) ?? null);
    try {
      const outputs = rule.infer({ node, inputs, constants });
      node.outputs.forEach((name, k) => {
        const type = outputs[k];
        if (name !== "" && type) types.set(name, type);
      });
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      errors.push({ node, message: error.message });
    }
  }
  return { types, errors };
}
