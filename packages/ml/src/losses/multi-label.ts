import {
  add,
  concat,
  constant,
  expand,
  mul,
  type Node,
  neg,
  reduceMean,
  reshape,
  sub,
} from "../graph/index.ts";
import { logSumExp } from "./cross-entropy.ts";

const EXCLUDED = -1e9;

/**
 * Multi-label loss (J. Su, 2020) over the last axis: log(1 + Σ_neg e^s) + log(1 + Σ_pos e^−s), mean over the rows. Labels
 * with s > 0 are then predicted. scores and target [rows, labels], target 0/1; labels with allowed = 0 do not count
 * ([rows, labels] or null).
 */
export function multiLabelLoss(scores: Node, target: Node, allowed: Node | null = null): Node {
  const rows = scores.shape[0]!;
  const excluded = allowed ? mul(sub(1, allowed), EXCLUDED) : null;
  const penalised = (values: Node, drop: Node): Node => {
    const kept = add(values, mul(drop, EXCLUDED));
    return excluded ? add(kept, excluded) : kept;
  };
  const zero = expand(constant([0], [1, 1]), [rows, 1]);
  const side = (values: Node): Node => logSumExp(concat([zero, values], 1));
  const negatives = side(penalised(scores, target));
  const positives = side(penalised(neg(scores), sub(1, target)));
  return reduceMean(add(negatives, positives));
}

/** Scores of all spans as rows for `multiLabelLoss`: [batch, types, seq, seq] → [batch · types, seq · seq]. */
export function spanRows(scores: Node): Node {
  const [batch, types, seq] = scores.shape as [number, number, number];
  return reshape(scores, [batch * types, seq * seq]);
}
