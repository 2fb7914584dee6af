import { readFile } from "node:fs/promises";
import { readJsonLines } from "../data/json-lines.ts";
import { type ExportVariant, exportBundle, type TokenMatchingModel } from "../export/index.ts";
import { readModel, writeWeights } from "../interchange/checkpoint.ts";
import { writeHuggingFaceFolder } from "../interchange/hugging-face.ts";
import { readModelTokenizer, TokenizerMismatchError } from "../interchange/model-tokenizer.ts";
import { type EmbeddingSource, embeddingSize } from "../models/embedding.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import { readEvaluation } from "./evaluate.ts";

export interface ExportOptions {
  readonly checkpointPath: string;
  readonly tokenizerPath: string;
  /** Checkpoint of a model that compares token by token (token-match); null: none. */
  readonly rerankerPath: string | null;
  readonly folder: string;
  /** Name and version, stored beside every vector. */
  readonly id: string;
  readonly source: EmbeddingSource;
  readonly variants: readonly ExportVariant[];
  readonly maxTokens: number;
  /** Shorter lengths a vector may be cut to. */
  readonly matryoshkaDims: readonly number[];
  /** Markdown file. */
  readonly modelCardPath: string;
  /** What `evaluate --json` wrote; its measures go into config.json. Null: none. */
  readonly metricsPath: string | null;
  /** JSON lines with title and abstract whose vectors are compared between variants. */
  readonly parityTextsPath: string;
  readonly dataStatement: string;
  readonly license: string;
}

const PARITY_TEXTS = 500;

/** Writes a checkpoint as a bundle; says how close the variants are to float32. */
export async function exportModel(options: ExportOptions): Promise<void> {
  const { parameters, config } = await readModel(options.checkpointPath);
  const encoderConfig = config as EncoderConfig;
  const tokenizer = await readModelTokenizer(options.tokenizerPath, encoderConfig);
  const texts: Int32Array[] = [];
  for await (const row of readJsonLines(options.parityTextsPath)) {
    texts.push(tokenizer.encode(`${row.title}. ${row.abstract}`, { maxLength: options.maxTokens }).ids);
    if (texts.length === PARITY_TEXTS) break;
  }
  const { config: written, parity } = await exportBundle({
    folder: options.folder,
    config: encoderConfig,
    parameters,
    source: options.source,
    reranker:
      options.rerankerPath === null ? undefined : await readReranker(options.rerankerPath, encoderConfig),
    variants: options.variants,
    parityTexts: texts,
    tokenizerJson: await readFile(options.tokenizerPath, "utf8"),
    modelCard: await readFile(options.modelCardPath, "utf8"),
    description: {
      id: options.id,
      matryoshkaDims: [embeddingSize(encoderConfig.hiddenSize, options.source), ...options.matryoshkaDims],
      maxTokens: options.maxTokens,
      prefixes: { query: "", document: "" },
      metrics: options.metricsPath === null ? {} : await readMetrics(options.metricsPath),
      dataStatement: options.dataStatement,
      license: options.license,
    },
  });
  for (const [variant, { meanCosine, minCosine }] of Object.entries(parity)) {
    console.log(
      `${variant}: cosine with float32 mean ${meanCosine.toFixed(6)}, least ${minCosine.toFixed(6)}`,
    );
  }
  for (const [variant, file] of Object.entries(written.variants)) {
    console.log(`${variant}: ${file.file}, ${(file.sizeBytes / 1e6).toFixed(1)} MB`);
  }
}

async function readReranker(path: string, { vocabSize }: EncoderConfig): Promise<TokenMatchingModel> {
  const { parameters, config: stored } = await readModel(path);
  const config = stored as EncoderConfig;
  if (config.vocabSize !== vocabSize)
    throw new TokenizerMismatchError(
      `${path} has ${config.vocabSize} pieces, but the model ${vocabSize}: both must be of one tokenizer.`,
    );
  return { parameters, config };
}

/** `autoscholar model recall@5` → value. */
async function readMetrics(path: string): Promise<Record<string, number>> {
  const { measures } = await readEvaluation(path);
  return Object.fromEntries(
    measures.flatMap(({ set, ranking, values }) =>
      Object.entries(values).map(([name, value]) => [
        `${set} ${ranking} ${name}`,
        Math.round(value * 1e4) / 1e4,
      ]),
    ),
  );
}

/** Writes the weights of a checkpoint alone, as float16. */
export async function exportWeights(checkpointPath: string, outPath: string): Promise<void> {
  await writeWeights(outPath, await readModel(checkpointPath));
}

/** Writes a checkpoint as a folder that `transformers` reads. */
export async function exportHuggingFace(
  checkpointPath: string,
  tokenizerPath: string,
  folder: string,
): Promise<void> {
  const { parameters, config } = await readModel(checkpointPath);
  const encoderConfig = config as EncoderConfig;
  const { vocabulary } = await readModelTokenizer(tokenizerPath, encoderConfig);
  await writeHuggingFaceFolder(folder, { config: encoderConfig, parameters, vocabulary });
}
