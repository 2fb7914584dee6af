import type { Feeds } from "../backend/cpu-session.ts";
import type { CompileOptions, TrainStep } from "../backend/cpu-step.ts";
import type { StepDefinition } from "../backend/step-graph.ts";
import type { ParameterSpec } from "../nn/forward-context.ts";

/** What is trained: how a batch becomes a graph and its feeds. */
export interface TrainTask<Batch> {
  /** Batches of one key share one compiled graph: name all sizes that the graph depends on. */
  graphKey(batch: Batch): string;
  define(batch: Batch): StepDefinition & { readonly specs: readonly ParameterSpec[] };
  feeds(batch: Batch): Feeds;
  /** How a step is compiled where it is more than one graph; when left out, `define`'s graph with its gradients. */
  compile?(batch: Batch, options: CompileOptions): Promise<TrainStep>;
  /** How many examples the batch holds, for throughput and for weighing accumulated batches. */
  size(batch: Batch): number;
}
