import type { GradientSet } from "../parameters.ts";

/** Euclidean norm of all gradients together; NaN or infinite when any value is. */
export function globalNorm(gradients: GradientSet): number {
  let squares = 0;
  for (const { data } of gradients.values()) squares += sumOfSquares(data);
  return Math.sqrt(squares);
}

/** Four sums side by side: one alone waits for each addition before the next. */
function sumOfSquares(data: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = data.length - (data.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += data[i]! * data[i]!;
    b += data[i + 1]! * data[i + 1]!;
    c += data[i + 2]! * data[i + 2]!;
    d += data[i + 3]! * data[i + 3]!;
  }
  for (let i = whole; i < data.length; i++) a += data[i]! * data[i]!;
  return a + b + (c + d);
}

/**
 * Scales all gradients in place so that their norm is at most `maxNorm`.
 *
 * @returns the norm before clipping
 */
export function clipGlobalNorm(gradients: GradientSet, maxNorm: number): number {
  const norm = globalNorm(gradients);
  if (!(norm > maxNorm) || !Number.isFinite(norm)) return norm;
  const scale = maxNorm / norm;
  for (const { data } of gradients.values()) {
    for (let i = 0; i < data.length; i++) data[i] = data[i]! * scale;
  }
  return norm;
}
