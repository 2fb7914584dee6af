/**
 * Distillation from two teachers whose vectors are known in advance (data/teacher-vectors.ts).
 *
 *   loss = w_m·mean_i(1 − cos(H_m u_i, m_i)) + w_e·mean_i(1 − cos(H_e u_i, e_i)) + w_S·mean_ij (ū_i·ū_j − T_ij)²
 *   T_ij = a·m_i·m_j + (1 − a)·e_i·e_j where m knows both texts, e_i·e_j where it does not
 */
import type { Node } from "../graph/node.ts";
import {
  add,
  div,
  input,
  matmul,
  mul,
  reduceMean,
  reduceSum,
  reshape,
  sqrt,
  square,
  sub,
} from "../graph/ops.ts";

export interface DistillationWeights {
  /** w_m */
  readonly m: number;
  /** w_e */
  readonly e: number;
  /** w_S */
  readonly similarity: number;
  /** a, the share of teacher m in the target similarity */
  readonly mixture: number;
}

export interface TeacherHeads {
  /** [hiddenSize, 192] */
  readonly m: Node;
  readonly e: Node;
}

export interface DistillationLoss {
  readonly loss: Node;
  readonly metrics: Readonly<Record<"cosineM" | "cosineE" | "similarityError", Node>>;
}

/** Inputs fed as `m`, `mMask` and `e`: see DistillationBatch. */
export function teacherInputs(texts: number, dimensions: number) {
  return {
    m: input("m", "float", [texts, dimensions]),
    mMask: input("mMask", "float", [texts]),
    e: input("e", "float", [texts, dimensions]),
  };
}

/** Rows of length 1. */
export function unitRows(x: Node): Node {
  return div(x, sqrt(add(reduceSum(square(x), [1], true), 1e-12)));
}

/** @param embeddings [texts, hiddenSize], of any length */
export function distillationLoss(
  embeddings: Node,
  heads: TeacherHeads,
  teachers: ReturnType<typeof teacherInputs>,
  weights: DistillationWeights,
): DistillationLoss {
  const texts = embeddings.shape[0] as number;
  const unit = unitRows(embeddings);
  const cosineTo = (head: Node, target: Node) =>
    reduceSum(mul(unitRows(matmul(unit, head)), target), [1], false);
  const known = add(reduceSum(teachers.mMask, null, false), 1e-6);
  const cosineM = div(reduceSum(mul(cosineTo(heads.m, teachers.m), teachers.mMask), null, false), known);
  const cosineE = reduceMean(cosineTo(heads.e, teachers.e), null, false);
  const target = mixedSimilarity(teachers, texts, weights.mixture);
  const similarityError = reduceMean(
    square(sub(matmul(unit, unit, { transposeB: true }), target)),
    null,
    false,
  );
  const headLoss = add(mul(sub(1, cosineM), weights.m), mul(sub(1, cosineE), weights.e));
  return {
    loss: add(headLoss, mul(similarityError, weights.similarity)),
    metrics: { cosineM, cosineE, similarityError },
  };
}

/** T of the file's head: [texts, texts]. */
function mixedSimilarity(teachers: ReturnType<typeof teacherInputs>, texts: number, mixture: number): Node {
  const mask = reshape(teachers.mMask, [texts, 1]);
  const share = mul(matmul(mask, mask, { transposeB: true }), mixture);
  const ofM = matmul(teachers.m, teachers.m, { transposeB: true });
  const ofE = matmul(teachers.e, teachers.e, { transposeB: true });
  return add(mul(share, ofM), mul(sub(1, share), ofE));
}
