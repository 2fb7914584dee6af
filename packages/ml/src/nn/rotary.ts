import { cast, constant, cos, mul, type Node, reshape, sin } from "../graph/index.ts";

/** Angles per step of the pairs of one head: θ_i = base^(−2i / headDim). */
export function rotaryFrequencies(headDim: number, base: number): number[] {
  return Array.from({ length: headDim / 2 }, (_, i) => base ** ((-2 * i) / headDim));
}

export interface RotaryTables {
  readonly cosines: Node;
  readonly sines: Node;
}

/**
 * Cosines and sines for positions [seq] (int or float): [seq, headDim / 2]; for positions [batch, seq]:
 * [batch, 1, seq, headDim / 2]. Interleaved pairs, as RoFormer rotates them.
 */
export function rotaryTables(positions: Node, headDim: number, base: number): RotaryTables {
  const frequencies = constant(rotaryFrequencies(headDim, base), [headDim / 2]);
  const [first, second] = positions.shape;
  const column = second === undefined ? [first!, 1] : [first!, 1, second, 1];
  const angles = mul(reshape(cast(positions, "float"), column), frequencies);
  return { cosines: cos(angles), sines: sin(angles) };
}

/**
 * Base that stretches the rotation for texts `factor` times longer than those of training, "NTK-aware": the slowest pair
 * turns `factor` times slower, the fastest keeps its speed.
 */
export function ntkAwareBase(base: number, factor: number, headDim: number): number {
  return base * factor ** (headDim / (headDim - 2));
}
