import {
  add,
  concat,
  div,
  exp,
  gatherRows,
  matmul,
  mul,
  type Node,
  reduceSum,
  reshape,
  slice,
} from "../graph/index.ts";
import { dense, type ForwardContext, layerNorm, normal, rmsNorm, zeros } from "../nn/index.ts";
import { type AttentionInputs, attentionInputs, selfAttention } from "./attention.ts";
import type { EncoderConfig } from "./encoder-config.ts";
import { feedForward } from "./feed-forward.ts";
import { deepNormAlpha } from "./projection-init.ts";
import { inputsOfGroup, joinGroups, rowGroups } from "./row-groups.ts";

/** Token ids and what restricts attention among them. */
export interface EncoderInputs {
  /** [batch, seq] int */
  readonly tokenIds: Node;
  /** [batch, seq] 1 for real tokens, 0 for padding */
  readonly mask: Node;
  /** [batch, seq] int; needed when the model has segment embeddings, zeros when left out */
  readonly segmentIds?: Node;
  /** Further additive scores that broadcast to [batch, heads, seq, seq], such as UniLM's mask */
  readonly bias?: Node;
  /** [batch, seq] 1 for tokens that are pooled (mean and weighted pooling); `mask` when left out */
  readonly poolMask?: Node;
  /** [seq] or [batch, seq]; 0, 1, 2, … when left out */
  readonly positions?: Node;
  /** Factor of every residual branch under post-norm, a scalar: RoFormerV2 raises it from 0 to 1 early in training */
  readonly residualScale?: Node;
}

export interface Encoded {
  /** [batch, seq, hiddenSize] */
  readonly sequence: Node;
  /** [batch, hiddenSize] */
  readonly pooled: Node;
}

/** What all layers share. */
interface LayerContext {
  readonly context: ForwardContext;
  readonly config: EncoderConfig;
  readonly attention: AttentionInputs;
  readonly residualScale: Node | null;
}

/** Runs the encoder: embeds, passes the layers, pools. In training, large batches go through it group by group. */
export function encode(context: ForwardContext, config: EncoderConfig, inputs: EncoderInputs): Encoded {
  const groups = rowGroups(context, config, inputs.tokenIds);
  if (groups.length === 1) return encodeTogether(context, config, inputs);
  return joinGroups(groups.map((group) => encodeTogether(context, config, inputsOfGroup(inputs, group))));
}

/**
 * The pooled vectors of a bag (no layers, weighted pooling) from how often each text has each token, [texts, vocabSize]
 * float: one product with the whole table, where `encode` looks up every token of every text. The same function, and
 * faster when the tokens of a batch are many times the vocabulary.
 */
export function poolCounts(context: ForwardContext, config: EncoderConfig, counts: Node): Node {
  const { hiddenSize } = config;
  const table = embedTable(context, config);
  const weights = exp(poolingWeights(context, config));
  // The sum of the weights comes along as one more column.
  const sums = matmul(counts, concat([mul(table, weights), weights], 1));
  return div(slice(sums, 1, 0, hiddenSize), slice(sums, 1, hiddenSize, hiddenSize + 1));
}

/** Whether `poolCounts` computes the model while it is trained. */
export const isBag = (config: EncoderConfig): boolean =>
  config.numHiddenLayers === 0 && config.pooling === "weighted" && config.hiddenDropout === 0;

function encodeTogether(context: ForwardContext, config: EncoderConfig, inputs: EncoderInputs): Encoded {
  let x = embed(context, config, inputs);
  if (config.numHiddenLayers > 0) {
    const shared: LayerContext = {
      context,
      config,
      attention: attentionInputs(config, inputs),
      residualScale: inputs.residualScale ?? null,
    };
    for (let layer = 0; layer < config.numHiddenLayers; layer++)
      x = encoderLayer(shared, `layers.${layer}`, x);
  }
  return { sequence: x, pooled: pool(context, config, inputs, x) };
}

/** Parameter of the token table. */
export const TOKEN_TABLE = "embeddings.token";

/** The token table [vocabSize, hiddenSize]; tied with the output of the language-model head. */
export function tokenTable(context: ForwardContext, config: EncoderConfig): Node {
  return context.parameter(TOKEN_TABLE, [config.vocabSize, config.hiddenSize], normal(config.initializerStd));
}

function embed(
  context: ForwardContext,
  config: EncoderConfig,
  { tokenIds, segmentIds }: EncoderInputs,
): Node {
  let x = gatherRows(tokenTable(context, config), tokenIds);
  if (config.typeVocabSize > 0) {
    const table = segmentTable(context, config);
    x = add(x, segmentIds ? gatherRows(table, segmentIds) : slice(table, 0, 0, 1));
  }
  if (config.hasEmbeddingNorm) x = norm(context, config, "embeddings.norm", x);
  return context.dropout(x, config.hiddenDropout);
}

/** Every entry of the vocabulary as `embed` gives it, in the first segment: [vocabSize, hiddenSize]. */
function embedTable(context: ForwardContext, config: EncoderConfig): Node {
  const tokens = tokenTable(context, config);
  const x = config.typeVocabSize > 0 ? add(tokens, slice(segmentTable(context, config), 0, 0, 1)) : tokens;
  return config.hasEmbeddingNorm ? norm(context, config, "embeddings.norm", x) : x;
}

function segmentTable(context: ForwardContext, config: EncoderConfig): Node {
  const shape = [config.typeVocabSize, config.hiddenSize];
  return context.parameter("embeddings.segment", shape, normal(config.initializerStd));
}

/** Parameter of the logarithms of the weights in pooling. */
export const POOLING_WEIGHTS = "pooling.tokenWeights";

/** Logarithms of the weights in pooling, [vocabSize, 1]. */
function poolingWeights(context: ForwardContext, config: EncoderConfig): Node {
  return context.parameter(POOLING_WEIGHTS, [config.vocabSize, 1], zeros);
}

/** What tokens count in weighted pooling: [batch, seq] from ids [batch, seq]. */
export function tokenWeights(context: ForwardContext, config: EncoderConfig, tokenIds: Node): Node {
  return exp(reshape(gatherRows(poolingWeights(context, config), tokenIds), tokenIds.shape));
}

/** LayerNorm with scale and bias, or RMS normalisation without either. */
function norm(context: ForwardContext, config: EncoderConfig, name: string, x: Node): Node {
  return config.isRmsNorm
    ? rmsNorm(x, config.layerNormEpsilon)
    : layerNorm(context, name, x, config.layerNormEpsilon);
}

function encoderLayer(shared: LayerContext, name: string, x: Node): Node {
  const { context, config, attention } = shared;
  const attended = residual(shared, `${name}.attention`, x, (input) =>
    selfAttention(context, config, `${name}.attention`, input, attention),
  );
  return residual(shared, `${name}.feedForward`, attended, (input) =>
    feedForward(context, config, `${name}.feedForward`, input),
  );
}

function residual(
  { context, config, residualScale }: LayerContext,
  name: string,
  x: Node,
  f: (x: Node) => Node,
): Node {
  const normed = (value: Node): Node => norm(context, config, `${name}.norm`, value);
  const branch = (value: Node): Node => {
    const result = context.dropout(f(value), config.hiddenDropout);
    return residualScale ? mul(result, residualScale) : result;
  };
  switch (config.normPlacement) {
    case "post":
      return normed(add(x, branch(x)));
    case "pre":
      return add(x, branch(normed(x)));
    case "deep":
      return normed(add(mul(x, deepNormAlpha(config.numHiddenLayers)), branch(x)));
  }
}

function pool(context: ForwardContext, config: EncoderConfig, inputs: EncoderInputs, x: Node): Node {
  const { hiddenSize } = config;
  const [batch, seq] = [x.shape[0]!, x.shape[1]!];
  if (config.pooling === "cls") {
    const first = reshape(slice(x, 1, 0, 1), [batch, hiddenSize]);
    return dense(context, "pooler", first, hiddenSize, {
      initializer: normal(config.initializerStd),
      hasBias: !config.isBiasFree,
    });
  }
  let weights = inputs.poolMask ?? inputs.mask;
  if (config.pooling === "weighted") {
    weights = mul(weights, tokenWeights(context, config, inputs.tokenIds));
  }
  const shares = div(weights, reduceSum(weights, [1], true));
  return reshape(matmul(reshape(shares, [batch, 1, seq]), x), [batch, hiddenSize]);
}
