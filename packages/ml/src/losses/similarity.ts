import { add, matmul, mul, type Node, reciprocal, reduceSum, sqrt, square, sub } from "../graph/index.ts";

/** Keeps the norm of a zero vector from dividing by zero. */
const EPSILON = 1e-12;

/** Unit vectors along the last axis; a zero vector stays zero. */
export function l2Normalize(x: Node): Node {
  return mul(x, reciprocal(sqrt(add(reduceSum(square(x), [-1], true), EPSILON))));
}

/** Cosines of every row of a with every row of b: [n, m] from [n, d] and [m, d]. */
export function cosineMatrix(a: Node, b: Node): Node {
  return matmul(l2Normalize(a), l2Normalize(b), { transposeB: true });
}

/** Cosine of row i of a with row i of b: [n]. */
export function pairwiseCosine(a: Node, b: Node): Node {
  return reduceSum(mul(l2Normalize(a), l2Normalize(b)), [-1]);
}

/** 1 − cosine per row: [n]. */
export const cosineDistance = (a: Node, b: Node): Node => sub(1, pairwiseCosine(a, b));
