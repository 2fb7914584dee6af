import { CpuSession } from "../src/backend/cpu-session.ts";
import { SeededRandom } from "../src/data/seeded-random.ts";
import {
  decomposeGraph,
  gradients,
  input,
  type LoweringTarget,
  lowerGraph,
  mul,
  type Node,
  reduceSum,
  topologicalOrder,
} from "../src/graph/index.ts";
import { constant } from "../src/graph/ops.ts";

export const FLOAT64: LoweringTarget = { opSet: "cpu", precision: "float64" };

/** Uniform values in [low, high). */
export function uniform(count: number, random: SeededRandom, low = -1, high = 1): number[] {
  return Array.from({ length: count }, () => low + (high - low) * random.next());
}

export const sizeOf = (shape: readonly unknown[]): number => (shape as number[]).reduce((a, b) => a * b, 1);

export interface CheckOptions {
  readonly seed?: number;
  /** range of the random inputs */
  readonly low?: number;
  readonly high?: number;
  /** feeds for inputs that are no floats */
  readonly integers?: Readonly<Record<string, Int32Array>>;
  /** rewrite in elementary ops before differentiating */
  readonly isDecomposed?: boolean;
}

/**
 * Compares the gradients of Σ weights·build(inputs) with central differences in float64 and returns the largest
 * |difference| / max(1, |gradient|) over all elements of all inputs.
 */
export async function gradientError(
  shapes: readonly (readonly number[])[],
  build: (...inputs: Node[]) => Node,
  options: CheckOptions = {},
): Promise<number> {
  const random = new SeededRandom(options.seed ?? 1);
  const leaves = shapes.map((shape, k) => input(`x${k}`, "float", shape));
  const values = shapes.map((shape) =>
    Float64Array.from(uniform(sizeOf(shape), random, options.low ?? -1, options.high ?? 1)),
  );
  const built = build(...leaves);
  const output = options.isDecomposed ? decomposeGraph([built])[0]! : built;
  const weights = constant(uniform(sizeOf(output.shape), random), output.shape as number[]);
  const loss = reduceSum(mul(output, weights));
  const slopes = gradients(loss, leaves);
  const outputs = new Map<string, Node>([["loss", loss]]);
  slopes.forEach((slope, k) => {
    if (slope) outputs.set(`g${k}`, slope);
  });
  const both = await session(outputs);
  const forward = await session(new Map([["loss", loss]]));
  const feeds = (): Record<string, Float64Array | Int32Array> => ({
    ...Object.fromEntries(values.map((data, k) => [`x${k}`, data])),
    ...options.integers,
  });
  const found = await both.run(feeds());
  const lossAt = async (): Promise<number> => (await forward.run(feeds())).loss![0] as number;
  let worst = 0;
  for (const [k, data] of values.entries()) {
    for (let i = 0; i < data.length; i++) {
      const expected = await centralDifference(data, i, lossAt);
      const actual = (found[`g${k}`]?.[i] as number | undefined) ?? 0;
      worst = Math.max(worst, Math.abs(actual - expected) / Math.max(1, Math.abs(expected)));
    }
  }
  await both.release();
  await forward.release();
  return worst;
}

async function centralDifference(
  data: Float64Array,
  i: number,
  lossAt: () => Promise<number>,
): Promise<number> {
  const held = data[i]!;
  const step = 1e-5;
  data[i] = held + step;
  const above = await lossAt();
  data[i] = held - step;
  const below = await lossAt();
  data[i] = held;
  return (above - below) / (2 * step);
}

async function session(outputs: ReadonlyMap<string, Node>) {
  // Inputs that a gradient alone does not need are fed all the same.
  const { model } = lowerGraph(outputs, { target: FLOAT64 });
  return CpuSession.create(model, { threads: 1, optimization: "disabled" });
}

/** Evaluates nodes in one precision; inputs by name. */
export async function evaluate(
  nodes: Readonly<Record<string, Node>>,
  feeds: Readonly<Record<string, ArrayLike<number>>>,
  target: LoweringTarget = { opSet: "cpu", precision: "float32" },
): Promise<Record<string, number[]>> {
  const { model } = lowerGraph(new Map(Object.entries(nodes)), { target });
  const runner = await CpuSession.create(model, {
    threads: 1,
    optimization: target.precision === "float64" ? "disabled" : "all",
  });
  const arrays = model.graph.inputs.map(({ name, dtype }) => {
    const values = feeds[name]!;
    return [
      name,
      dtype === "int32"
        ? Int32Array.from(values)
        : dtype === "float64"
          ? Float64Array.from(values)
          : Float32Array.from(values),
    ] as const;
  });
  const results = await runner.run(Object.fromEntries(arrays));
  await runner.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, data]) => [name, Array.from(data as Float32Array, Number)]),
  );
}

export function usesKind(node: Node, kind: Node["op"]["kind"]): boolean {
  return topologicalOrder([node]).some(({ op }) => op.kind === kind);
}
