/**
 * RoFormer-Sim's generative half: given [CLS] source [SEP] as segment 0, it writes segment 1 token by token under the
 * UniLM mask until [SEP]. Candidates are then ranked by the encoder half: cosine with the source.
 */
import type { WordPieceTokenizer } from "@cool-papers/text";
import { compileForward, type ForwardGraph } from "../backend/index.ts";
import { SeededRandom } from "../data/seeded-random.ts";
import { dot } from "../eval/metrics.ts";
import { EncoderRunner, exportEncoder } from "../export/index.ts";
import { add, gatherRows, input, matmul, reshape } from "../graph/index.ts";
import { POOLED } from "../models/embedding.ts";
import { encode, tokenTable } from "../models/encoder.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import { lmBias, lmTransform } from "../models/language-model.ts";
import { ForwardContext, maskFromLengths, uniLmBias } from "../nn/index.ts";
import type { ParameterSet } from "../parameters.ts";
import { sampleTopP } from "./sample.ts";

export interface GenerateOptions {
  /** Texts sampled at once; doubles are left out of the answer. Default 8. */
  readonly samples?: number;
  /** Default 0.9 */
  readonly topP?: number;
  /** Default 1 */
  readonly temperature?: number;
  /** Tokens written at most. Default 32. */
  readonly maxNewTokens?: number;
  /** Tokens of the source at most. Default 64. */
  readonly maxSourceTokens?: number;
  readonly seed: number;
}

export interface Candidate {
  readonly text: string;
  /** Cosine with the source under the encoder half. */
  readonly similarity: number;
}

/** The model cannot write: it has no segments or was never trained to. */
export class GenerationError extends Error {
  override readonly name = "GenerationError";
}

/** A model that was trained to write. */
export interface WritingModel {
  readonly config: EncoderConfig;
  readonly parameters: ParameterSet;
  readonly tokenizer: WordPieceTokenizer;
}

/** Writes texts like the source, the closest in meaning first. @throws GenerationError */
export async function generate(
  model: WritingModel,
  source: string,
  options: GenerateOptions,
): Promise<Candidate[]> {
  const { samples = 8 } = options;
  const sources = new Array<string>(samples).fill(source);
  const written = await writeTexts(model, sources, { ...options, rows: samples });
  const texts = [...new Set(written)].filter((text) => text !== "");
  return rank(model, source, texts);
}

export interface WriteOptions extends Omit<GenerateOptions, "samples"> {
  /** Sources written from at once. */
  readonly rows: number;
  /** Told after each batch how many sources have their text. */
  readonly onProgress?: (written: number) => void;
}

/** One text for each source, empty where the model ended at once. @throws GenerationError */
export async function writeTexts(
  model: WritingModel,
  sources: readonly string[],
  options: WriteOptions,
): Promise<string[]> {
  const { config, parameters, tokenizer } = model;
  if (!parameters.has("lmHead.bias")) {
    throw new GenerationError(
      "This model has no language-model head: train one with `npm run ml -- pretrain`.",
    );
  }
  const { rows, maxNewTokens = 32, maxSourceTokens = 64, seed } = options;
  const encoded = sources.map((source) => tokenizer.encode(source, { maxLength: maxSourceTokens }).ids);
  const length = encoded.reduce((most, ids) => Math.max(most, ids.length), 0) + maxNewTokens;
  const graph = await compileForward({ logits: nextTokenLogits(config, rows, length) });
  const random = new SeededRandom(seed);
  const texts: string[] = [];
  try {
    for (let start = 0; start < encoded.length; start += rows) {
      const batch = encoded.slice(start, start + rows);
      const written = await writeBatch({ graph, model, length, random }, batch, options);
      texts.push(...written.map((ids) => tokenizer.decode(ids)));
      options.onProgress?.(texts.length);
    }
  } finally {
    await graph.release();
  }
  return texts;
}

/** Logits of the token after the last one of each row: [rows, vocabSize]. */
function nextTokenLogits(config: EncoderConfig, rows: number, length: number) {
  const context = new ForwardContext(false);
  const tokenIds = input("tokenIds", "int", [rows, length]);
  const segmentIds = input("segmentIds", "int", [rows, length]);
  const mask = maskFromLengths(tokenIds, input("lengths", "int", [rows]));
  const { sequence } = encode(context, config, {
    tokenIds,
    mask,
    bias: uniLmBias(segmentIds),
    ...(config.typeVocabSize > 0 ? { segmentIds } : {}),
  });
  const flat = reshape(sequence, [rows * length, config.hiddenSize]);
  const last = gatherRows(flat, input("positions", "int", [rows]));
  const hidden = lmTransform(context, config, last);
  return add(matmul(hidden, tokenTable(context, config), { transposeB: true }), lmBias(context, config));
}

interface Writing {
  readonly graph: ForwardGraph;
  readonly model: WritingModel;
  /** Tokens of a row: the longest source and what may be written after it. */
  readonly length: number;
  readonly random: SeededRandom;
}

/** What is written after each source, at most `rows` of them. */
async function writeBatch(
  { graph, model: { config, parameters, tokenizer }, length, random }: Writing,
  sources: readonly Int32Array[],
  { rows, maxNewTokens = 32, topP = 0.9, temperature = 1 }: WriteOptions,
): Promise<number[][]> {
  const { pad, unk, cls, sep, mask } = tokenizer.special;
  const tokenIds = new Int32Array(rows * length).fill(pad);
  const segmentIds = new Int32Array(rows * length);
  const lengths = new Int32Array(rows).fill(1);
  sources.forEach((source, row) => {
    tokenIds.set(source, row * length);
    segmentIds.fill(1, row * length + source.length, (row + 1) * length);
    lengths[row] = source.length;
  });
  const written: number[][] = sources.map(() => []);
  const isDone = sources.map(() => false);
  for (let count = 0; count < maxNewTokens && isDone.includes(false); count++) {
    const positions = lengths.map((used, row) => row * length + used - 1);
    const { logits } = await graph.run(parameters, { tokenIds, segmentIds, lengths, positions });
    for (const row of sources.keys()) {
      const own = (logits as Float32Array).slice(row * config.vocabSize, (row + 1) * config.vocabSize);
      for (const special of [pad, unk, cls, mask]) own[special] = Number.NEGATIVE_INFINITY;
      const next = sampleTopP(own, topP, temperature, random);
      if (isDone[row]) continue;
      if (next === sep) isDone[row] = true;
      else {
        written[row]!.push(next);
        tokenIds[row * length + lengths[row]!++] = next;
      }
    }
  }
  return written;
}

async function rank(
  { config, parameters, tokenizer }: WritingModel,
  source: string,
  texts: readonly string[],
): Promise<Candidate[]> {
  const runner = await EncoderRunner.create(exportEncoder(config, parameters, POOLED));
  try {
    const [own, ...others] = await runner.embed([source, ...texts].map((text) => tokenizer.encode(text).ids));
    return texts
      .map((text, i) => ({ text, similarity: dot(own!, others[i]!) }))
      .sort((a, b) => b.similarity - a.similarity);
  } finally {
    await runner.release();
  }
}
