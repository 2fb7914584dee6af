import { gatherRows, gelu, type Node, reshape } from "../graph/index.ts";
import { tiedCrossEntropy, weightedMean } from "../losses/cross-entropy.ts";
import { dense, type ForwardContext, layerNorm, normal, zeros } from "../nn/index.ts";
import { tokenTable } from "./encoder.ts";
import type { EncoderConfig } from "./encoder-config.ts";

/** Which positions are predicted, and what stands there. */
export interface PredictionTargets {
  /** [n] int: index into the batch's tokens [batch · seq]; no index twice */
  readonly positions: Node;
  /** [n] int */
  readonly labels: Node;
  /** [n] 1 for a prediction that counts, 0 for filling */
  readonly weights: Node;
}

/** BERT's prediction head before the vocabulary: dense, GELU, LayerNorm. hidden [n, hiddenSize]. */
export function lmTransform(context: ForwardContext, config: EncoderConfig, hidden: Node): Node {
  const transformed = dense(context, "lmHead.dense", hidden, config.hiddenSize, {
    initializer: normal(config.initializerStd),
  });
  return layerNorm(
    context,
    "lmHead.norm",
    gelu(transformed, config.isGeluApproximate),
    config.layerNormEpsilon,
  );
}

/** Parameter of the bias of the vocabulary's logits. */
export const LANGUAGE_MODEL_BIAS = "lmHead.bias";

/** Bias of the vocabulary's logits; the weights are the token table's. */
export const lmBias = (context: ForwardContext, config: EncoderConfig): Node =>
  context.parameter(LANGUAGE_MODEL_BIAS, [config.vocabSize], zeros);

/**
 * Mean cross-entropy of the predictions at the given positions: MLM when they are the masked tokens, seq2seq when they
 * are the positions before the tokens of segment 1. sequence [batch, seq, hiddenSize].
 */
export function languageModelLoss(
  context: ForwardContext,
  config: EncoderConfig,
  sequence: Node,
  targets: PredictionTargets,
): Node {
  const [batch, seq] = sequence.shape as [number, number];
  const flat = reshape(sequence, [batch * seq, config.hiddenSize]);
  const hidden = lmTransform(context, config, gatherRows(flat, targets.positions, true));
  const losses = tiedCrossEntropy(
    hidden,
    tokenTable(context, config),
    lmBias(context, config),
    targets.labels,
  );
  return weightedMean(losses, targets.weights);
}
