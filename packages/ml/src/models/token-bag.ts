/**
 * The simplest encoder: a weighted sum of token embeddings, with a learned weight per token. It starts the training of
 * deeper encoders, which keep its embeddings and weights and begin as this function (see the recipes).
 *
 *   u = Σ_i e^{s(t_i)} E(t_i) over all tokens but special ones, divided by √(n + 1)
 */
import type { SpecialTokenIds } from "@cool-papers/text";
import { SeededRandom } from "../data/seeded-random.ts";
import type { Node } from "../graph/node.ts";
import {
  add,
  cast,
  div,
  exp,
  gatherRows,
  greater,
  matmul,
  mul,
  parameter,
  reduceSum,
  reshape,
  sqrt,
} from "../graph/ops.ts";
import type { Parameter } from "../parameters.ts";

export interface TokenBagConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
}

export interface TokenBag {
  /** [vocabSize, hiddenSize] */
  readonly embedding: Node<"parameter">;
  /** [vocabSize, 1], logarithm of the weight */
  readonly logWeight: Node<"parameter">;
}

/** Makes the parameter nodes once; pass them to every use. */
export function tokenBag({ vocabSize, hiddenSize }: TokenBagConfig): TokenBag {
  return {
    embedding: parameter("bag.embedding", [vocabSize, hiddenSize]),
    logWeight: parameter("bag.logWeight", [vocabSize, 1]),
  };
}

/** Ids up to this one are special tokens, which our vocabularies put first. */
export function lastSpecialId(special: SpecialTokenIds): number {
  return Math.max(...Object.values(special));
}

/** Weight of each token within its text: [batch, 1, length], 0 for special tokens and padding. */
export function tokenWeights(bag: TokenBag, tokenIds: Node, lastSpecial: number): Node {
  const [batch, length] = tokenIds.shape as [number, number];
  const counts = cast(greater(cast(tokenIds, "float"), lastSpecial), "float");
  const weights = exp(reshape(gatherRows(bag.logWeight, tokenIds), [batch, length]));
  return reshape(mul(weights, counts), [batch, 1, length]);
}

/**
 * Weighted sum of token states.
 *
 * @param states [batch, length, hiddenSize]
 * @param weights [batch, 1, length]
 * @returns [batch, hiddenSize], not normalised
 */
export function pooledBag(states: Node, weights: Node): Node {
  const [batch, , hiddenSize] = states.shape as [number, number, number];
  const total = sqrt(add(reduceSum(mul(weights, weights), [1, 2], false), 1e-6));
  const sum = reshape(matmul(weights, states), [batch, hiddenSize]);
  return div(sum, reshape(total, [batch, 1]));
}

/** Embedding of texts, not normalised: [batch, hiddenSize]. */
export function embedBag(bag: TokenBag, tokenIds: Node, lastSpecial: number): Node {
  return pooledBag(gatherRows(bag.embedding, tokenIds), tokenWeights(bag, tokenIds, lastSpecial));
}

/**
 * Start values: embeddings normal with σ = 1/√hiddenSize, weights a/(a + p(t)) with the token's frequency p (Arora et
 * al. 2017, "smooth inverse frequency"), a = 10⁻³.
 *
 * @param tokenCounts [vocabSize]
 */
export function initialTokenBag(
  config: TokenBagConfig,
  tokenCounts: ArrayLike<number>,
  seed: number,
): [string, Parameter][] {
  const { vocabSize, hiddenSize } = config;
  const random = new SeededRandom(seed);
  const embedding = new Float32Array(vocabSize * hiddenSize);
  for (let i = 0; i < embedding.length; i++) embedding[i] = normal(random) / Math.sqrt(hiddenSize);
  let total = 0;
  for (let id = 0; id < vocabSize; id++) total += tokenCounts[id]!;
  const logWeight = Float32Array.from(
    { length: vocabSize },
    (_, id) => -Math.log1p((1e3 * tokenCounts[id]!) / total),
  );
  return [
    ["bag.embedding", { data: embedding, shape: [vocabSize, hiddenSize] }],
    ["bag.logWeight", { data: logWeight, shape: [vocabSize, 1] }],
  ];
}

/** Standard normal by Box and Muller. */
function normal(random: SeededRandom): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
