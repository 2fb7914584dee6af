/**
 * The first `dimensions` numbers, scaled to length 1 (Matryoshka truncation: Kusupati et al. 2022, arXiv 2205.13147).
 * A zero vector stays zero.
 */
export function truncateAndNormalize(vector: Float32Array, dimensions: number): Float32Array {
  const cut = vector.slice(0, dimensions);
  let squares = 0;
  for (const value of cut) squares += value * value;
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let i = 0; i < cut.length; i++) cut[i] = cut[i]! * scale;
  return cut;
}

/**
 * Mean over a text's own tokens.
 *
 * @param hidden [length, size], row-major
 * @param tokens how many of the rows are no padding, at least 1
 */
export function meanPool(hidden: Float32Array, tokens: number, size: number): Float32Array {
  const mean = new Float32Array(size);
  for (let token = 0; token < tokens; token++) {
    const row = token * size;
    for (let i = 0; i < size; i++) mean[i] = mean[i]! + hidden[row + i]!;
  }
  for (let i = 0; i < size; i++) mean[i] = mean[i]! / tokens;
  return mean;
}
