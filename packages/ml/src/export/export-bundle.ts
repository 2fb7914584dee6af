import {
  type BundleConfig,
  type BundleParts,
  encodeModel,
  type OnnxModel,
  writeBundle,
} from "@cool-papers/onnx";
import { type EmbeddingSource, embeddingSize } from "../models/embedding.ts";
import { POOLING_WEIGHTS } from "../models/encoder.ts";
import { documentConfig, type EncoderConfig } from "../models/encoder-config.ts";
import type { ParameterSet } from "../parameters.ts";
import { exportEncoder } from "./encoder-graph.ts";
import { convertFloat16 } from "./float16.ts";
import { measureParity, type Parity, ParityError } from "./parity.ts";
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

export interface ExportReport {
  readonly config: BundleConfig;
  /** Of the model with layers, where two read. */
  readonly parity: Readonly<Partial<Record<ExportVariant, Parity>>>;
}

/**
 * Writes the encoder as a bundle that `@cool-papers/embed` serves.
 * @throws ParityError when a variant's vectors are too far from the float32 model's; nothing is written then
 */
export async function exportBundle(options: ExportBundleOptions): Promise<ExportReport> {
  const { config } = options;
  const { models, parity } = await exportVariants(documentConfig(config), options);
  const queries = config.hasBagDocuments ? await exportVariants(config, options) : null;
  const parts: BundleParts = {
    description: {
      ...options.description,
      architecture: { kind: "roformer", ...options.config },
      dimension: embeddingSize(options.config.hiddenSize, options.source),
      pooling: "none", // the graph pools
      ...(canMatchTokens(options) && { tokenLogWeights: POOLING_WEIGHTS }),
    },
    models,
    ...(queries ? { queryModels: queries.models } : {}),
    tokenizerJson: options.tokenizerJson,
    modelCard: options.modelCard,
  };
  return { config: await writeBundle(options.folder, parts), parity: queries?.parity ?? parity };
}

/** Whether a document's vector follows from those of its tokens: a bag's whole vector, without prefixes. */
function canMatchTokens({ config, source, description: { prefixes } }: ExportBundleOptions): boolean {
  const { numHiddenLayers, pooling } = documentConfig(config);
  const isBag = numHiddenLayers === 0 && pooling === "weighted";
  return isBag && source.kind === "pooled" && prefixes.document + prefixes.query === "";
}

/** One reader in all variants, each compared with float32. */
async function exportVariants(
  reader: EncoderConfig,
  { parameters, source, variants, parityTexts }: ExportBundleOptions,
) {
  const reference = exportEncoder(reader, parameters, source);
  const models: Partial<Record<ExportVariant, Uint8Array>> = {};
  const parity: Partial<Record<ExportVariant, Parity>> = {};
  for (const variant of variants) {
    const model = CONVERSIONS[variant](reference);
    if (variant !== "float32") parity[variant] = await checkedParity(variant, reference, model, parityTexts);
    models[variant] = encodeModel(model);
  }
  return { models, parity };
}

async function checkedParity(
  variant: keyof typeof LEAST_PARITY,
  reference: OnnxModel,
  model: OnnxModel,
  texts: readonly Int32Array[],
): Promise<Parity> {
  const parity = await measureParity(reference, model, texts);
  if (!(parity.meanCosine >= LEAST_PARITY[variant])) {
    throw new ParityError(
      `the ${variant} model's vectors have a mean cosine of ${parity.meanCosine.toFixed(5)} with the float32 model's ` +
        `over ${parity.texts} texts; ${LEAST_PARITY[variant]} is the least allowed`,
    );
  }
  return parity;
}
