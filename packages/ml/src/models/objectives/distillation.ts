import { add, concat, mul, type Node, slice } from "../../graph/index.ts";
import {
  cosineHeadLoss,
  mixedTeacherSimilarity,
  selfSimilarity,
  similarityMatrixLoss,
} from "../../losses/index.ts";
import type { ForwardContext } from "../../nn/index.ts";
import { type InputMaker, type Objective, type ObjectiveNodes, taskOf } from "../../train/objective.ts";
import type { TrainTask } from "../../train/task.ts";
import { linearHead } from "../embedding.ts";
import { documentConfig, type EncoderConfig } from "../encoder-config.ts";
import {
  meanOverWidths,
  PooledFeeds,
  poolRows,
  rowsKey,
  type TokenRows,
  taughtWidths,
} from "./token-rows.ts";

/** Short and long texts with what the two teachers say about them; rows of `short` come first in all targets. */
export interface DistillationInput {
  readonly short: TokenRows;
  readonly long: TokenRows;
  /** [texts, 192] unit vectors; zero rows where m does not know the language */
  readonly m: Float32Array;
  /** [texts] 0/1 */
  readonly mMask: Float32Array;
  /** [texts, 192] unit vectors */
  readonly e: Float32Array;
}

export interface DistillationOptions {
  readonly config: EncoderConfig;
  /** weight of 1 − cosine of the head onto teacher m */
  readonly headWeightM: number;
  readonly headWeightE: number;
  /** scale of the similarity-matrix term; 0 leaves it out */
  readonly similarityScale: number;
  /** share of teacher m in the mixed similarity of two texts that both teachers know */
  readonly teacherShareM: number;
  /** Prefixes of the pooled vector whose similarities are taught as well (Matryoshka); the whole one always is. */
  readonly matryoshkaDims?: readonly number[];
  /** width of the teachers' vectors; 192 when left out */
  readonly teacherDimensions?: number;
}

/** The weights of the first sketch that worked: heads 1 and 4, similarity matrix 20. */
export const DISTILLATION_DEFAULTS = {
  headWeightM: 1,
  headWeightE: 4,
  similarityScale: 20,
  teacherShareM: 0.3,
} as const;

/**
 * Distils two teachers into the encoder: linear heads from the pooled vector onto each teacher's vectors, and the
 * matrix of cosines between the pooled vectors onto the teachers' mixed cosines.
 */
export function distillationObjective(options: DistillationOptions): Objective<DistillationInput> {
  const { config } = options;
  const pooledFeeds = new PooledFeeds();
  return {
    size: ({ short, long }) => short.rows + long.rows,
    shapeKey: ({ short, long }) => `${rowsKey(short)}+${rowsKey(long)}`,
    feeds: ({ short, long, m, mMask, e }) => ({
      ...pooledFeeds.of(config, "short", short),
      ...pooledFeeds.of(documentConfig(config), "long", long),
      m,
      mMask,
      e,
    }),
    define: (context, makeInput, batch) => defineDistillation(options, context, makeInput, batch),
  };
}

/** Distillation alone. */
export const distillationTask = (options: DistillationOptions): TrainTask<DistillationInput> =>
  taskOf(distillationObjective(options));

function defineDistillation(
  options: DistillationOptions,
  context: ForwardContext,
  makeInput: InputMaker,
  { short, long }: Pick<DistillationInput, "short" | "long">,
): ObjectiveNodes {
  const { config, teacherDimensions = 192 } = options;
  const blocks = [
    { name: "short", rows: short, reader: config },
    { name: "long", rows: long, reader: documentConfig(config) },
  ].filter(({ rows }) => rows.rows > 0);
  const pooled = concat(
    blocks.map(({ name, rows, reader }) => poolRows(context, reader, makeInput, name, rows)),
    0,
  );
  const texts = short.rows + long.rows;
  const m = makeInput("m", "float", [texts, teacherDimensions]);
  const mMask = makeInput("mMask", "float", [texts]);
  const e = makeInput("e", "float", [texts, teacherDimensions]);
  const headM = cosineHeadLoss(linearHead(context, "m", pooled, teacherDimensions), m, mMask);
  const headE = cosineHeadLoss(linearHead(context, "e", pooled, teacherDimensions), e, null);
  const heads = add(mul(headM, options.headWeightM), mul(headE, options.headWeightE));
  if (options.similarityScale === 0) return { loss: heads, metrics: { headM, headE } };
  const teacher = mixedTeacherSimilarity(m, mMask, e, options.teacherShareM);
  const similarityAt = (width: number): Node =>
    similarityMatrixLoss(selfSimilarity(slice(pooled, 1, 0, width)), teacher, 1);
  const similarity = meanOverWidths(taughtWidths(config.hiddenSize, options.matryoshkaDims), similarityAt);
  return {
    loss: add(heads, mul(similarity, options.similarityScale)),
    metrics: { headM, headE, similarity: similarityAt(config.hiddenSize) },
  };
}
