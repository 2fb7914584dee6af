import type { Feeds } from "../backend/cpu-session.ts";
import { type DType, input, type Node, type Shape } from "../graph/index.ts";
import { add, mul } from "../graph/ops.ts";
import { ForwardContext } from "../nn/forward-context.ts";
import type { TrainTask } from "./task.ts";

/** Makes inputs of the graph; the names are the objective's own. */
export type InputMaker = (name: string, dtype: DType, shape: Shape) => Node;

export interface ObjectiveNodes {
  /** scalar */
  readonly loss: Node;
  readonly metrics: Readonly<Record<string, Node>>;
}

/** One term of a training loss: what it reads of a batch and what it computes. */
export interface Objective<Batch> {
  /** Batches of one key give one graph: name all sizes that the graph depends on. */
  shapeKey(batch: Batch): string;
  define(context: ForwardContext, makeInput: InputMaker, batch: Batch): ObjectiveNodes;
  /** by the names that `define` asked for */
  feeds(batch: Batch): Feeds;
  size(batch: Batch): number;
}

/** Trains one objective alone. */
export function taskOf<Batch>(objective: Objective<Batch>): TrainTask<Batch> {
  return {
    size: (batch) => objective.size(batch),
    graphKey: (batch) => objective.shapeKey(batch),
    feeds: (batch) => objective.feeds(batch),
    define(batch) {
      const context = new ForwardContext(true);
      const nodes = objective.define(context, input, batch);
      return { ...nodes, specs: context.specs() };
    },
  };
}

export interface WeightedObjective<Batch> {
  readonly objective: Objective<Batch>;
  readonly weight: number;
}

/**
 * Trains several objectives at once on one model: the loss is their weighted sum, a batch holds one part for each.
 * Parameters of the same name are shared; metrics are named `<objective>/<metric>`.
 */
export function combinedTask<Batches extends Record<string, unknown>>(
  objectives: {
    readonly [K in keyof Batches & string]: WeightedObjective<Batches[K]>;
  },
): TrainTask<Batches> {
  const parts = Object.entries(objectives) as [string, WeightedObjective<unknown>][];
  return {
    size: (batch) => parts.reduce((sum, [name, { objective }]) => sum + objective.size(batch[name]), 0),
    graphKey: (batch) =>
      parts.map(([name, { objective }]) => `${name} ${objective.shapeKey(batch[name])}`).join("; "),
    feeds: (batch) =>
      Object.fromEntries(
        parts.flatMap(([name, { objective }]) =>
          Object.entries(objective.feeds(batch[name])).map(([key, data]) => [`${name}/${key}`, data]),
        ),
      ),
    define(batch) {
      const context = new ForwardContext(true);
      const metrics: Record<string, Node> = {};
      const terms = parts.map(([name, { objective, weight }]) => {
        const makeInput: InputMaker = (key, dtype, shape) => input(`${name}/${key}`, dtype, shape);
        const nodes = objective.define(context, makeInput, batch[name]);
        metrics[`${name}/loss`] = nodes.loss;
        for (const [key, node] of Object.entries(nodes.metrics)) metrics[`${name}/${key}`] = node;
        return mul(nodes.loss, weight);
      });
      return { loss: terms.reduce((a, b) => add(a, b)), metrics, specs: context.specs() };
    },
  };
}
