import {
  add,
  div,
  exp,
  GraphError,
  greater,
  indices,
  log,
  matmul,
  maximum,
  minimum,
  mul,
  type Node,
  reduceSum,
  reshape,
  rotary,
  softmax,
  transpose,
  where,
} from "../graph/index.ts";
import { dense, type ForwardContext, paddingBias, type RotaryTables, rotaryTables } from "../nn/index.ts";
import type { EncoderInputs } from "./encoder.ts";
import type { EncoderConfig } from "./encoder-config.ts";
import { localHeadBias } from "./local-heads.ts";
import { projectionInit } from "./projection-init.ts";

/** What every layer's attention reads beside its own input. */
export interface AttentionInputs {
  readonly tables: RotaryTables;
  /** additive scores, broadcasting to [batch, heads, seq, seq] */
  readonly bias: Node;
  /** [batch, seq] 0/1 */
  readonly mask: Node;
  /** [batch, 1, 1, 1] factor of the scores; null: 1 */
  readonly scale: Node | null;
}

export function attentionInputs(config: EncoderConfig, inputs: EncoderInputs): AttentionInputs {
  const positions = inputs.positions ?? indices(inputs.tokenIds, 1);
  const padding = paddingBias(inputs.mask);
  if (config.hasLinearAttention && inputs.bias)
    throw new GraphError("linear attention cannot mask single pairs of tokens");
  return {
    tables: rotaryTables(positions, config.hiddenSize / config.numAttentionHeads, config.rotaryBase),
    bias: inputs.bias ? add(inputs.bias, padding) : padding,
    mask: inputs.mask,
    scale: config.logScaleLength ? logLengthScale(inputs.mask, config.logScaleLength) : null,
  };
}

/**
 * log_m n for texts of n tokens, at least 1 (n ≤ m is what training saw): [batch, 1, 1, 1] from mask [batch, seq].
 * Source: J. Su, "entropy invariance of attention", 2021.
 */
export function logLengthScale(mask: Node, trainedLength: number): Node {
  const lengths = maximum(reduceSum(mask, [1]), trainedLength);
  return reshape(mul(log(lengths), 1 / Math.log(trainedLength)), [mask.shape[0]!, 1, 1, 1]);
}

/** Multi-head self-attention with rotary positions: x [batch, seq, hidden] → the same shape. */
export function selfAttention(
  context: ForwardContext,
  config: EncoderConfig,
  name: string,
  x: Node,
  inputs: AttentionInputs,
): Node {
  const { hiddenSize, numAttentionHeads } = config;
  const headDim = hiddenSize / numAttentionHeads;
  const [batch, seq] = [x.shape[0]!, x.shape[1]!];
  const hasBias = !config.isBiasFree;
  // [batch, seq, hidden] → [batch, heads, seq, headDim]
  const heads = (part: "query" | "key" | "value", role: "queryKey" | "inner"): Node => {
    const projected = dense(context, `${name}.${part}`, x, hiddenSize, {
      initializer: projectionInit(config, role),
      biasInitializer: localHeadBias(config, part),
      hasBias,
    });
    return transpose(reshape(projected, [batch, seq, numAttentionHeads, headDim]), [0, 2, 1, 3]);
  };
  const [query, key, value] = [heads("query", "queryKey"), heads("key", "queryKey"), heads("value", "inner")];
  const mixed = config.hasLinearAttention
    ? linearAttention(query, key, value, inputs)
    : softmaxAttention(context, config, query, key, value, inputs);
  const joined = reshape(transpose(mixed, [0, 2, 1, 3]), [batch, seq, hiddenSize]);
  return dense(context, `${name}.output`, joined, hiddenSize, {
    initializer: projectionInit(config, "last"),
    hasBias,
  });
}

function softmaxAttention(
  context: ForwardContext,
  config: EncoderConfig,
  query: Node,
  key: Node,
  value: Node,
  { tables: { cosines, sines }, bias, scale }: AttentionInputs,
): Node {
  const turned = rotary(scale ? mul(query, scale) : query, cosines, sines);
  // Without 1/√d the scores of independent unit-variance queries and keys have variance d and softmax saturates.
  const alpha = 1 / Math.sqrt(query.shape.at(-1) as number);
  const scores = matmul(turned, rotary(key, cosines, sines), { transposeB: true, alpha });
  const weights = context.dropout(softmax(add(scores, bias)), config.attentionDropout);
  return matmul(weights, value);
}

/** elu(x) + 1, positive everywhere (2006.16236). */
function feature(x: Node): Node {
  // The unused branch must not overflow: its gradient would be 0 · ∞.
  return where(greater(x, 0), add(x, 1), exp(minimum(x, 0)));
}

/**
 * Attention with φ(q)·φ(k) in place of e^(q·k), computed in linear time; as in the RoFormer paper only the numerator is
 * rotated, so that the denominator stays positive. All [batch, heads, seq, headDim].
 */
function linearAttention(
  query: Node,
  key: Node,
  value: Node,
  { tables: { cosines, sines }, mask }: AttentionInputs,
): Node {
  const [batch, heads, , headDim] = query.shape;
  const features = feature(query);
  const keyFeatures = mul(feature(key), reshape(mask, [batch!, 1, mask.shape[1]!, 1]));
  const summary = matmul(rotary(keyFeatures, cosines, sines), value, { transposeA: true });
  const total = reshape(reduceSum(keyFeatures, [2]), [batch!, heads!, headDim!, 1]);
  return div(matmul(rotary(features, cosines, sines), summary), matmul(features, total));
}
