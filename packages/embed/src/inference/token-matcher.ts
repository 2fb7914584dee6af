/** Of a pasted page the heaviest tokens say enough. */
const MAX_QUERY_TOKENS = 32;
/** Measured: docs/log/2026-11-29-token-matching.md. */
const LENGTH_PENALTY = 0.18;
/** A text of fewer different tokens, such as a title alone, gains nothing more by being short. */
const FEW_TOKENS = 60;
/** Different tokens of an ordinary title and abstract; only moves all scores. */
const USUAL_TOKENS = 150;

/**
 * Compares a query with texts token by token, as late interaction does (MaxSim of ColBERT, Khattab and Zaharia 2020,
 * arXiv 2004.12832), here with vectors that tokens have by themselves and with weights:
 *
 *     s(q, d) = Σₜ wₜ · max(0, maxᵤ cos(eₜ, eᵤ)) / Σₜ wₜ − 0.18 · ln(max(n, 60) / 150)
 *
 * t are the different tokens of q, u the n different ones of d. The first term goes from 0, nothing of the query is in
 * the text, to 1, every token of it is; the greatest of n cosines grows with n by chance alone, hence the second.
 */
export class TokenMatcher {
  readonly #weights: Float32Array;
  readonly #similarities: Float32Array;
  readonly #totalWeight: number;

  /**
   * @param weights of the query's tokens, above 0
   * @param similarities [vocabSize, tokens of the query]: cosines
   */
  constructor(weights: Float32Array, similarities: Float32Array) {
    this.#weights = weights;
    this.#similarities = similarities;
    this.#totalWeight = weights.reduce((sum, weight) => sum + weight, 0);
  }

  /**
   * @param textIds `differentTokens` of a text
   * @returns 0 for a text or a query without tokens
   */
  score(textIds: readonly number[]): number {
    const width = this.#weights.length;
    if (width === 0 || textIds.length === 0) return 0;
    const best = new Float32Array(width);
    const similarities = this.#similarities;
    for (const id of textIds) {
      for (let k = 0, at = id * width; k < width; k++, at++)
        if (similarities[at]! > best[k]!) best[k] = similarities[at]!;
    }
    const said = this.#weights.reduce((sum, weight, k) => sum + weight * best[k]!, 0);
    return (
      said / this.#totalWeight -
      LENGTH_PENALTY * Math.log(Math.max(textIds.length, FEW_TOKENS) / USUAL_TOKENS)
    );
  }
}

/**
 * The tokens of a text that count, each once.
 *
 * @param weights [vocabSize]; 0 leaves a token out
 */
export const differentTokens = (weights: Float32Array, ids: Iterable<number>): number[] =>
  [...new Set(ids)].filter((id) => weights[id]! > 0);

/** Where those tokens stand in a text for the first time, in order. */
export function firstPlaces(weights: Float32Array, ids: Int32Array): number[] {
  const seen = new Set<number>();
  const places: number[] = [];
  ids.forEach((id, place) => {
    if (weights[id]! > 0 && !seen.has(id)) places.push(place);
    seen.add(id);
  });
  return places;
}

/** Those of a query's tokens that it is compared by. */
export const heaviest = (places: readonly number[], weightAt: (place: number) => number): number[] =>
  places.toSorted((left, right) => weightAt(right) - weightAt(left)).slice(0, MAX_QUERY_TOKENS);
