import { add, exp, logSoftmax, mul, type Node, neg, reduceMean, reduceSum, sub } from "../graph/index.ts";

/**
 * Mean over the rows of ½·[KL(P₂‖P₁) + KL(P₁‖P₂)], P the softmax of two passes with different dropout; needs no labels.
 * logits [n, classes].
 */
export function symmetricKl(logits1: Node, logits2: Node): Node {
  const [log1, log2] = [logSoftmax(logits1), logSoftmax(logits2)];
  // KL(P₁‖P₂) + KL(P₂‖P₁) = Σ (P₁ − P₂)(log P₁ − log P₂)
  return mul(reduceMean(reduceSum(mul(sub(exp(log1), exp(log2)), sub(log1, log2)), [-1])), 0.5);
}

/**
 * R-Drop (2106.14448): −log P₁(y) − log P₂(y) + (α/2)·[KL(P₂‖P₁) + KL(P₁‖P₂)], mean over the rows.
 * target [n, classes], rows summing to 1.
 */
export function rDrop(logits1: Node, logits2: Node, target: Node, alpha: number): Node {
  const nll = (logits: Node): Node => neg(reduceMean(reduceSum(mul(logSoftmax(logits), target), [-1])));
  return add(add(nll(logits1), nll(logits2)), mul(symmetricKl(logits1, logits2), alpha));
}
