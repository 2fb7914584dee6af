import type { SeededRandom } from "../data/seeded-random.ts";

/**
 * Samples from the smallest set of tokens whose probabilities sum to at least topP (nucleus sampling, Holtzman et al.
 * 2019, arXiv 1904.09751).
 *
 * @param logits [vocabSize]; −Infinity excludes a token
 * @param topP in (0, 1]; towards 0 it takes the likeliest token
 */
export function sampleTopP(
  logits: Float32Array,
  topP: number,
  temperature: number,
  random: SeededRandom,
): number {
  const order = [...logits.keys()].filter((id) => logits[id]! > Number.NEGATIVE_INFINITY);
  order.sort((a, b) => logits[b]! - logits[a]! || a - b);
  const highest = logits[order[0]!]!;
  const weights = order.map((id) => Math.exp((logits[id]! - highest) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let count = 0;
  let kept = 0;
  while (count < order.length && kept < topP * total) kept += weights[count++]!;
  let left = random.next() * kept;
  for (let i = 0; i < count; i++) {
    left -= weights[i]!;
    if (left < 0) return order[i]!;
  }
  return order[Math.max(0, count - 1)]!;
}
