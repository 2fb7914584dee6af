import {
  add,
  constant,
  exp,
  mul,
  type Node,
  reduceMean,
  reduceSum,
  stopGradient,
  sub,
} from "../graph/index.ts";
import { logSumExp } from "./cross-entropy.ts";

const EXCLUDED = -1e9;

export interface FlatNce {
  /** To minimise: its value is always 1 (x / stopgrad(x)), its gradient is that of log x */
  readonly loss: Node;
  /** To report: mean of log x */
  readonly logX: Node;
}

/**
 * FlatNCE (2107.01152) over scores [n, candidates] whose positive is column i of row i: x = Σ_{j≠i} e^(s_j − s_i) and
 * loss = x / stopgrad(x). InfoNCE is log(1 + x), whose gradient vanishes in float32 as x becomes small; this one's
 * does not: per row ∇FlatNCE = ((1 + x) / x)·∇InfoNCE.
 */
export function flatNce(scores: Node): FlatNce {
  const [n, candidates] = scores.shape as [number, number];
  const positives = constant(
    Array.from({ length: n * candidates }, (_, k) => (k % candidates === Math.floor(k / candidates) ? 1 : 0)),
    [n, candidates],
  );
  const positive = reduceSum(mul(scores, positives), [-1], true);
  const logX = logSumExp(add(sub(scores, positive), mul(positives, EXCLUDED)));
  return { loss: reduceMean(exp(sub(logX, stopGradient(logX)))), logX: reduceMean(logX) };
}
