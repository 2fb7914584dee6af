import { type Initializer, normal, zeros } from "../nn/initializers.ts";
import type { EncoderConfig } from "./encoder-config.ts";

/** α of DeepNorm's residual (2203.00555) for an encoder of N layers. */
export const deepNormAlpha = (layers: number): number => (2 * layers) ** 0.25;
/** β, the gain of DeepNorm's feed-forward, value and output projections. */
export const deepNormBeta = (layers: number): number => (8 * layers) ** -0.25;

/** Initial weights of the projections inside a block; DeepNorm scales all but queries and keys by β. */
export function projectionInit(config: EncoderConfig, role: "queryKey" | "inner" | "last"): Initializer {
  if (role === "last" && config.hasZeroInitResidual) return zeros;
  const isScaled = config.normPlacement === "deep" && role !== "queryKey";
  return normal(config.initializerStd * (isScaled ? deepNormBeta(config.numHiddenLayers) : 1));
}
