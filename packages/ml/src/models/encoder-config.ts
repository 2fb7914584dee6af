/** Where the normalisation of a residual block stands. */
export type NormPlacement =
  /** LN(x + F(x)), BERT's and RoFormer's */
  | "post"
  /** x + F(LN(x)) */
  | "pre"
  /** LN(α·x + F(x)) with α = (2N)^(1/4), DeepNorm (2203.00555) */
  | "deep";

/** How one vector comes out of the sequence. */
export type Pooling =
  /** the first token, through a linear layer `pooler` */
  | "cls"
  /** the mean over real tokens */
  | "mean"
  /** the mean weighted by exp(w), one learned w per vocabulary entry */
  | "weighted";

/**
 * A RoFormer encoder (2104.09864). With no layers and weighted pooling it is a bag of token embeddings: the same
 * parameters go on being trained when layers are added.
 */
export interface EncoderConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly intermediateSize: number;
  /** 0: no segment embedding */
  readonly typeVocabSize: number;
  readonly normPlacement: NormPlacement;
  /** LayerNorm over the embedded tokens, as BERT has it */
  readonly hasEmbeddingNorm: boolean;
  readonly layerNormEpsilon: number;
  readonly pooling: Pooling;
  readonly rotaryBase: number;
  /** standard deviation of the initial weights */
  readonly initializerStd: number;
  /** Last projections of the blocks begin at zero, so that a new layer is the identity */
  readonly hasZeroInitResidual: boolean;
  /** Most heads begin by looking at neighbouring tokens (local-heads.ts); needs biases */
  readonly hasLocalHeads: boolean;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  readonly isGeluApproximate: boolean;
  /** No biases in any linear layer (RoFormerV2) */
  readonly isBiasFree: boolean;
  /** x / √(mean x² + ε) without scale or bias in place of LayerNorm (RoFormerV2) */
  readonly isRmsNorm: boolean;
  /**
   * Length m seen in training, for attention scaled by log_m n on texts of n tokens: it keeps the entropy of attention
   * as texts grow. 0: plain 1/√d
   */
  readonly logScaleLength: number;
  /** Attention without softmax, linear in the length; cannot be combined with masks between tokens */
  readonly hasLinearAttention: boolean;
  /**
   * Documents are read by the embeddings alone, queries by the layers on top of them: one space, in which a document costs
   * what a bag costs and a query, short as it is, has a context. Needs weighted pooling
   */
  readonly hasBagDocuments: boolean;
}

/** Layers, width and heads of the sizes that have a name. */
export const ENCODER_SIZES = {
  base: { numHiddenLayers: 12, hiddenSize: 768, numAttentionHeads: 12, intermediateSize: 3072 },
  small: { numHiddenLayers: 6, hiddenSize: 384, numAttentionHeads: 6, intermediateSize: 1536 },
  tiny: { numHiddenLayers: 4, hiddenSize: 256, numAttentionHeads: 4, intermediateSize: 1024 },
} as const;

export type EncoderSize = keyof typeof ENCODER_SIZES;

/** A configuration that cannot be built. */
export class EncoderConfigError extends Error {
  override readonly name = "EncoderConfigError";
}

/** RoFormer's defaults under the given values. @throws EncoderConfigError when sizes do not fit each other */
export function encoderConfig(
  values: Pick<EncoderConfig, "vocabSize" | "hiddenSize" | "numHiddenLayers" | "numAttentionHeads"> &
    Partial<EncoderConfig>,
): EncoderConfig {
  const config: EncoderConfig = {
    intermediateSize: 4 * values.hiddenSize,
    typeVocabSize: 2,
    normPlacement: "post",
    hasEmbeddingNorm: true,
    layerNormEpsilon: 1e-12,
    pooling: "cls",
    rotaryBase: 10_000,
    initializerStd: 0.02,
    hasZeroInitResidual: false,
    hasLocalHeads: false,
    hiddenDropout: 0.1,
    attentionDropout: 0.1,
    isGeluApproximate: false,
    isBiasFree: false,
    isRmsNorm: false,
    logScaleLength: 0,
    hasLinearAttention: false,
    hasBagDocuments: false,
    ...values,
  };
  const headDim = config.hiddenSize / config.numAttentionHeads;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0) {
    throw new EncoderConfigError(
      `${config.numAttentionHeads} heads over a width of ${config.hiddenSize} give heads of ${headDim}: rotation needs an even whole number`,
    );
  }
  if (config.hasBagDocuments && config.pooling !== "weighted")
    throw new EncoderConfigError(
      `hasBagDocuments needs weighted pooling, not ${config.pooling}: a bag weighs its tokens`,
    );
  if (config.hasLocalHeads && config.isBiasFree)
    throw new EncoderConfigError(
      "hasLocalHeads begins heads by their biases, and isBiasFree leaves these out",
    );
  return config;
}

/**
 * RoFormerV2: no biases, RMS normalisation without scale, and a residual branch that is faded in during early training
 * (`EncoderInputs.residualScale`).
 */
export function roFormerV2Config(values: Parameters<typeof encoderConfig>[0]): EncoderConfig {
  return encoderConfig({ isBiasFree: true, isRmsNorm: true, layerNormEpsilon: 1e-6, ...values });
}

/**
 * The distillation student of the first stage: token embeddings normalised without learned scale, and a learned weight per
 * token. Layers added later (`numHiddenLayers`) start as the identity: LN(LN(x) + 0) = LN(x) while the norms' scale is
 * 1 and their bias 0; see `EMBEDDING_NORM_PARAMETERS`.
 */
export function studentConfig(
  values: Partial<EncoderConfig> & { readonly vocabSize: number },
): EncoderConfig {
  return encoderConfig({
    hiddenSize: 256,
    numHiddenLayers: 0,
    numAttentionHeads: 4,
    typeVocabSize: 0,
    pooling: "weighted",
    hasZeroInitResidual: true,
    hiddenDropout: 0,
    attentionDropout: 0,
    ...values,
  });
}

/** The part of a model that reads documents: all of it, but for `hasBagDocuments`. */
export function documentConfig(config: EncoderConfig): EncoderConfig {
  return config.hasBagDocuments ? { ...config, numHiddenLayers: 0 } : config;
}

/** Keep these frozen while the student has no layers, so that added post-norm layers start as the identity. */
export const EMBEDDING_NORM_PARAMETERS: ReadonlySet<string> = new Set([
  "embeddings.norm.scale",
  "embeddings.norm.bias",
]);

/**
 * Whether `to` can begin with the leading numbers of the bag `from`, all of them or as many as it has: without layers no
 * number of a vector depends on another, but for the norm.
 */
export function isBagOfAnotherWidth(from: EncoderConfig, to: EncoderConfig): boolean {
  const areBags = from.numHiddenLayers === 0 && (from.hiddenSize < to.hiddenSize || to.numHiddenLayers === 0);
  return areBags && from.vocabSize === to.vocabSize && from.hiddenSize !== to.hiddenSize;
}
