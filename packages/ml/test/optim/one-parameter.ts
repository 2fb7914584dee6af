import type { Optimizer } from "../../src/optim/index.ts";
import { type Gradient, type ParameterSet, parameterSet } from "../../src/parameters.ts";

/** One parameter "w", a matrix of two columns unless a shape is given. */
export function weights(
  values: readonly number[],
  shape: readonly number[] = [values.length / 2, 2],
): ParameterSet {
  return parameterSet([["w", { data: Float32Array.from(values), shape }]]);
}

export const dense = (values: readonly number[]): Gradient => ({
  kind: "dense",
  data: Float32Array.from(values),
});

export const rows = (indices: readonly number[], values: readonly number[]): Gradient => ({
  kind: "rows",
  rows: Int32Array.from(indices),
  data: Float32Array.from(values),
});

/** Applies gradients one after the other and returns the values of "w". */
export function run(
  optimizer: Optimizer,
  parameters: ParameterSet,
  gradients: readonly Gradient[],
  learningRate: number,
): number[] {
  for (const gradient of gradients) optimizer.update(parameters, new Map([["w", gradient]]), learningRate);
  return [...parameters.get("w").data];
}

/** Largest difference of two lists of equal length. */
export function distance(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) throw new RangeError(`lengths differ: ${a.length} and ${b.length}`);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}
