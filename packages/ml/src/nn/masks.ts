import {
  add,
  cast,
  cumSum,
  type Dim,
  greater,
  greaterOrEqual,
  indices,
  mul,
  type Node,
  reshape,
  sub,
} from "../graph/index.ts";

/** Added to the score of a pair that may not attend. Finite, so that a row without any partner stays a number. */
const MASKED_SCORE = -1e9;

/** 1 for real tokens, 0 for padding: [batch, seq], from tokenIds [batch, seq] and lengths [batch]. */
export function maskFromLengths(tokenIds: Node, lengths: Node): Node {
  return cast(greater(reshape(lengths, [lengths.shape[0]!, 1]), indices(tokenIds, 1)), "float");
}

/** Additive scores from a 0/1 mask of any shape. */
export function attentionBias(mask: Node): Node {
  return mul(sub(1, mask), MASKED_SCORE);
}

/** Padding may not be attended to: [batch, 1, 1, seq] from mask [batch, seq]. */
export function paddingBias(mask: Node): Node {
  const [batch, seq] = mask.shape as [Dim, Dim];
  return reshape(attentionBias(mask), [batch, 1, 1, seq]);
}

/**
 * UniLM's prefix mask (1905.03197): position i sees j iff c_j ≤ c_i with c the running sum of the segment ids. Segment 0
 * sees itself in both directions, segment 1 sees segment 0 and its own past.
 * segmentIds [batch, seq] int → additive [batch, 1, seq, seq].
 */
export function uniLmBias(segmentIds: Node): Node {
  const [batch, seq] = segmentIds.shape as [Dim, Dim];
  const sums = cumSum(segmentIds, 1);
  const sees = greaterOrEqual(reshape(sums, [batch, 1, seq, 1]), reshape(sums, [batch, 1, 1, seq]));
  return attentionBias(cast(sees, "float"));
}

/** Both restrictions hold. */
export const bothBiases = (a: Node, b: Node): Node => add(a, b);
