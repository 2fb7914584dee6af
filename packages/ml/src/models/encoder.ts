import {
  add,
  div,
  exp,
  gatherRows,
  gelu,
  indices,
  matmul,
  mul,
  type Node,
  reduceSum,
  reshape,
  rotary,
  slice,
  softmax,
  transpose,
} from "../graph/index.ts";
import {
  dense,
  type ForwardContext,
  type Initializer,
  layerNorm,
  normal,
  paddingBias,
  type RotaryTables,
  rotaryTables,
  zeros,
} from "../nn/index.ts";
import type { EncoderConfig } from "./encoder-config.ts";

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
}

export interface Encoded {
  /** [batch, seq, hiddenSize] */
  readonly sequence: Node;
  /** [batch, hiddenSize] */
  readonly pooled: Node;
}

/** Runs the encoder: embeds, passes the layers, pools. */
export function encode(context: ForwardContext, config: EncoderConfig, inputs: EncoderInputs): Encoded {
  const { numHiddenLayers } = config;
  let x = embed(context, config, inputs);
  if (numHiddenLayers > 0) {
    const positions = inputs.positions ?? indices(inputs.tokenIds, 1);
    const tables = rotaryTables(positions, config.hiddenSize / config.numAttentionHeads, config.rotaryBase);
    const padding = paddingBias(inputs.mask);
    const bias = inputs.bias ? add(inputs.bias, padding) : padding;
    for (let layer = 0; layer < numHiddenLayers; layer++)
      x = encoderLayer(context, config, `layers.${layer}`, x, bias, tables);
  }
  return { sequence: x, pooled: pool(context, config, inputs, x) };
}

/** The token table [vocabSize, hiddenSize]; tied with the output of the language-model head. */
export function tokenTable(context: ForwardContext, config: EncoderConfig): Node {
  return context.parameter(
    "embeddings.token",
    [config.vocabSize, config.hiddenSize],
    normal(config.initializerStd),
  );
}

function embed(
  context: ForwardContext,
  config: EncoderConfig,
  { tokenIds, segmentIds }: EncoderInputs,
): Node {
  let x = gatherRows(tokenTable(context, config), tokenIds);
  if (config.typeVocabSize > 0) {
    const shape = [config.typeVocabSize, config.hiddenSize];
    const table = context.parameter("embeddings.segment", shape, normal(config.initializerStd));
    x = add(x, segmentIds ? gatherRows(table, segmentIds) : slice(table, 0, 0, 1));
  }
  if (config.hasEmbeddingNorm) x = layerNorm(context, "embeddings.norm", x, config.layerNormEpsilon);
  return context.dropout(x, config.hiddenDropout);
}

function encoderLayer(
  context: ForwardContext,
  config: EncoderConfig,
  name: string,
  x: Node,
  bias: Node,
  tables: RotaryTables,
): Node {
  const attended = residual(context, config, `${name}.attention`, x, (input) =>
    selfAttention(context, config, `${name}.attention`, input, bias, tables),
  );
  return residual(context, config, `${name}.feedForward`, attended, (input) =>
    feedForward(context, config, `${name}.feedForward`, input),
  );
}

/** α of DeepNorm's residual for an encoder of N layers. */
export const deepNormAlpha = (layers: number): number => (2 * layers) ** 0.25;
/** β, the gain of DeepNorm's feed-forward, value and output projections. */
export const deepNormBeta = (layers: number): number => (8 * layers) ** -0.25;

function residual(
  context: ForwardContext,
  config: EncoderConfig,
  name: string,
  x: Node,
  f: (x: Node) => Node,
): Node {
  const norm = (value: Node): Node => layerNorm(context, `${name}.norm`, value, config.layerNormEpsilon);
  const branch = (value: Node): Node => context.dropout(f(value), config.hiddenDropout);
  switch (config.normPlacement) {
    case "post":
      return norm(add(x, branch(x)));
    case "pre":
      return add(x, branch(norm(x)));
    case "deep":
      return norm(add(mul(x, deepNormAlpha(config.numHiddenLayers)), branch(x)));
  }
}

/** Initial weights of the projections inside a block; DeepNorm scales all but queries and keys by β. */
function projectionInit(config: EncoderConfig, role: "queryKey" | "inner" | "last"): Initializer {
  if (role === "last" && config.hasZeroInitResidual) return zeros;
  const gain =
    config.normPlacement === "deep" && role !== "queryKey" ? deepNormBeta(config.numHiddenLayers) : 1;
  return normal(config.initializerStd * gain);
}

function selfAttention(
  context: ForwardContext,
  config: EncoderConfig,
  name: string,
  x: Node,
  bias: Node,
  { cosines, sines }: RotaryTables,
): Node {
  const { hiddenSize, numAttentionHeads } = config;
  const headDim = hiddenSize / numAttentionHeads;
  const [batch, seq] = [x.shape[0]!, x.shape[1]!];
  // [batch, seq, hidden] → [batch, heads, seq, headDim]
  const heads = (part: string, role: "queryKey" | "inner"): Node => {
    const projected = dense(context, `${name}.${part}`, x, hiddenSize, {
      initializer: projectionInit(config, role),
    });
    return transpose(reshape(projected, [batch, seq, numAttentionHeads, headDim]), [0, 2, 1, 3]);
  };
  const query = rotary(heads("query", "queryKey"), cosines, sines);
  const key = rotary(heads("key", "queryKey"), cosines, sines);
  const value = heads("value", "inner");
  // Without 1/√d the scores of independent unit-variance queries and keys have variance d and softmax saturates.
  const scores = matmul(query, key, { transposeB: true, alpha: 1 / Math.sqrt(headDim) });
  const weights = context.dropout(softmax(add(scores, bias)), config.attentionDropout);
  const mixed = reshape(transpose(matmul(weights, value), [0, 2, 1, 3]), [batch, seq, hiddenSize]);
  return dense(context, `${name}.output`, mixed, hiddenSize, { initializer: projectionInit(config, "last") });
}

function feedForward(context: ForwardContext, config: EncoderConfig, name: string, x: Node): Node {
  const inner = dense(context, `${name}.inner`, x, config.intermediateSize, {
    initializer: projectionInit(config, "inner"),
  });
  return dense(context, `${name}.output`, gelu(inner, config.isGeluApproximate), config.hiddenSize, {
    initializer: projectionInit(config, "last"),
  });
}

function pool(context: ForwardContext, config: EncoderConfig, inputs: EncoderInputs, x: Node): Node {
  const { hiddenSize } = config;
  const [batch, seq] = [x.shape[0]!, x.shape[1]!];
  if (config.pooling === "cls") {
    const first = reshape(slice(x, 1, 0, 1), [batch, hiddenSize]);
    return dense(context, "pooler", first, hiddenSize, { initializer: normal(config.initializerStd) });
  }
  let weights = inputs.poolMask ?? inputs.mask;
  if (config.pooling === "weighted") {
    const table = context.parameter("pooling.tokenWeights", [config.vocabSize, 1], zeros);
    weights = mul(weights, exp(reshape(gatherRows(table, inputs.tokenIds), [batch, seq])));
  }
  const shares = div(weights, reduceSum(weights, [1], true));
  return reshape(matmul(reshape(shares, [batch, 1, seq]), x), [batch, hiddenSize]);
}
