/**
 * Attention as a recurrent network: for one query, (y, z) += e^(q·k)·(v, 1) over the tokens, o = y / z. The state has a
 * constant size; the time over all queries is still quadratic. A running maximum keeps e^(q·k) from overflowing.
 * query [d]; keys, values: token by token.
 */
export function recurrentAttention(
  query: ArrayLike<number>,
  tokens: Iterable<{ readonly key: ArrayLike<number>; readonly value: ArrayLike<number> }>,
): Float64Array {
  let y: Float64Array | null = null;
  let z = 0;
  let largest = Number.NEGATIVE_INFINITY;
  for (const { key, value } of tokens) {
    let score = 0;
    for (let k = 0; k < query.length; k++) score += query[k]! * key[k]!;
    y ??= new Float64Array(value.length);
    const shrink = Math.exp(Math.min(0, largest - score));
    const weight = Math.exp(Math.min(0, score - largest));
    largest = Math.max(largest, score);
    z = z * shrink + weight;
    for (let k = 0; k < y.length; k++) y[k] = y[k]! * shrink + weight * value[k]!;
  }
  if (y === null) throw new RangeError("attention over no tokens");
  return y.map((value) => value / z);
}

/** Multiplications of one Transformer layer of width D over n tokens: 12nD² + 2n²D; the second part leads for n > 6D. */
export function layerMultiplications(tokens: number, width: number): { linear: number; quadratic: number } {
  return { linear: 12 * tokens * width ** 2, quadratic: 2 * tokens ** 2 * width };
}
