import { add, concat, mul, type Node, reshape, slice, softmax, transpose } from "../../graph/index.ts";
import {
  coSent,
  cosineMatrix,
  flatNce,
  infoNce,
  pairClassification,
  softCrossEntropy,
} from "../../losses/index.ts";
import { type ForwardContext, maskFromLengths } from "../../nn/index.ts";
import type { InputMaker, Objective, ObjectiveNodes } from "../../train/objective.ts";
import type { VirtualObjective } from "../../train/virtual-batch.ts";
import { type EmbeddingSource, embeddingOf, embeddingSize } from "../embedding.ts";
import { encode } from "../encoder.ts";
import { documentConfig, type EncoderConfig } from "../encoder-config.ts";
import {
  encodeRows,
  meanOverWidths,
  PooledFeeds,
  poolRows,
  rowFeeds,
  rowsKey,
  type TokenRows,
  taughtWidths,
} from "./token-rows.ts";

/** Row i of queries belongs to row i of documents; every query sees all negatives. */
export interface ContrastiveInput {
  readonly queries: TokenRows;
  readonly documents: TokenRows;
  /** hard negatives; 0 rows for none */
  readonly negatives: TokenRows;
  /** [queries, documents] cosines under a teacher; needed where `teacherShare` is above 0 */
  readonly teacher?: Float32Array;
}

export interface ContrastiveOptions {
  readonly config: EncoderConfig;
  /** the vector that is compared: the one that will be shipped */
  readonly source: EmbeddingSource;
  /** 1 / temperature */
  readonly scale: number;
  /** whether documents look for their queries as well */
  readonly isSymmetric: boolean;
  readonly matryoshkaDims?: readonly number[];
  /** FlatNCE keeps its gradient where few or easy negatives leave InfoNCE none; its loss is always 1. Default infoNce */
  readonly form?: "infoNce" | "flatNce";
  /**
   * Share of the target that is the teacher's softmax over the batch (at the same scale) instead of the own partner
   * alone: a near paper that answers the query as well is no wrong answer then. 0 when left out; at most 1, infoNce only.
   */
  readonly teacherShare?: number;
}

function embedRows(
  context: ForwardContext,
  { config, source }: Pick<ContrastiveOptions, "config" | "source">,
  makeInput: InputMaker,
  name: string,
  rows: TokenRows,
): Node {
  return embeddingOf(context, encodeRows(context, config, makeInput, name, rows).pooled, source);
}

/** FlatNCE of pairs of vectors; what is reported is log x. */
function flatPairs(queries: Node, documents: Node, scale: number, hard: Node | null) {
  const candidates = hard ? concat([documents, hard], 0) : documents;
  const { loss, logX } = flatNce(mul(cosineMatrix(queries, candidates), scale));
  return { loss, reported: logX };
}

/** Cross-entropy of the batch's softmax, in both directions, against the teacher's. */
function teacherLoss(options: ContrastiveOptions, q: Node, d: Node, teacher: Node): Node {
  const scores = (a: Node, b: Node): Node => mul(cosineMatrix(a, b), options.scale);
  const target = mul(teacher, options.scale);
  return meanOverWidths(taughtWidths(q.shape.at(-1) as number, options.matryoshkaDims), (width) => {
    const [a, b] = [slice(q, 1, 0, width), slice(d, 1, 0, width)];
    const forward = softCrossEntropy(scores(a, b), softmax(target));
    if (!options.isSymmetric) return forward;
    return mul(add(forward, softCrossEntropy(scores(b, a), softmax(transpose(target, [1, 0])))), 0.5);
  });
}

/** The contrastive loss of vectors [rows, size], with the widths that are taught. */
function pairLoss(options: ContrastiveOptions, q: Node, d: Node, hard: Node | null): ObjectiveNodes {
  const { scale, isSymmetric, form = "infoNce" } = options;
  const termAt = (width: number, value: "loss" | "reported"): Node => {
    const cut = (x: Node): Node => slice(x, 1, 0, width);
    const term = (a: Node, b: Node, negatives: Node | null): Node =>
      form === "infoNce" ? infoNce(a, b, scale, negatives) : flatPairs(a, b, scale, negatives)[value];
    const forward = term(cut(q), cut(d), hard && cut(hard));
    return isSymmetric ? mul(add(forward, term(cut(d), cut(q), null)), 0.5) : forward;
  };
  const size = embeddingSize(options.config.hiddenSize, options.source);
  return {
    loss: meanOverWidths(taughtWidths(size, options.matryoshkaDims), (width) => termAt(width, "loss")),
    metrics: { whole: termAt(size, "reported") },
  };
}

const pairShape = {
  size: ({ queries }: ContrastiveInput) => queries.rows,
  shapeKey: ({ queries, documents, negatives }: ContrastiveInput) =>
    [queries, documents, negatives].map(rowsKey).join("+"),
  feeds: ({ queries, documents, negatives }: ContrastiveInput) => ({
    ...rowFeeds("queries", queries),
    ...rowFeeds("documents", documents),
    ...rowFeeds("negatives", negatives),
  }),
};

/** InfoNCE over pairs with in-batch and hard negatives. */
export function contrastiveObjective(options: ContrastiveOptions): Objective<ContrastiveInput> {
  const { config, source, teacherShare = 0 } = options;
  const reader = documentConfig(config);
  const pooledFeeds = new PooledFeeds();
  return {
    ...pairShape,
    feeds: (batch) => ({
      ...pooledFeeds.of(config, "queries", batch.queries),
      ...pooledFeeds.of(reader, "documents", batch.documents),
      ...pooledFeeds.of(reader, "negatives", batch.negatives),
      ...(teacherShare > 0 ? { teacher: batch.teacher! } : {}),
    }),
    define(context, makeInput, batch) {
      const embed = (name: "queries" | "documents" | "negatives", by: EncoderConfig): Node =>
        embeddingOf(context, poolRows(context, by, makeInput, name, batch[name]), source);
      const [q, d] = [embed("queries", config), embed("documents", reader)];
      const own = pairLoss(options, q, d, batch.negatives.rows > 0 ? embed("negatives", reader) : null);
      if (teacherShare === 0) return own;
      const taught = teacherLoss(
        options,
        q,
        d,
        makeInput("teacher", "float", [batch.queries.rows, batch.documents.rows]),
      );
      return {
        loss: add(mul(own.loss, 1 - teacherShare), mul(taught, teacherShare)),
        metrics: { ...own.metrics, taught },
      };
    },
  };
}

/** The same over several batches as if they were one. */
export function virtualContrastive(options: ContrastiveOptions): VirtualObjective<ContrastiveInput> {
  return {
    ...pairShape,
    encode(context, makeInput, batch) {
      const blocks = Object.entries(batch).filter(([, block]) => block.rows > 0);
      const documents = { ...options, config: documentConfig(options.config) };
      return concat(
        blocks.map(([name, block]) =>
          embedRows(context, name === "queries" ? options : documents, makeInput, name, block),
        ),
        0,
      );
    },
    loss(vectors, { queries, documents, negatives }, batches) {
      const size = vectors.shape.at(-1) as number;
      const rowsOfBatch = queries.rows + documents.rows + negatives.rows;
      const byBatch = reshape(vectors, [batches, rowsOfBatch, size]);
      const rows = (start: number, count: number): Node =>
        reshape(slice(byBatch, 1, start, start + count), [batches * count, size]);
      const hard = negatives.rows > 0 ? rows(queries.rows + documents.rows, negatives.rows) : null;
      return pairLoss(options, rows(0, queries.rows), rows(queries.rows, documents.rows), hard).loss;
    },
  };
}

/**
 * Unsupervised SimCSE (2104.08821): each text is encoded twice under different dropout and has to find itself among the
 * others. The model needs dropout to learn anything from it.
 */
export function simCseObjective(
  options: Pick<ContrastiveOptions, "config" | "source" | "scale">,
): Objective<TokenRows> {
  return {
    size: ({ rows }) => rows,
    shapeKey: rowsKey,
    feeds: (texts) => rowFeeds("texts", texts),
    define(context, makeInput, { rows, length }) {
      const tokenIds = makeInput("texts/tokenIds", "int", [rows, length]);
      const mask = maskFromLengths(tokenIds, makeInput("texts/lengths", "int", [rows]));
      // Every call asks the context for dropout masks of its own.
      const [first, second] = [0, 1].map(() =>
        embeddingOf(context, encode(context, options.config, { tokenIds, mask }).pooled, options.source),
      );
      return { loss: infoNce(first!, second!, options.scale), metrics: {} };
    },
  };
}

/** Pairs of texts with a graded label. */
export interface GradedPairs {
  readonly left: TokenRows;
  readonly right: TokenRows;
  /** [rows] higher = more alike */
  readonly labels: Float32Array;
}

/** CoSENT over graded pairs. */
export function gradedPairObjective(
  options: Pick<ContrastiveOptions, "config" | "source" | "scale">,
): Objective<GradedPairs> {
  return {
    size: ({ left }) => left.rows,
    shapeKey: ({ left, right }) => `${rowsKey(left)}+${rowsKey(right)}`,
    feeds: ({ left, right, labels }) => ({ ...rowFeeds("left", left), ...rowFeeds("right", right), labels }),
    define(context, makeInput, { left, right }) {
      const u = embedRows(context, options, makeInput, "left", left);
      const v = embedRows(context, options, makeInput, "right", right);
      return { loss: coSent(u, v, makeInput("labels", "float", [left.rows]), options.scale), metrics: {} };
    },
  };
}

/** Pairs of texts with a class of one of several tasks. */
export interface ClassifiedPairs {
  readonly left: TokenRows;
  readonly right: TokenRows;
  /** [rows, classes] one-hot over the classes of all tasks */
  readonly target: Float32Array;
  /** [rows, classes] 1 for the classes of the row's task */
  readonly taskMask: Float32Array;
}

/** RoFormer-Sim's supervised stage over [u; v; |u − v|] of the pooled vectors. */
export function classifiedPairObjective(config: EncoderConfig, classes: number): Objective<ClassifiedPairs> {
  return {
    size: ({ left }) => left.rows,
    shapeKey: ({ left, right }) => `${rowsKey(left)}+${rowsKey(right)}`,
    feeds: ({ left, right, target, taskMask }) => ({
      ...rowFeeds("left", left),
      ...rowFeeds("right", right),
      target,
      taskMask,
    }),
    define(context, makeInput, { left, right }) {
      const u = encodeRows(context, config, makeInput, "left", left).pooled;
      const v = encodeRows(context, config, makeInput, "right", right).pooled;
      const [target, mask] = ["target", "taskMask"].map((name) =>
        makeInput(name, "float", [left.rows, classes]),
      );
      return { loss: pairClassification(context, u, v, target!, mask!), metrics: {} };
    },
  };
}
