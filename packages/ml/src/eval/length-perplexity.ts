/**
 * Perplexity of a language-model head against the length of the text: a source as segment 0, its continuation as segment
 * 1 under the UniLM mask, as in training. Variants as in length-report.ts.
 */
import { compileForward, type ForwardGraph } from "../backend/index.ts";
import { joinTokens } from "../data/join-tokens.ts";
import { packBlock } from "../data/token-store.ts";
import { input, reshape } from "../graph/index.ts";
import { tiedCrossEntropy } from "../losses/cross-entropy.ts";
import { encode, tokenTable } from "../models/encoder.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import { lmBias, lmTransform } from "../models/language-model.ts";
import { ForwardContext, maskFromLengths, uniLmBias } from "../nn/index.ts";
import type { ParameterSet } from "../parameters.ts";
import { LENGTH_VARIANTS, LengthReportError, type LengthVariant, variantConfig } from "./length-report.ts";

/** Row i: a text and what follows it, as token ids without special tokens. */
export interface ContinuedTexts {
  readonly sources: readonly Int32Array[];
  readonly targets: readonly Int32Array[];
}

export interface LengthPerplexityOptions extends ContinuedTexts {
  readonly config: EncoderConfig;
  readonly parameters: ParameterSet;
  readonly special: { readonly cls: number; readonly sep: number; readonly pad: number };
  /** tokens of a row: [CLS] source [SEP] and as much of the target as fits */
  readonly lengths: readonly number[];
  /** longest row seen in training */
  readonly trainedLength: number;
  readonly threads: number;
}

export interface LengthPerplexity {
  readonly length: number;
  readonly variant: LengthVariant;
  /** e to the mean cross-entropy of all tokens of the targets; chance is the size of the vocabulary */
  readonly perplexity: number;
  /** the same over the last tokens of each row alone, which have all others before them */
  readonly perplexityAtEnd: number;
}

/** Tokens of a row that count as its end. */
const END_TOKENS = 16;
/** Rows computed at once: logits of 4 rows of 256 tokens are 100 MB at 24,000 pieces. */
const BATCH_ROWS = 4;

/** One row per length and variant. @throws LengthReportError for a model without the head or texts that are too short */
export async function lengthPerplexity(options: LengthPerplexityOptions): Promise<LengthPerplexity[]> {
  if (!options.parameters.has("lmHead.bias")) {
    throw new LengthReportError(
      "The model has no language-model head: train one with `npm run ml -- pretrain`.",
    );
  }
  const measures: LengthPerplexity[] = [];
  for (const length of options.lengths) {
    const rows = options.sources.map((_, i) => rowOf(options, i, length));
    for (const variant of LENGTH_VARIANTS) measures.push(await measure(options, rows, length, variant));
  }
  return measures;
}

interface Row {
  readonly ids: Int32Array;
  /** where the target begins */
  readonly start: number;
}

/** [CLS] source [SEP] target, cut to the length; the source has half of it at most. */
function rowOf({ sources, targets, special }: LengthPerplexityOptions, i: number, length: number): Row {
  const source = sources[i]!.subarray(0, Math.floor(length / 2) - 2);
  const start = source.length + 2;
  const target = targets[i]!.subarray(0, length - start);
  if (start + target.length < length) {
    throw new LengthReportError(
      `Text ${i} ends after ${start + target.length} tokens; rows of ${length} were asked for.`,
    );
  }
  return { ids: joinTokens(special.cls, source, special.sep, target), start };
}

async function measure(
  options: LengthPerplexityOptions,
  rows: readonly Row[],
  length: number,
  variant: LengthVariant,
): Promise<LengthPerplexity> {
  const config = variantConfig(options.config, variant, length, options.trainedLength);
  const graph = await compileForward(
    { losses: nextTokenLosses(config, length) },
    { threads: options.threads },
  );
  try {
    const sums = { all: 0, end: 0 };
    const counts = { all: 0, end: 0 };
    for (let from = 0; from < rows.length; from += BATCH_ROWS) {
      const batch = rows.slice(from, from + BATCH_ROWS);
      const losses = await runRows(graph, options, batch, length);
      batch.forEach(({ start }, row) => {
        // The loss at position k is that of the token after it.
        for (let k = start - 1; k < length - 1; k++) {
          const loss = losses[row * length + k]!;
          sums.all += loss;
          counts.all++;
          if (k < length - 1 - END_TOKENS) continue;
          sums.end += loss;
          counts.end++;
        }
      });
    }
    return {
      length,
      variant,
      perplexity: Math.exp(sums.all / counts.all),
      perplexityAtEnd: Math.exp(sums.end / counts.end),
    };
  } finally {
    await graph.release();
  }
}

/** Cross-entropy of the label at every position: [BATCH_ROWS · length]. */
function nextTokenLosses(config: EncoderConfig, length: number) {
  const context = new ForwardContext(false);
  const tokenIds = input("tokenIds", "int", [BATCH_ROWS, length]);
  const segmentIds = input("segmentIds", "int", [BATCH_ROWS, length]);
  const mask = maskFromLengths(tokenIds, input("lengths", "int", [BATCH_ROWS]));
  const { sequence } = encode(context, config, {
    tokenIds,
    mask,
    bias: uniLmBias(segmentIds),
    ...(config.typeVocabSize > 0 ? { segmentIds } : {}),
  });
  const hidden = lmTransform(context, config, reshape(sequence, [BATCH_ROWS * length, config.hiddenSize]));
  const labels = input("labels", "int", [BATCH_ROWS * length]);
  return tiedCrossEntropy(hidden, tokenTable(context, config), lmBias(context, config), labels);
}

async function runRows(
  graph: ForwardGraph,
  { parameters, special }: LengthPerplexityOptions,
  batch: readonly Row[],
  length: number,
): Promise<Float32Array> {
  const filled = Array.from({ length: BATCH_ROWS }, (_, row) => batch[row] ?? batch[0]!);
  const { ids, lengths } = packBlock(
    filled.map((row) => row.ids),
    length,
    special.pad,
  );
  const segmentIds = new Int32Array(ids.length);
  filled.forEach(({ start }, row) => {
    segmentIds.fill(1, row * length + start, (row + 1) * length);
  });
  const labels = new Int32Array(ids.length);
  labels.set(ids.subarray(1));
  const { losses } = await graph.run(parameters, { tokenIds: ids, segmentIds, lengths, labels });
  return losses as Float32Array;
}
