import { exp, mul, type Node, reshape } from "../../graph/index.ts";
import { groupCrossEntropy, lateInteraction } from "../../losses/index.ts";
import { dense, type ForwardContext, maskFromLengths, zeros } from "../../nn/index.ts";
import type { InputMaker, Objective } from "../../train/objective.ts";
import { encode, tokenWeights } from "../encoder.ts";
import { documentConfig, type EncoderConfig } from "../encoder-config.ts";
import { rowFeeds, rowsKey, type TokenRows } from "./token-rows.ts";

/** Text i belongs to query i; both stand in groups of one size, and a query is compared with its group alone. */
export interface LateInteractionInput {
  /** As a model reads them: [CLS] … [SEP] */
  readonly queries: TokenRows;
  /** [rows, length] of the queries: 1 for the tokens that are compared, at least one in a row */
  readonly compared: Float32Array;
  /** Tokens of each text, each once, without special ones. */
  readonly texts: TokenRows;
}

export interface LateInteractionOptions {
  /** A bag, or with `hasBagDocuments` layers that read queries: what a token of a text means depends on no other. */
  readonly config: EncoderConfig;
  /** Texts of a group. */
  readonly group: number;
  /** 1 / temperature */
  readonly scale: number;
  /** As in `lateInteraction`. */
  readonly lengthPenalty: number;
  readonly fewTokens: number;
}

/** Cross-entropy of each query's own text among those of its group, compared token by token. */
export function lateInteractionObjective(options: LateInteractionOptions): Objective<LateInteractionInput> {
  const { config, group, scale } = options;
  return {
    size: ({ queries }) => queries.rows,
    shapeKey: ({ queries, texts }) => `${rowsKey(queries)}+${rowsKey(texts)}`,
    feeds: ({ queries, compared, texts }) => ({
      ...rowFeeds("queries", queries),
      compared,
      ...rowFeeds("texts", texts),
    }),
    define(context, makeInput, { queries, texts }) {
      const grouped = (x: Node): Node => {
        const [rows, ...rest] = x.shape as number[];
        return reshape(x, [rows! / group, group, ...rest]);
      };
      const asked = readTokens(context, config, makeInput, "queries", queries);
      const found = readTokens(context, documentConfig(config), makeInput, "texts", texts);
      const compared = makeInput("compared", "float", [queries.rows, queries.length]);
      const scores = lateInteraction(
        { vectors: grouped(asked.vectors), mask: grouped(compared) },
        grouped(comparedWeights(context, config, asked.tokenIds, asked.vectors)),
        { vectors: grouped(found.vectors), mask: grouped(found.mask) },
        options,
      );
      return { loss: groupCrossEntropy(mul(scores, scale)), metrics: {} };
    },
  };
}

/** Ids and mask [rows, length] of a block, and its tokens' vectors [rows, length, hiddenSize]. */
function readTokens(
  context: ForwardContext,
  config: EncoderConfig,
  makeInput: InputMaker,
  name: string,
  { rows, length }: TokenRows,
) {
  const tokenIds = makeInput(`${name}/tokenIds`, "int", [rows, length]);
  const mask = maskFromLengths(tokenIds, makeInput(`${name}/lengths`, "int", [rows]));
  return { tokenIds, mask, vectors: encode(context, config, { tokenIds, mask }).sequence };
}

/** What a query's tokens count, [rows, length]: by themselves, and where layers read them, among their neighbours. */
export function comparedWeights(
  context: ForwardContext,
  config: EncoderConfig,
  tokenIds: Node,
  vectors: Node,
): Node {
  const alone = tokenWeights(context, config, tokenIds);
  if (config.numHiddenLayers === 0) return alone;
  const among = dense(context, "comparedWeight", vectors, 1, { initializer: zeros, hasBias: true });
  return mul(alone, exp(reshape(among, tokenIds.shape)));
}
