/**
 * A contrastive loss over more pairs than fit into memory at once: several batches are encoded one after the other and
 * compared as one, by gradient caching. Accumulating their gradients would not do, since negatives would then be those
 * of each batch alone.
 */
import type { Feeds } from "../backend/cpu-session.ts";
import type { CompileOptions, TrainStep } from "../backend/cpu-step.ts";
import { concat, input, type Node } from "../graph/index.ts";
import { ForwardContext } from "../nn/forward-context.ts";
import type { LoraAdapter } from "../nn/lora.ts";
import { GradientCache } from "./gradient-cache.ts";
import type { InputMaker, Objective } from "./objective.ts";

/** A loss that sees a batch only through the vectors of its rows. */
export interface VirtualObjective<Batch> {
  shapeKey(batch: Batch): string;
  feeds(batch: Batch): Feeds;
  size(batch: Batch): number;
  /** Vectors [rows, size] of one batch. */
  encode(context: ForwardContext, makeInput: InputMaker, batch: Batch): Node;
  /** Loss over the vectors [batches · rows, size] of all batches, which have one shape. */
  loss(vectors: Node, batch: Batch, batches: number): Node;
}

/** The objective whose batch is a list of batches of one shape. `define` is the same loss as one graph. */
export function virtualBatch<Batch>(virtual: VirtualObjective<Batch>): Objective<readonly Batch[]> {
  return {
    virtual: virtual as VirtualObjective<unknown>,
    size: (batches) => batches.reduce((sum, batch) => sum + virtual.size(batch), 0),
    shapeKey: (batches) => `${batches.length} of ${virtual.shapeKey(batches[0]!)}`,
    feeds: (batches) =>
      Object.fromEntries(
        batches.flatMap((batch, k) =>
          Object.entries(virtual.feeds(batch)).map(([key, data]) => [`${k}/${key}`, data]),
        ),
      ),
    define(context, makeInput, batches) {
      const vectors = batches.map((batch, k) =>
        virtual.encode(context, (key, dtype, shape) => makeInput(`${k}/${key}`, dtype, shape), batch),
      );
      return { loss: virtual.loss(concat(vectors, 0), batches[0]!, batches.length), metrics: {} };
    },
  };
}

/** A step that reads the feeds of `virtualBatch` and encodes batch by batch; its metric is `loss`. */
export async function compileVirtual(
  virtual: VirtualObjective<unknown>,
  batches: readonly unknown[],
  adapter: LoraAdapter | null,
  options: CompileOptions,
): Promise<TrainStep> {
  const cache = await GradientCache.compile({
    ...options,
    encode: () => virtual.encode(new ForwardContext(true, adapter), input, batches[0]),
    loss: (vectors) => virtual.loss(vectors, batches[0], batches.length),
    microBatches: batches.length,
  });
  return {
    async run(parameters, feeds, random) {
      const parts = batches.map((_, k) => feedsUnder(`${k}/`, feeds));
      const { loss, gradients } = await cache.run(parameters, parts, {}, random);
      return { loss, gradients, metrics: { loss: Float32Array.of(loss) } };
    },
    release: () => cache.release(),
  };
}

const feedsUnder = (prefix: string, feeds: Feeds): Feeds =>
  Object.fromEntries(
    Object.entries(feeds)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, data]) => [key.slice(prefix.length), data]),
  );
