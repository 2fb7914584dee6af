import { concat, mul, type Node } from "../graph/index.ts";
import { l2Normalize } from "../losses/similarity.ts";
import { dense, type ForwardContext, lecun } from "../nn/index.ts";

/** One linear head of a distilled student, as a part of the embedding. */
export interface HeadPart {
  /** `heads.<name>.weight` */
  readonly name: string;
  readonly size: number;
  /** share of this head's cosine in the cosine of the whole embedding; the shares sum to 1 */
  readonly share: number;
}

/**
 * What the embedding is: the pooled vector, or several heads side by side, each scaled so that the cosine of two
 * embeddings is the weighted mean of the heads' cosines.
 */
export type EmbeddingSource =
  | { readonly kind: "pooled" }
  | { readonly kind: "heads"; readonly heads: readonly HeadPart[] };

export const POOLED: EmbeddingSource = { kind: "pooled" };

/** A linear head without bias over the pooled vector. */
export function linearHead(context: ForwardContext, name: string, pooled: Node, size: number): Node {
  return dense(context, `heads.${name}`, pooled, size, { initializer: lecun(), hasBias: false });
}

/** Unit vectors [batch, size] from pooled [batch, hiddenSize]. */
export function embeddingOf(context: ForwardContext, pooled: Node, source: EmbeddingSource): Node {
  if (source.kind === "pooled") return l2Normalize(pooled);
  const parts = source.heads.map(({ name, size, share }) =>
    mul(l2Normalize(linearHead(context, name, pooled, size)), Math.sqrt(share)),
  );
  return l2Normalize(concat(parts, -1));
}

/** Length of the embedding. */
export function embeddingSize(hiddenSize: number, source: EmbeddingSource): number {
  return source.kind === "pooled" ? hiddenSize : source.heads.reduce((sum, { size }) => sum + size, 0);
}
