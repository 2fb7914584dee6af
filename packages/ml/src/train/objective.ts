import type { Feeds, FetchedArray } from "../backend/cpu-session.ts";
import { type CompileOptions, compileTrainStep, type TrainStep } from "../backend/cpu-step.ts";
import { type DType, input, type Node, type Shape } from "../graph/index.ts";
import { add, mul } from "../graph/ops.ts";
import { ForwardContext } from "../nn/forward-context.ts";
import type { LoraAdapter } from "../nn/lora.ts";
import { sumGradients, type WeightedGradients } from "./gradient-sum.ts";
import type { TrainTask } from "./task.ts";
import { compileVirtual, type VirtualObjective } from "./virtual-batch.ts";

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
  /** Set where a batch is several that are encoded one after the other (virtual-batch.ts). */
  readonly virtual?: VirtualObjective<unknown>;
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
 * Parameters of the same name are shared; metrics are named `<objective>/<metric>`. Virtual batches are compiled apart.
 *
 * @param adapter low-rank updates learned beside the layers' weights; freeze the others (`frozenUnderLora`)
 */
export function combinedTask<Batches extends Record<string, unknown>>(
  objectives: {
    readonly [K in keyof Batches & string]: WeightedObjective<Batches[K]>;
  },
  adapter: LoraAdapter | null = null,
): TrainTask<Batches> {
  const parts = Object.entries(objectives) as [string, WeightedObjective<unknown>][];
  const isVirtual = parts.some(([, { objective }]) => objective.virtual !== undefined);
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
    define: (batch) => defineParts(parts, batch, adapter),
    ...(isVirtual ? { compile: (batch, options) => compileParts(parts, batch, adapter, options) } : {}),
  };
}

type Parts = readonly (readonly [name: string, part: WeightedObjective<unknown>])[];

/** All parts as one graph. */
function defineParts(parts: Parts, batch: Record<string, unknown>, adapter: LoraAdapter | null) {
  const context = new ForwardContext(true, adapter);
  const metrics: Record<string, Node> = {};
  const terms = parts.map(([name, { objective, weight }]) => {
    const makeInput: InputMaker = (key, dtype, shape) => input(`${name}/${key}`, dtype, shape);
    const nodes = objective.define(context, makeInput, batch[name]);
    metrics[`${name}/loss`] = nodes.loss;
    for (const [key, node] of Object.entries(nodes.metrics)) metrics[`${name}/${key}`] = node;
    return mul(nodes.loss, weight);
  });
  return { loss: terms.reduce((a, b) => add(a, b)), metrics, specs: context.specs() };
}

/** One graph for the parts with a batch each, and one step for every virtual batch. */
async function compileParts(
  parts: Parts,
  batch: Record<string, unknown>,
  adapter: LoraAdapter | null,
  options: CompileOptions,
): Promise<TrainStep> {
  const steps: NamedStep[] = [];
  const plain = parts.filter(([, { objective }]) => objective.virtual === undefined);
  if (plain.length > 0) {
    const step = await compileTrainStep(defineParts(plain, batch, adapter), options);
    steps.push({ prefixes: plain.map(([name]) => `${name}/`), prefix: "", weight: 1, step });
  }
  for (const [name, { objective, weight }] of parts) {
    if (objective.virtual === undefined) continue;
    const step = await compileVirtual(objective.virtual, batch[name] as unknown[], adapter, options);
    steps.push({ prefixes: [`${name}/`], prefix: `${name}/`, weight, step });
  }
  return sumOfSteps(steps);
}

interface NamedStep {
  /** Feeds that the step reads. */
  readonly prefixes: readonly string[];
  /** What its own names lack. */
  readonly prefix: string;
  readonly weight: number;
  readonly step: TrainStep;
}

function sumOfSteps(steps: readonly NamedStep[]): TrainStep {
  return {
    async run(parameters, feeds, random) {
      let loss = 0;
      const metrics: Record<string, FetchedArray> = {};
      const gradients: WeightedGradients[] = [];
      for (const { prefixes, prefix, weight, step } of steps) {
        const own = Object.entries(feeds).filter(([key]) => prefixes.some((start) => key.startsWith(start)));
        const named = Object.fromEntries(own.map(([key, data]) => [key.slice(prefix.length), data]));
        const result = await step.run(parameters, named, random);
        loss += weight * result.loss;
        for (const [key, value] of Object.entries(result.metrics)) metrics[prefix + key] = value;
        gradients.push({ gradients: result.gradients, weight });
      }
      return { loss, metrics, gradients: sumGradients(gradients) };
    },
    async release() {
      await Promise.all(steps.map(({ step }) => step.release()));
    },
  };
}
