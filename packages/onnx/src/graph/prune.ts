import type { OnnxModel } from "../model.ts";

/** Drops nodes and initializers that no output needs. Inputs stay: they are the model's interface. */
export function pruneModel(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const kept = graph.nodes.toReversed().filter((node) => {
    const isNeeded = node.outputs.some((name) => needed.has(name));
    if (isNeeded) for (const name of node.inputs) needed.add(name);
    return isNeeded;
  });
  const initializers = new Map([...graph.initializers].filter(([name]) => needed.has(name)));
  return { ...model, graph: { ...graph, nodes: kept.reverse(), initializers } };
}
