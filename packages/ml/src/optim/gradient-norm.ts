import type { GradientSet } from "../parameters.ts";

/** Euclidean norm of all gradients together; NaN or infinite when any value is. */
export function globalNorm(gradients: GradientSet): number {
  let squares = 0;
  for (const { data } of gradients.values()) {
    for (let i = 0; i < data.length; i++) squares += data[i]! * data[i]!;
  }
  return Math.sqrt(squares);
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
