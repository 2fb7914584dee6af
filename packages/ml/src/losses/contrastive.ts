import {
  add,
  cast,
  concat,
  constant,
  equal,
  greater,
  indices,
  mul,
  type Node,
  reduceMean,
  reduceSum,
  reshape,
  sub,
  where,
} from "../graph/index.ts";
import { logSumExp } from "./cross-entropy.ts";
import { cosineMatrix, pairwiseCosine } from "./similarity.ts";

const EXCLUDED = -1e9;

/** An n × n matrix of 0/1 with ones where column = row + shift (mod n). */
function shiftedIdentity(n: number, shift: number): Node {
  const values = Array.from({ length: n * n }, (_, k) => (k % n === (Math.floor(k / n) + shift) % n ? 1 : 0));
  return constant(values, [n, n]);
}

/**
 * InfoNCE over given scores: mean of −log softmax at the positive. scores [n, candidates] (already divided by the
 * temperature); the positive of row i is column i.
 */
export function infoNceOfScores(scores: Node): Node {
  const [n, candidates] = scores.shape as [number, number];
  const column = reshape(indices(scores, 0), [n, 1]);
  const isPositive = cast(
    equal(
      column,
      constant(
        Array.from({ length: candidates }, (_, k) => k),
        [candidates],
        "int",
      ),
    ),
    "float",
  );
  return reduceMean(sub(logSumExp(scores), reduceSum(mul(scores, isPositive), [-1])));
}

/**
 * InfoNCE with in-batch negatives and, where given, hard negatives.
 * queries, positives [n, d]; hardNegatives [k, d] (every query sees all of them); scale = 1 / temperature.
 */
export function infoNce(
  queries: Node,
  positives: Node,
  scale: number,
  hardNegatives: Node | null = null,
): Node {
  const candidates = hardNegatives ? concat([positives, hardNegatives], 0) : positives;
  return infoNceOfScores(mul(cosineMatrix(queries, candidates), scale));
}

/**
 * SimBERT's and RoFormer-Sim's contrastive loss: the batch holds each pair in both directions, rows 2i and 2i + 1 being
 * partners; S = scale·cos, diagonal removed, target = the partner. vectors [2n, d]; scale 20 in the original.
 */
export function partnerContrastive(vectors: Node, scale: number): Node {
  const n = vectors.shape[0] as number;
  const scores = mul(cosineMatrix(vectors, vectors), scale);
  const withoutSelf = add(scores, mul(shiftedIdentity(n, 0), EXCLUDED));
  const values = Array.from({ length: n * n }, (_, k) => (k % n === (Math.floor(k / n) ^ 1) ? 1 : 0));
  return reduceMean(sub(logSumExp(withoutSelf), reduceSum(mul(scores, constant(values, [n, n])), [-1])));
}

/**
 * CoSENT (Su 2022): log(1 + Σ e^(scale·(cos_j − cos_i))) over all pairs of pairs where label i > label j.
 * u, v [n, d] the two sides; labels [n] (float, higher = more alike); scale 20 in the original.
 */
export function coSent(u: Node, v: Node, labels: Node, scale: number): Node {
  const n = u.shape[0] as number;
  const cosines = mul(pairwiseCosine(u, v), scale);
  const [ofRow, ofColumn] = [reshape(cosines, [n, 1]), reshape(cosines, [1, n])];
  const isHigher = sub(reshape(labels, [n, 1]), reshape(labels, [1, n]));
  const differences = where(greater(isHigher, 0), sub(ofColumn, ofRow), EXCLUDED);
  return logSumExp(concat([constant([0], [1]), reshape(differences, [n * n])], 0));
}
