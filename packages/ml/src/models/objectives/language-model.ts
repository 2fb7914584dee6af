import type { Feeds } from "../../backend/cpu-session.ts";
import type { SeededRandom } from "../../data/seeded-random.ts";
import { add, cast, equal, mul, type Node } from "../../graph/index.ts";
import { cosineMatrix, partnerContrastive, similarityMatrixLoss } from "../../losses/index.ts";
import { maskFromLengths, uniLmBias } from "../../nn/index.ts";
import type { InputMaker, Objective, ObjectiveNodes } from "../../train/objective.ts";
import { encode } from "../encoder.ts";
import type { EncoderConfig } from "../encoder-config.ts";
import { languageModelLoss, type PredictionTargets } from "../language-model.ts";
import { encodeRows, rowFeeds, rowsKey, type TokenRows } from "./token-rows.ts";

/** Positions of a batch at which tokens are predicted; filled up to a fixed number with others that do not count. */
export interface Predictions {
  /** [n] index into the batch's tokens, none twice */
  readonly positions: Int32Array;
  /** [n] token ids */
  readonly labels: Int32Array;
  /** [n] 1 or 0 */
  readonly weights: Float32Array;
}

/** The wanted predictions cannot be fitted into the batch. */
export class PredictionError extends Error {
  override readonly name = "PredictionError";
}

/**
 * Brings wanted predictions to exactly `count`: a random choice of them when there are more, filled with unused positions
 * of weight 0 when there are fewer.
 * @param tokens number of tokens of the batch, padding included; at least `count`
 * @throws PredictionError when count exceeds tokens or a position is wanted twice
 */
export function fitPredictions(
  wanted: readonly { readonly position: number; readonly label: number }[],
  tokens: number,
  count: number,
  random: SeededRandom,
): Predictions {
  if (count > tokens) throw new PredictionError(`${count} predictions in a batch of ${tokens} tokens`);
  const used = new Set(wanted.map(({ position }) => position));
  if (used.size !== wanted.length) throw new PredictionError("a position is predicted twice");
  const order = random.shuffle(Int32Array.from(wanted.keys()));
  const chosen = Array.from(order.subarray(0, count), (k) => wanted[k]!);
  const result = {
    positions: new Int32Array(count),
    labels: new Int32Array(count),
    weights: new Float32Array(count),
  };
  chosen.forEach(({ position, label }, k) => {
    result.positions[k] = position;
    result.labels[k] = label;
    result.weights[k] = 1;
  });
  for (let k = chosen.length, free = 0; k < count; free++) if (!used.has(free)) result.positions[k++] = free;
  return result;
}

/**
 * What seq2seq training predicts: the token after each position of `[CLS] a [SEP]` and b up to b's last, that is every
 * token of segment 1 from the position before it.
 */
export function segmentPredictions(
  rows: TokenRows,
  segments: Int32Array,
): { position: number; label: number }[] {
  const wanted: { position: number; label: number }[] = [];
  for (let row = 0; row < rows.rows; row++) {
    const start = row * rows.length;
    for (let k = 1; k < rows.lengths[row]!; k++) {
      if (segments[start + k] === 1) wanted.push({ position: start + k - 1, label: rows.ids[start + k]! });
    }
  }
  return wanted;
}

function targetInputs(makeInput: InputMaker, { positions }: Predictions): PredictionTargets {
  const shape = [positions.length];
  return {
    positions: makeInput("positions", "int", shape),
    labels: makeInput("labels", "int", shape),
    weights: makeInput("weights", "float", shape),
  };
}

const targetFeeds = ({ positions, labels, weights }: Predictions): Feeds => ({ positions, labels, weights });

/** Texts with some tokens masked or replaced, and what stood there. */
export interface MaskedTexts {
  readonly texts: TokenRows;
  readonly predictions: Predictions;
}

/** BERT's masked language model. */
export function maskedLmObjective(config: EncoderConfig): Objective<MaskedTexts> {
  return {
    size: ({ texts }) => texts.rows,
    shapeKey: ({ texts, predictions }) => `${rowsKey(texts)}, ${predictions.positions.length}`,
    feeds: ({ texts, predictions }) => ({ ...rowFeeds("texts", texts), ...targetFeeds(predictions) }),
    define(context, makeInput, { texts, predictions }) {
      const { sequence } = encodeRows(context, config, makeInput, "texts", texts);
      return {
        loss: languageModelLoss(context, config, sequence, targetInputs(makeInput, predictions)),
        metrics: {},
      };
    },
  };
}

/**
 * Pairs as [CLS] a [SEP] b [SEP] with segments 0 and 1, each pair in both directions: rows 2i and 2i + 1 are partners.
 */
export interface SegmentPairs {
  readonly texts: TokenRows;
  /** [rows, length] 0 / 1 */
  readonly segments: Int32Array;
  readonly predictions: Predictions;
  /** [rows, rows] cosines under a teacher; null trains the contrastive form */
  readonly teacher: Float32Array | null;
}

export interface RoFormerSimOptions {
  readonly config: EncoderConfig;
  /** scale of the cosines in the contrastive form; 20 in the original */
  readonly contrastiveScale: number;
  /** scale of the squared differences in the distilled form; 100 in the original */
  readonly distillationScale: number;
}

/**
 * RoFormer-Sim's stages 1 and 2: seq2seq cross-entropy on segment 1 under the UniLM mask, plus a loss on the sentence
 * vectors of segment 0, which that mask keeps from seeing segment 1.
 */
export function roFormerSimObjective(options: RoFormerSimOptions): Objective<SegmentPairs> {
  return {
    size: ({ texts }) => texts.rows,
    shapeKey: ({ texts, predictions, teacher }) =>
      `${rowsKey(texts)}, ${predictions.positions.length}, ${teacher !== null}`,
    feeds: ({ texts, segments, predictions, teacher }) => ({
      ...rowFeeds("texts", texts),
      segments,
      ...targetFeeds(predictions),
      ...(teacher ? { teacher } : {}),
    }),
    define(context, makeInput, batch): ObjectiveNodes {
      const { config } = options;
      const { rows, length } = batch.texts;
      const tokenIds = makeInput("texts/tokenIds", "int", [rows, length]);
      const mask = maskFromLengths(tokenIds, makeInput("texts/lengths", "int", [rows]));
      const segmentIds = makeInput("segments", "int", [rows, length]);
      const poolMask = mul(mask, cast(equal(segmentIds, 0), "float"));
      const { sequence, pooled } = encode(context, config, {
        tokenIds,
        mask,
        segmentIds,
        poolMask,
        bias: uniLmBias(segmentIds),
      });
      const seq2seq = languageModelLoss(
        context,
        config,
        sequence,
        targetInputs(makeInput, batch.predictions),
      );
      const similarity: Node = batch.teacher
        ? similarityMatrixLoss(
            cosineMatrix(pooled, pooled),
            makeInput("teacher", "float", [rows, rows]),
            options.distillationScale,
          )
        : partnerContrastive(pooled, options.contrastiveScale);
      return { loss: add(seq2seq, similarity), metrics: { seq2seq, similarity } };
    },
  };
}
