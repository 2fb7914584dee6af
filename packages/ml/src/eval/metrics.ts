/** Measures of ranking and of correlation, as plain functions. */

/**
 * Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank.
 *
 * @returns in [-1, 1]; NaN when one side is constant
 * @throws RangeError for lists of different or too small length
 */
export function spearman(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length || a.length < 2) {
    throw new RangeError(`Spearman needs two lists of one length ≥ 2, not ${a.length} and ${b.length}.`);
  }
  return pearson(ranks(a), ranks(b));
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const result = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) result[order[i]!] = (start + end - 1) / 2;
    start = end;
  }
  return result;
}

function pearson(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]! - ma, b[i]! - mb];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Indices of the k largest scores, best first; ties go to the lower index. */
export function topK(scores: ArrayLike<number>, k: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < scores.length; i++) {
    if (best.length === k && scores[i]! <= scores[best[k - 1]!]!) continue;
    let at = best.length === k ? k - 1 : best.length;
    while (at > 0 && scores[best[at - 1]!]! < scores[i]!) {
      best[at] = best[at - 1]!;
      at--;
    }
    best[at] = i;
  }
  return best;
}

/** Share of the relevant documents among the first k. */
export function recallAtK(
  ranking: readonly number[],
  relevant: ReadonlyMap<number, number>,
  k: number,
): number {
  let positives = 0;
  for (const grade of relevant.values()) if (grade > 0) positives++;
  if (positives === 0) return Number.NaN;
  const found = ranking.slice(0, k).filter((document) => (relevant.get(document) ?? 0) > 0).length;
  return found / positives;
}

/** 1 / rank of the first relevant document, 0 when none is in the ranking. */
export function reciprocalRank(ranking: readonly number[], relevant: ReadonlyMap<number, number>): number {
  const at = ranking.findIndex((document) => (relevant.get(document) ?? 0) > 0);
  return at < 0 ? 0 : 1 / (at + 1);
}

/** Normalised discounted cumulative gain with gains 2^grade − 1 (Burges et al. 2005); negative grades count as 0. */
export function ndcgAtK(
  ranking: readonly number[],
  relevant: ReadonlyMap<number, number>,
  k: number,
): number {
  const gain = (grade: number) => 2 ** Math.max(0, grade) - 1;
  const dcg = (grades: readonly number[]) =>
    grades.slice(0, k).reduce((sum, grade, i) => sum + gain(grade) / Math.log2(i + 2), 0);
  const ideal = dcg([...relevant.values()].sort((a, b) => b - a));
  return ideal === 0 ? Number.NaN : dcg(ranking.map((document) => relevant.get(document) ?? 0)) / ideal;
}

/**
 * Alignment and uniformity (Wang & Isola 2020, arXiv 2005.10242) of unit vectors: mean squared distance of positive
 * pairs (lower is closer), and log of the mean of e^(−2‖x−y‖²) over all pairs of different texts (lower spreads more).
 */
export function alignment(pairs: readonly (readonly [Float32Array, Float32Array])[]): number {
  return pairs.reduce((sum, [a, b]) => sum + squaredDistance(a, b), 0) / pairs.length;
}

export function uniformity(vectors: readonly Float32Array[]): number {
  let sum = 0;
  for (let i = 0; i < vectors.length; i++) {
    for (let j = 0; j < i; j++) sum += Math.exp(-2 * squaredDistance(vectors[i]!, vectors[j]!));
  }
  return Math.log(sum / ((vectors.length * (vectors.length - 1)) / 2));
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
