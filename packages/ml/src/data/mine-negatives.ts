/** Hard negatives: documents that a model ranks high for a query although they are another paper's. */
import { topK } from "../eval/metrics.ts";

export interface MiningOptions {
  /** Negatives per query. */
  readonly count: number;
  /** The first ranks are left out: the nearest others are often answers too. */
  readonly skipRanks: number;
  /** A document nearer than this share of the positive's cosine counts as an answer and is left out. */
  readonly maxShareOfPositive: number;
}

/**
 * Indices of negatives for each query.
 *
 * @param queries unit vectors; query i belongs to document i
 * @param documents unit vectors, at least as many
 */
export function mineNegatives(
  queries: readonly Float32Array[],
  documents: readonly Float32Array[],
  options: MiningOptions,
): number[][] {
  const { count, skipRanks, maxShareOfPositive } = options;
  const dimensions = documents[0]?.length ?? 0;
  const matrix = new Float32Array(documents.length * dimensions);
  documents.forEach((vector, i) => {
    matrix.set(vector, i * dimensions);
  });
  const scores = new Float32Array(documents.length);
  return queries.map((query, own) => {
    for (let i = 0, at = 0; i < scores.length; i++) {
      let sum = 0;
      for (let d = 0; d < dimensions; d++) sum += query[d]! * matrix[at++]!;
      scores[i] = sum;
    }
    const limit = maxShareOfPositive * scores[own]!;
    const ranked = topK(scores, skipRanks + 4 * count + 1).filter((document) => document !== own);
    return ranked
      .slice(skipRanks)
      .filter((document) => scores[document]! <= limit)
      .slice(0, count);
  });
}
