import { abs, add, concat, mul, type Node, sub } from "../graph/index.ts";
import { dense, type ForwardContext, lecun } from "../nn/index.ts";
import { softCrossEntropy } from "./cross-entropy.ts";

const EXCLUDED = -1e9;

/**
 * RoFormer-Sim's supervised stage: logits = W·[u; v; |u − v|] for the classes of all tasks together, and each sample's
 * softmax over the classes of its own task only.
 * u, v [n, d]; target [n, classes], rows summing to 1; taskMask [n, classes], 1 for the classes of the sample's task.
 */
export function pairClassification(
  context: ForwardContext,
  u: Node,
  v: Node,
  target: Node,
  taskMask: Node,
): Node {
  const classes = target.shape[1] as number;
  const features = concat([u, v, abs(sub(u, v))], -1);
  const logits = dense(context, "pairClassifier", features, classes, {
    initializer: lecun(),
    hasBias: false,
  });
  return softCrossEntropy(add(logits, mul(sub(1, taskMask), EXCLUDED)), target);
}
