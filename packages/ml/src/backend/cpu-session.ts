import { encodeModel, type OnnxModel } from "@cool-papers/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";

export interface CpuSessionOptions {
  /** threads of one op; 2 when left out */
  readonly threads?: number;
  /**
   * onnxruntime's graph rewriting; "basic" when left out. Its further fusions make a training step 7 % slower
   * (SkipLayerNormalization) and are wrong for float64 (QuickGelu); inference graphs gain from "all".
   */
  readonly optimization?: "disabled" | "basic" | "extended" | "all";
  /**
   * Threads wait for the next op in a loop instead of sleeping; false when left out. For a machine that has nothing else to
   * do: on a shared one it slows everything, this session included.
   */
  readonly isSpinning?: boolean;
}

/** Plain arrays by input name. */
export type Feeds = Readonly<
  Record<string, Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array>
>;
export type FetchedArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** A value that was not fed, or one of the wrong size. */
export class FeedError extends Error {
  override readonly name = "FeedError";
}

/** Shapes of fed values by input name. */
export type FeedShapes = Readonly<Record<string, readonly number[]>>;

/** One ONNX graph on the CPU provider. */
export class CpuSession {
  readonly #session: InferenceSession;
  readonly #model: OnnxModel;

  private constructor(session: InferenceSession, model: OnnxModel) {
    this.#session = session;
    this.#model = model;
  }

  static async create(model: OnnxModel, options: CpuSessionOptions = {}): Promise<CpuSession> {
    const session = await InferenceSession.create(encodeModel(model), {
      executionProviders: ["cpu"],
      intraOpNumThreads: options.threads ?? 2,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: options.optimization ?? "basic",
      logSeverityLevel: 3,
      // Where threads spin, they stop at the end of a run: the optimiser's time is not theirs.
      extra: {
        // Gradients of weights turn a factor once for several products (graph/lower.ts); this would undo it.
        optimization: { disable_specified_optimizers: "GemmTransposeFusion" },
        session: { intra_op: { allow_spinning: options.isSpinning ? "1" : "0" }, force_spinning_stop: "1" },
      },
    });
    return new CpuSession(session, model);
  }

  /**
   * Runs the graph. The arrays that come back are copies and belong to the caller; onnxruntime-node makes them even where
   * it is given arrays to write to.
   * @param shapes shapes of the inputs whose shape the graph leaves open
   */
  async run(feeds: Feeds, shapes: FeedShapes = {}): Promise<Record<string, FetchedArray>> {
    const tensors: Record<string, Tensor> = {};
    for (const { name, dtype, shape: declared } of this.#model.graph.inputs) {
      const data = feeds[name];
      const shape = shapes[name] ?? declared;
      if (data === undefined) throw new FeedError(`the graph's input "${name}" was not fed`);
      const expected = shape.reduce<number>((product, dim) => product * (dim as number), 1);
      if (data.length !== expected) {
        throw new FeedError(
          `input "${name}" [${shape.join(", ")}] needs ${expected} values, not ${data.length}`,
        );
      }
      tensors[name] = new Tensor(dtype as "float32", data as Float32Array, shape as number[]);
    }
    const results = await this.#session.run(tensors);
    return Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => [name, tensor.data as FetchedArray]),
    );
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
