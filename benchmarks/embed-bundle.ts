/** What the embedding benchmark runs on: real titles and abstracts, and bundles of random weights in two sizes. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import {
  DISTILLATION_DEFAULTS,
  distillationTask,
  ENCODER_SIZES,
  type EncoderConfig,
  type EncoderSize,
  encoderConfig,
  exportBundle,
  initializeParameters,
  POOLED,
} from "@cool-papers/ml";
import { trainVocabulary, WordCounter, WordPieceTokenizer, writeTokenizerJson } from "@cool-papers/text";

export interface PaperText {
  readonly title: string;
  readonly abstract: string;
}

const VOCAB_SIZE = 12_000;
export const MAX_TOKENS = 256;
const SEED = 1;

/** The first `count` papers of the shared data. */
export async function readPapers(dataFolder: string, count: number): Promise<PaperText[]> {
  const stream = createReadStream(join(dataFolder, "arxiv.jsonl.gz")).pipe(createGunzip());
  const papers: PaperText[] = [];
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    const { title, abstract } = JSON.parse(line) as PaperText;
    if (abstract !== "") papers.push({ title, abstract });
    if (papers.length === count) break;
  }
  return papers;
}

/** A tokenizer trained on the papers, so that texts have as many tokens as with a trained model. */
export function trainTokenizer(papers: readonly PaperText[]): WordPieceTokenizer {
  const counter = new WordCounter();
  for (const { title, abstract } of papers) counter.add(`${title} ${abstract}`);
  return new WordPieceTokenizer(trainVocabulary(counter.counts, { vocabSize: VOCAB_SIZE }));
}

export interface RandomBundleOptions {
  readonly id: string;
  /** Layers and widths, and whatever else differs from RoFormer's defaults; the vocabulary's size is the tokenizer's. */
  readonly architecture: Omit<Parameters<typeof encoderConfig>[0], "vocabSize">;
  readonly tokenizer: WordPieceTokenizer;
  /** Some of their titles are compared between the variants. */
  readonly papers: readonly PaperText[];
  readonly maxTokens: number;
}

/** Layers and pooling of a size as packages/ml trains it. */
export function architectureOf(size: EncoderSize): RandomBundleOptions["architecture"] {
  return { ...ENCODER_SIZES[size], typeVocabSize: 0, pooling: "mean" };
}

/** Writes a bundle of random weights, float32 and int8: as fast and as large as a trained one of its architecture. */
export async function writeRandomBundle(folder: string, options: RandomBundleOptions): Promise<void> {
  const { id, architecture, tokenizer, papers, maxTokens } = options;
  const config: EncoderConfig = encoderConfig({ ...architecture, vocabSize: tokenizer.vocabSize });
  const block = { rows: 1, length: 4, ids: new Int32Array(4), lengths: new Int32Array(1) };
  const none = new Float32Array(0);
  const task = distillationTask({ config, ...DISTILLATION_DEFAULTS });
  const { specs } = task.define({ short: block, long: block, m: none, mMask: none, e: none });
  await exportBundle({
    folder,
    config,
    parameters: initializeParameters(specs, SEED),
    source: POOLED,
    variants: ["float32", "int8"],
    parityTexts: papers.slice(0, 20).map(({ title }) => tokenizer.encode(title).ids),
    tokenizerJson: writeTokenizerJson(tokenizer),
    modelCard: "# Random weights for the benchmark\n",
    description: {
      id,
      matryoshkaDims: [config.hiddenSize],
      maxTokens,
      prefixes: { query: "", document: "" },
      metrics: {},
      dataStatement: "Random weights.",
      license: "Apache-2.0",
    },
  });
}

/**
 * Multiplications and additions of one text through the layers, tables and pooling left out: each token passes
 * 12 H² weights a layer (four projections and the two halves of the feed-forward part), and attention multiplies
 * T × T × H twice.
 */
export function flopsOfText(size: EncoderSize, tokens: number): number {
  const { numHiddenLayers, hiddenSize } = ENCODER_SIZES[size];
  return numHiddenLayers * (24 * hiddenSize ** 2 * tokens + 4 * tokens ** 2 * hiddenSize);
}
