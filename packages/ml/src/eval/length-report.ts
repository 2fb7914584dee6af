/**
 * Retrieval against the length of documents, and what helps beyond the length of training: attention scaled by log_m n
 * (J. Su, "entropy invariance of attention", 2021) and an "NTK-aware" rotary base. The weights stay as they are.
 */
import { EncoderRunner, exportEncoder } from "../export/index.ts";
import type { EmbeddingSource } from "../models/embedding.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import { ntkAwareBase } from "../nn/index.ts";
import type { ParameterSet } from "../parameters.ts";
import { dot, reciprocalRank, topK } from "./metrics.ts";

/** How the model meets texts longer than those of training. */
export type LengthVariant = "plain" | "log-length" | "ntk";

export const LENGTH_VARIANTS = ["plain", "log-length", "ntk"] as const satisfies readonly LengthVariant[];

/** Row i of queries asks for row i of documents; token ids. */
export interface LengthReportTexts {
  readonly queries: readonly Int32Array[];
  /** each at least as long as the largest length measured */
  readonly documents: readonly Int32Array[];
}

export interface LengthReportOptions extends LengthReportTexts {
  readonly config: EncoderConfig;
  readonly parameters: ParameterSet;
  readonly source: EmbeddingSource;
  /** tokens to which documents are cut */
  readonly lengths: readonly number[];
  /** m: the longest text seen in training, in tokens */
  readonly trainedLength: number;
  /** 1 / temperature of the loss */
  readonly scale: number;
  readonly threads: number;
}

export interface LengthMeasure {
  readonly length: number;
  readonly variant: LengthVariant;
  /** InfoNCE of a query among all documents, in nats; chance is ln(documents) */
  readonly loss: number;
  readonly recallAt1: number;
  readonly mrr: number;
}

/** The report makes no sense for this model or these texts. */
export class LengthReportError extends Error {
  override readonly name = "LengthReportError";
}

/** One row per length and variant. @throws LengthReportError for a model without layers or documents that are too short */
export async function lengthReport(options: LengthReportOptions): Promise<LengthMeasure[]> {
  assertMeasurable(options);
  const measures: LengthMeasure[] = [];
  for (const length of options.lengths) {
    for (const variant of LENGTH_VARIANTS) measures.push(await measureLength(options, length, variant));
  }
  return measures;
}

function assertMeasurable({ config, queries, documents, lengths }: LengthReportOptions): void {
  if (config.numHiddenLayers === 0) {
    throw new LengthReportError(
      "The model has no layers: nothing in it depends on positions. Give a checkpoint with layers.",
    );
  }
  const longest = Math.max(...lengths);
  const short = documents.findIndex((document) => document.length < longest);
  if (short >= 0 || documents.length !== queries.length || documents.length < 2) {
    throw new LengthReportError(
      `Every query needs a document of at least ${longest} tokens, and two are the least: there are ${queries.length} ` +
        `queries and ${documents.length} documents${short < 0 ? "" : `, number ${short} with ${documents[short]!.length} tokens`}.`,
    );
  }
}

/** The configuration under which a variant meets texts of `length` tokens; up to the trained length nothing changes. */
export function variantConfig(
  config: EncoderConfig,
  variant: LengthVariant,
  length: number,
  trainedLength: number,
): EncoderConfig {
  const headDim = config.hiddenSize / config.numAttentionHeads;
  const factor = Math.max(1, length / trainedLength);
  switch (variant) {
    case "plain":
      return config;
    case "log-length":
      return { ...config, logScaleLength: trainedLength };
    case "ntk":
      return { ...config, rotaryBase: ntkAwareBase(config.rotaryBase, factor, headDim) };
  }
}

async function measureLength(
  options: LengthReportOptions,
  length: number,
  variant: LengthVariant,
): Promise<LengthMeasure> {
  const { parameters, source, scale, threads } = options;
  const config = variantConfig(options.config, variant, length, options.trainedLength);
  const runner = await EncoderRunner.create(exportEncoder(config, parameters, source), { threads });
  try {
    const queries = await runner.embed(options.queries);
    const documents = await runner.embed(options.documents.map((ids) => ids.subarray(0, length)));
    return { length, variant, ...retrieval(queries, documents, scale) };
  } finally {
    await runner.release();
  }
}

/** Means over the queries; row i of documents is the answer to query i. */
function retrieval(
  queries: readonly Float32Array[],
  documents: readonly Float32Array[],
  scale: number,
): Pick<LengthMeasure, "loss" | "recallAt1" | "mrr"> {
  const sums = { loss: 0, recallAt1: 0, mrr: 0 };
  queries.forEach((query, answer) => {
    const scores = Float32Array.from(documents, (document) => scale * dot(query, document));
    const largest = scores.reduce((a, b) => Math.max(a, b));
    const total = scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
    const ranking = topK(scores, documents.length);
    sums.loss += largest + Math.log(total) - scores[answer]!;
    sums.recallAt1 += ranking[0] === answer ? 1 : 0;
    sums.mrr += reciprocalRank(ranking, new Map([[answer, 1]]));
  });
  const { length } = queries;
  return { loss: sums.loss / length, recallAt1: sums.recallAt1 / length, mrr: sums.mrr / length };
}
