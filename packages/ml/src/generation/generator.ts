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

/** Writes texts like the source, the closest in meaning first. */
export async function generate(
  model: {
    readonly config: EncoderConfig;
    readonly parameters: ParameterSet;
    readonly tokenizer: WordPieceTokenizer;
  },
  source: string,
  options: GenerateOptions,
): Promise<Candidate[]> {
  const { config, parameters, tokenizer } = model;
  if (!parameters.has("lmHead.bias")) {
    throw new GenerationError(
      "This model has no language-model head: train one with `npm run ml -- pretrain`.",
    );
  }
  const { samples = 8, maxNewTokens = 32, maxSourceTokens = 64 } = options;
  const sourceIds = tokenizer.encode(source, { maxLength: maxSourceTokens }).ids;
  const length = sourceIds.length + maxNewTokens;
  const graph = await compileForward({ logits: nextTokenLogits(config, samples, length) });
  try {
    const written = await write(graph, model, sourceIds, length, { ...options, samples });
    const texts = [...new Set(written.map((ids) => tokenizer.decode(ids)))].filter((text) => text !== "");
    return rank(config, parameters, tokenizer, source, texts);
  } finally {
    await graph.release();
  }
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

async function write(
  graph: ForwardGraph,
  { config, parameters, tokenizer }: Parameters<typeof generate>[0],
  source: Int32Array,
  length: number,
  { samples, topP = 0.9, temperature = 1, seed }: GenerateOptions & { readonly samples: number },
): Promise<number[][]> {
  const random = new SeededRandom(seed);
  const { pad, unk, cls, sep, mask } = tokenizer.special;
  const tokenIds = new Int32Array(samples * length).fill(pad);
  const segmentIds = new Int32Array(samples * length);
  for (let row = 0; row < samples; row++) {
    tokenIds.set(source, row * length);
    segmentIds.fill(1, row * length + source.length, (row + 1) * length);
  }
  const written: number[][] = Array.from({ length: samples }, () => []);
  const isDone = new Array<boolean>(samples).fill(false);
  for (let at = source.length; at < length && isDone.includes(false); at++) {
    const positions = Int32Array.from({ length: samples }, (_, row) => row * length + at - 1);
    const lengths = new Int32Array(samples).fill(at);
    const { logits } = await graph.run(parameters, { tokenIds, segmentIds, lengths, positions });
    for (let row = 0; row < samples; row++) {
      const own = (logits as Float32Array).slice(row * config.vocabSize, (row + 1) * config.vocabSize);
      for (const special of [pad, unk, cls, mask]) own[special] = Number.NEGATIVE_INFINITY;
      const next = sampleTopP(own, topP, temperature, random);
      if (isDone[row]) continue;
      if (next === sep) isDone[row] = true;
      else {
        written[row]!.push(next);
        tokenIds[row * length + at] = next;
      }
    }
  }
  return written;
}

async function rank(
  config: EncoderConfig,
  parameters: ParameterSet,
  tokenizer: WordPieceTokenizer,
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
