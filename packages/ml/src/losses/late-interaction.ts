import {
  add,
  constant,
  div,
  log,
  matmul,
  maximum,
  mul,
  type Node,
  reduceMax,
  reduceSum,
  relu,
  reshape,
  sub,
} from "../graph/index.ts";
import { softCrossEntropy } from "./cross-entropy.ts";
import { l2Normalize } from "./similarity.ts";

/** Tokens of texts, each at most once in a text. */
export interface TextTokens {
  /** [groups, texts, length, width] */
  readonly vectors: Node;
  /** [groups, texts, length] 1 for tokens, 0 for padding */
  readonly mask: Node;
}

/** Added to cosines with padding: below every cosine. */
const NO_TOKEN = -4;

/**
 * Late interaction (MaxSim of ColBERT, 2004.12832) of the queries with the texts of their group, as `Reranker` of
 * packages/embed computes it:
 *
 *     s(q, d) = Σₜ wₜ · max(0, maxᵤ cos(eₜ, eᵤ)) / Σₜ wₜ − lengthPenalty · ln(max(n, fewTokens))
 *
 * t are the tokens of q, u the n tokens of d.
 * @param weights [groups, queries, length] of the queries' tokens, above 0
 * @returns [groups, queries, texts]
 */
export function lateInteraction(
  queries: TextTokens,
  weights: Node,
  texts: TextTokens,
  { lengthPenalty, fewTokens }: { readonly lengthPenalty: number; readonly fewTokens: number },
): Node {
  const [groups, count, queryLength, width] = queries.vectors.shape as [number, number, number, number];
  const [, textCount, textLength] = texts.vectors.shape as [number, number, number, number];
  const flat = (x: Node, length: number): Node => reshape(l2Normalize(x), [groups, length, width]);
  const cosines = matmul(
    flat(queries.vectors, count * queryLength),
    flat(texts.vectors, textCount * textLength),
    {
      transposeB: true,
    },
  );
  const padding = mul(sub(1, texts.mask), NO_TOKEN);
  const best = reduceMax(
    add(
      reshape(cosines, [groups, count * queryLength, textCount, textLength]),
      reshape(padding, [groups, 1, textCount, textLength]),
    ),
    [-1],
  );
  const counted = mul(weights, queries.mask);
  const said = reduceSum(
    mul(
      reshape(relu(best), [groups, count, queryLength, textCount]),
      reshape(counted, [groups, count, queryLength, 1]),
    ),
    [2],
  );
  const shares = div(said, reduceSum(counted, [-1], true));
  const tokens = maximum(reduceSum(texts.mask, [-1]), fewTokens);
  return sub(shares, mul(reshape(log(tokens), [groups, 1, textCount]), lengthPenalty));
}

/** Mean of −log softmax at the partner: text i of a group is what query i looks for. scores [groups, n, n] */
export function groupCrossEntropy(scores: Node): Node {
  const n = scores.shape.at(-1) as number;
  const identity = constant(
    Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0)),
    [1, n, n],
  );
  return softCrossEntropy(scores, identity);
}
