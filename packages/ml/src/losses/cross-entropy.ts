import {
  add,
  div,
  exp,
  gatherRows,
  log,
  matmul,
  maximum,
  mul,
  type Node,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  stopGradient,
  sub,
} from "../graph/index.ts";

/** log Σ exp over the last axis, without overflow: [...] from [..., n]. */
export function logSumExp(x: Node): Node {
  const largest = stopGradient(reduceMax(x, [-1], true));
  const sums = log(reduceSum(exp(sub(x, largest)), [-1], true));
  return reshape(add(sums, largest), x.shape.slice(0, -1));
}

/** Mean of −Σ target·log softmax(logits) over the rows; both [n, classes], each target row summing to 1. */
export function softCrossEntropy(logits: Node, target: Node): Node {
  return reduceMean(sub(logSumExp(logits), reduceSum(mul(logits, target), [-1])));
}

/** Mean of the values that count: values [n], weights [n] of 0/1 (0 when none counts). */
export function weightedMean(values: Node, weights: Node): Node {
  return div(reduceSum(mul(values, weights)), maximum(reduceSum(weights), 1));
}

/**
 * Cross-entropy of a softmax over a vocabulary whose logits are hidden · tableᵀ + bias (tied embedding). The label's logit
 * comes from the label's row alone, so no one-hot matrix of the vocabulary's size is built.
 * hidden [n, d], table [vocab, d], bias [vocab], labels [n] int → losses [n].
 */
export function tiedCrossEntropy(hidden: Node, table: Node, bias: Node, labels: Node): Node {
  const logits = add(matmul(hidden, table, { transposeB: true }), bias);
  const labelLogit = add(reduceSum(mul(hidden, gatherRows(table, labels)), [-1]), gatherRows(bias, labels));
  return sub(logSumExp(logits), labelLogit);
}
