import {
  add,
  div,
  matmul,
  maximum,
  mul,
  type Node,
  reduceMean,
  reduceSum,
  reshape,
  square,
  sub,
} from "../graph/index.ts";
import { cosineDistance, cosineMatrix } from "./similarity.ts";

/**
 * Mean of 1 − cos(predicted, target) over the rows that count: predicted and target [n, d], rowMask [n] 0/1 or null.
 */
export function cosineHeadLoss(predicted: Node, target: Node, rowMask: Node | null): Node {
  const distances = cosineDistance(predicted, target);
  if (rowMask === null) return reduceMean(distances);
  return div(reduceSum(mul(distances, rowMask)), maximum(reduceSum(rowMask), 1));
}

/**
 * RoFormer-Sim's second stage: scale · mean((S_student − S_teacher)²) over all pairs of the batch (scale 100 in the
 * original). Both [n, n].
 */
export function similarityMatrixLoss(student: Node, teacher: Node, scale: number): Node {
  return mul(reduceMean(square(sub(student, teacher))), scale);
}

/** Cosine matrix of the batch's vectors [n, d] with themselves. */
export const selfSimilarity = (vectors: Node): Node => cosineMatrix(vectors, vectors);

/**
 * Similarities of two teachers, mixed: w·cos_m + (1 − w)·cos_e where m knows both texts, cos_e alone elsewhere.
 * m, e [n, d] unit vectors; mMask [n] 1 where m knows the text.
 */
export function mixedTeacherSimilarity(m: Node, mMask: Node, e: Node, weightM: number): Node {
  const column = reshape(mMask, [mMask.shape[0]!, 1]);
  const share = mul(matmul(column, column, { transposeB: true }), weightM);
  const cosM = matmul(m, m, { transposeB: true });
  const cosE = matmul(e, e, { transposeB: true });
  return add(mul(share, cosM), mul(sub(1, share), cosE));
}
