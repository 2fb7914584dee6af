import type { Feeds } from "../backend/cpu-session.ts";
import {
  type CompileOptions,
  compileForward,
  compilePullBack,
  type ForwardGraph,
  type PullBackStep,
} from "../backend/cpu-step.ts";
import { SeededRandom } from "../data/seeded-random.ts";
import { gradients, input, type Node } from "../graph/index.ts";
import type { GradientSet, ParameterSet } from "../parameters.ts";
import { sumGradients } from "./gradient-sum.ts";

/**
 * Gradient caching (Gao et al. 2021, 2101.06983) for losses over vectors of a large virtual batch:
 * pass 1 computes all vectors without gradient and g = ∂loss/∂vectors; pass 2 encodes each micro-batch again with the
 * same dropout and pulls its part of g back. Equal to the gradient of the whole batch at 1.3 times its compute and a
 * micro-batch's memory.
 */
export interface GradientCacheOptions extends CompileOptions {
  /** Vectors [rows, size] of one micro-batch. */
  readonly encode: () => Node;
  /** Loss over the vectors [microBatches · rows, size] of all micro-batches; may have inputs of its own. */
  readonly loss: (vectors: Node) => Node;
  readonly microBatches: number;
}

export interface CachedGradients {
  readonly loss: number;
  readonly gradients: GradientSet;
}

/** The three compiled graphs. The loss may depend on the vectors and on fed values, not on parameters. */
export class GradientCache {
  readonly #encoder: ForwardGraph;
  readonly #loss: ForwardGraph;
  readonly #pullBack: PullBackStep;

  private constructor(encoder: ForwardGraph, loss: ForwardGraph, pullBack: PullBackStep) {
    this.#encoder = encoder;
    this.#loss = loss;
    this.#pullBack = pullBack;
  }

  static async compile(options: GradientCacheOptions): Promise<GradientCache> {
    const vectors = options.encode();
    const [rows, size] = vectors.shape as [number, number];
    const all = input("vectors", "float", [options.microBatches * rows, size]);
    const loss = options.loss(all);
    const cotangent = input("cotangent", "float", [rows, size]);
    return new GradientCache(
      await compileForward({ vectors }, options),
      await compileForward({ loss, slope: gradients(loss, [all])[0]! }, options),
      await compilePullBack([{ node: vectors, cotangent }], options),
    );
  }

  /** @param lossFeeds what the loss reads beside the vectors */
  async run(
    parameters: ParameterSet,
    microBatches: readonly Feeds[],
    lossFeeds: Feeds,
    random: SeededRandom,
  ): Promise<CachedGradients> {
    const states = [];
    const parts: Float32Array[] = [];
    for (const feeds of microBatches) {
      states.push(random.state());
      parts.push((await this.#encoder.run(parameters, feeds, random)).vectors as Float32Array);
    }
    const { loss, slope } = await this.#loss.run(parameters, { ...lossFeeds, vectors: joined(parts) });
    const gradientsOfParts: { gradients: GradientSet; weight: number }[] = [];
    for (const [k, feeds] of microBatches.entries()) {
      const cotangent = (slope as Float32Array).subarray(k * parts[k]!.length, (k + 1) * parts[k]!.length);
      const masks = SeededRandom.restore(states[k]!);
      gradientsOfParts.push({
        gradients: await this.#pullBack.run(parameters, { ...feeds, cotangent }, masks),
        weight: 1,
      });
    }
    return { loss: Number(loss![0]), gradients: sumGradients(gradientsOfParts) };
  }

  async release(): Promise<void> {
    await Promise.all([this.#encoder.release(), this.#loss.release(), this.#pullBack.release()]);
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
