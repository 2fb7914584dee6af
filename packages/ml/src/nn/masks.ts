import {
  abs,
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

/** Causal mask: position i sees j ≤ i. [1, 1, seq, seq] for tokenIds [batch, seq]. */
export function causalBias(tokenIds: Node): Node {
  const { row, column, seq } = positionGrid(tokenIds);
  return reshape(attentionBias(cast(greaterOrEqual(row, column), "float")), [1, 1, seq, seq]);
}

/** Windowed attention: position i sees j when |i − j| ≤ reach. [1, 1, seq, seq] for tokenIds [batch, seq]. */
export function windowBias(tokenIds: Node, reach: number): Node {
  const { row, column, seq } = positionGrid(tokenIds);
  const isNear = greaterOrEqual(reach, abs(sub(cast(row, "float"), cast(column, "float"))));
  return reshape(attentionBias(cast(isNear, "float")), [1, 1, seq, seq]);
}

function positionGrid(tokenIds: Node): { row: Node; column: Node; seq: Dim } {
  const seq = tokenIds.shape[1]!;
  const positions = indices(tokenIds, 1);
  return { row: reshape(positions, [seq, 1]), column: reshape(positions, [1, seq]), seq };
}
