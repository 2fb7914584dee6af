import type { Feeds } from "../backend/cpu-session.ts";
import type { StepDefinition } from "../backend/step-graph.ts";
import { add, concat, input, mul, type Node, slice } from "../graph/index.ts";
import {
  cosineHeadLoss,
  mixedTeacherSimilarity,
  selfSimilarity,
  similarityMatrixLoss,
} from "../losses/index.ts";
import { dense, ForwardContext, lecun, maskFromLengths, type ParameterSpec } from "../nn/index.ts";
import type { TrainTask } from "../train/task.ts";
import { encode } from "./encoder.ts";
import type { EncoderConfig } from "./encoder-config.ts";

/** Rows of tokens padded to one length, as `data/token-store.ts` packs them. */
export interface TokenRows {
  /** [rows, length] */
  readonly ids: Int32Array;
  /** [rows] */
  readonly lengths: Int32Array;
  readonly rows: number;
  readonly length: number;
}

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

interface BlockShape {
  readonly rows: number;
  readonly length: number;
}

/** Pooled vectors of one block of tokens whose inputs are named after it. */
function encodeBlock(
  context: ForwardContext,
  config: EncoderConfig,
  name: string,
  { rows, length }: BlockShape,
): Node {
  const tokenIds = input(`${name}/tokenIds`, "int", [rows, length]);
  const lengths = input(`${name}/lengths`, "int", [rows]);
  return encode(context, config, { tokenIds, mask: maskFromLengths(tokenIds, lengths) }).pooled;
}

/**
 * Distils two teachers into the encoder: linear heads from the pooled vector onto each teacher's vectors, and the
 * matrix of cosines between the pooled vectors onto the teachers' mixed cosines.
 */
export function distillationTask(options: DistillationOptions): TrainTask<DistillationInput> {
  return {
    size: ({ short, long }) => short.rows + long.rows,
    graphKey: ({ short, long }) => `${short.rows}x${short.length}+${long.rows}x${long.length}`,
    define: (batch) => defineDistillation(options, batch),
    feeds: ({ short, long, m, mMask, e }): Feeds => ({
      ...(short.rows > 0 ? { "short/tokenIds": short.ids, "short/lengths": short.lengths } : {}),
      ...(long.rows > 0 ? { "long/tokenIds": long.ids, "long/lengths": long.lengths } : {}),
      m,
      mMask,
      e,
    }),
  };
}

function defineDistillation(
  options: DistillationOptions,
  { short, long }: Pick<DistillationInput, "short" | "long">,
): StepDefinition & { specs: ParameterSpec[] } {
  const { config, teacherDimensions = 192 } = options;
  const context = new ForwardContext(true);
  const blocks = Object.entries({ short, long }).filter(([, block]) => block.rows > 0);
  const pooled = concat(
    blocks.map(([name, block]) => encodeBlock(context, config, name, block)),
    0,
  );
  const texts = short.rows + long.rows;
  const m = input("m", "float", [texts, teacherDimensions]);
  const mMask = input("mMask", "float", [texts]);
  const e = input("e", "float", [texts, teacherDimensions]);
  const head = (name: string): Node =>
    dense(context, `heads.${name}`, pooled, teacherDimensions, { initializer: lecun(), hasBias: false });
  const headLossM = cosineHeadLoss(head("m"), m, mMask);
  const headLossE = cosineHeadLoss(head("e"), e, null);
  const heads = add(mul(headLossM, options.headWeightM), mul(headLossE, options.headWeightE));
  const metrics: Record<string, Node> = { headM: headLossM, headE: headLossE };
  if (options.similarityScale === 0) return { loss: heads, metrics, specs: context.specs() };
  const teacher = mixedTeacherSimilarity(m, mMask, e, options.teacherShareM);
  const widths = [
    ...(options.matryoshkaDims ?? []).filter((width) => width < config.hiddenSize),
    config.hiddenSize,
  ];
  const terms = widths.map((width) =>
    similarityMatrixLoss(selfSimilarity(slice(pooled, 1, 0, width)), teacher, 1),
  );
  const similarity = mul(
    terms.reduce((a, b) => add(a, b)),
    1 / terms.length,
  );
  metrics.similarity = terms.at(-1)!;
  return { loss: add(heads, mul(similarity, options.similarityScale)), metrics, specs: context.specs() };
}
