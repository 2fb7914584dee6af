import { DEFAULT_POLICY, type ParameterPolicy } from "./optimizer.ts";

/**
 * Layer-wise rate decay: the last layer gets the full rate, each layer below `decay` times the one above it, the
 * embeddings `decay` times the first layer.
 *
 * @param depthOf layer of a parameter counted from 0, -1 for embeddings, null for heads (full rate)
 */
export function layerWiseRate(
  numLayers: number,
  decay: number,
  depthOf: (name: string) => number | null,
): ParameterPolicy {
  return {
    ...DEFAULT_POLICY,
    rateScale(name) {
      const depth = depthOf(name);
      return depth === null ? 1 : decay ** (numLayers - 1 - depth);
    },
  };
}
