import {
  type BundleConfig,
  type BundleParts,
  encodeModel,
  type OnnxModel,
  writeBundle,
} from "@cool-papers/onnx";
import { type EmbeddingSource, embeddingSize, POOLED } from "../models/embedding.ts";
import { POOLING_WEIGHTS } from "../models/encoder.ts";
import { documentConfig, type EncoderConfig } from "../models/encoder-config.ts";
import type { ParameterSet } from "../parameters.ts";
import { exportEncoder, exportTokenReader } from "./encoder-graph.ts";
import { convertFloat16 } from "./float16.ts";
import { measureParity, measureTokenParity, type Parity, ParityError } from "./parity.ts";
import { quantizeInt8 } from "./quantize.ts";

/** Least mean cosine between a variant's vectors and the float32 model's. */
export const LEAST_PARITY = { float16: 0.9999, int8: 0.999 } as const;

export type ExportVariant = "float32" | "float16" | "int8";

const CONVERSIONS: Record<ExportVariant, (reference: OnnxModel) => OnnxModel> = {
  float32: (reference) => reference,
  float16: convertFloat16,
  int8: (reference) => quantizeInt8(reference),
};

export interface ExportBundleOptions {
  readonly folder: string;
  readonly config: EncoderConfig;
  readonly parameters: ParameterSet;
  readonly source: EmbeddingSource;
  /** A model of the same vocabulary whose tokens are compared one by one; those of `parameters` when left out, where they are a bag. */
  readonly reranker?: TokenMatchingModel | undefined;
  readonly variants: readonly ExportVariant[];
  /** token ids of real texts, for the parity check */
  readonly parityTexts: readonly Int32Array[];
  readonly tokenizerJson: string;
  readonly modelCard: string;
  readonly description: Pick<
    BundleConfig,
    "id" | "matryoshkaDims" | "maxTokens" | "prefixes" | "metrics" | "dataStatement" | "license"
  >;
}

/** A model whose tokens cannot be compared one by one. */
export class RerankerError extends Error {
  override readonly name = "RerankerError";
}

/** A model trained to compare texts token by token (`lateInteractionObjective`). */
export interface TokenMatchingModel {
  readonly config: EncoderConfig;
  readonly parameters: ParameterSet;
}

export interface ExportReport {
  readonly config: BundleConfig;
  /** Of the model with layers, where two read. */
  readonly parity: Readonly<Partial<Record<ExportVariant, Parity>>>;
}

/**
 * Writes the encoder as a bundle that `@cool-papers/embed` serves.
 * @throws ParityError when a variant's vectors are too far from the float32 model's; nothing is written then
 * @throws RerankerError when the reranker reads texts with layers
 */
export async function exportBundle(options: ExportBundleOptions): Promise<ExportReport> {
  const { config, reranker } = options;
  if (reranker && !isMatchable(documentConfig(reranker.config)))
    throw new RerankerError(
      "The reranker reads texts with layers: what a token means to it depends on its neighbours; name one whose texts are a bag, as token-match and token-match-layers train.",
    );
  const { models, parity } = await exportVariants(documentConfig(config), options);
  const queries = config.hasBagDocuments ? await exportVariants(config, options) : null;
  const rerank = reranker
    ? await exportVariants(documentConfig(reranker.config), { ...options, ...reranker, source: POOLED })
    : null;
  const rerankQueries = reranker?.config.hasBagDocuments
    ? await convertVariants(
        exportTokenReader(reranker.config, reranker.parameters),
        measureTokenParity,
        options,
      )
    : null;
  const parts: BundleParts = {
    description: {
      ...options.description,
      architecture: { kind: "roformer", ...options.config },
      dimension: embeddingSize(options.config.hiddenSize, options.source),
      pooling: "none", // the graph pools
      ...((reranker || canMatchTokens(options)) && { tokenLogWeights: POOLING_WEIGHTS }),
    },
    models,
    ...(queries ? { queryModels: queries.models } : {}),
    ...(rerank ? { rerankModels: rerank.models } : {}),
    ...(rerankQueries ? { rerankQueryModels: rerankQueries.models } : {}),
    tokenizerJson: options.tokenizerJson,
    modelCard: options.modelCard,
  };
  return { config: await writeBundle(options.folder, parts), parity: queries?.parity ?? parity };
}

/** Whether a document's vector follows from those of its tokens: a bag's whole vector, without prefixes. */
function canMatchTokens({ config, source, description: { prefixes } }: ExportBundleOptions): boolean {
  return (
    isMatchable(documentConfig(config)) &&
    source.kind === "pooled" &&
    prefixes.document + prefixes.query === ""
  );
}

const isMatchable = ({ numHiddenLayers, pooling }: EncoderConfig): boolean =>
  numHiddenLayers === 0 && pooling === "weighted";

/** One reader in all variants, each compared with float32. */
function exportVariants(reader: EncoderConfig, options: ExportBundleOptions) {
  const reference = exportEncoder(reader, options.parameters, options.source);
  return convertVariants(reference, measureParity, options);
}

type ParityMeasure = (
  reference: OnnxModel,
  variant: OnnxModel,
  texts: readonly Int32Array[],
) => Promise<Parity>;

async function convertVariants(
  reference: OnnxModel,
  measure: ParityMeasure,
  { variants, parityTexts }: ExportBundleOptions,
) {
  const models: Partial<Record<ExportVariant, Uint8Array>> = {};
  const parity: Partial<Record<ExportVariant, Parity>> = {};
  for (const variant of variants) {
    const model = CONVERSIONS[variant](reference);
    if (variant !== "float32") {
      parity[variant] = await measure(reference, model, parityTexts);
      checkParity(variant, parity[variant]);
    }
    models[variant] = encodeModel(model);
  }
  return { models, parity };
}

function checkParity(variant: keyof typeof LEAST_PARITY, parity: Parity): void {
  if (parity.meanCosine >= LEAST_PARITY[variant]) return;
  throw new ParityError(
    `the ${variant} model's vectors have a mean cosine of ${parity.meanCosine.toFixed(5)} with the float32 model's ` +
      `over ${parity.texts} texts; ${LEAST_PARITY[variant]} is the least allowed`,
  );
}
