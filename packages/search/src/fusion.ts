/** A list of document keys, best first, with their scores in that list. */
export type RankedList = readonly { readonly key: string; readonly score: number }[];

export interface Fused {
  readonly key: string;
  readonly score: number;
}

/**
 * Reciprocal rank fusion: score(d) = Σ weight / (rrfK + rank(d)), ranks from 1 (Cormack, Clarke, Büttcher, SIGIR 2009,
 * rrfK = 60). Equal scores are ordered by key, so that the same lists always fuse to the same order.
 */
export function fuseByRank(
  lists: readonly RankedList[],
  options: { rrfK?: number; weights?: readonly number[] } = {},
): Fused[] {
  const { rrfK = 60, weights = [] } = options;
  return sumUp(lists, (list, index) =>
    list.map((entry, rank) => ({ key: entry.key, score: (weights[index] ?? 1) / (rrfK + rank + 1) })),
  );
}

/**
 * Weighted sum of scores, each list scaled to [0, 1] by its greatest score and by what a document that it lacks has at
 * most: `leasts`, by default the list's least score. No range scales to 1; a document that a list lacks has 0 there.
 * Equal sums are ordered by key.
 */
export function fuseByScore(
  lists: readonly RankedList[],
  weights: readonly number[] = [],
  leasts: readonly (number | undefined)[] = [],
): Fused[] {
  return sumUp(lists, (list, index) => {
    const scores = list.map((entry) => entry.score);
    const least = leasts[index] ?? scores.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const range = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) - least;
    const weight = weights[index] ?? 1;
    return list.map(({ key, score }) => ({ key, score: weight * (range > 0 ? (score - least) / range : 1) }));
  });
}

function sumUp(
  lists: readonly RankedList[],
  scored: (list: RankedList, index: number) => readonly Fused[],
): Fused[] {
  const sums = new Map<string, number>();
  lists.forEach((list, index) => {
    const inThisList = new Set<string>();
    for (const { key, score } of scored(list, index)) {
      if (inThisList.has(key)) continue;
      inThisList.add(key);
      sums.set(key, (sums.get(key) ?? 0) + score);
    }
  });
  return [...sums]
    .map(([key, score]) => ({ key, score }))
    .sort((left, right) => right.score - left.score || (left.key < right.key ? -1 : 1));
}
