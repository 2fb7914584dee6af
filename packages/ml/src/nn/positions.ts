import type { SeededRandom } from "../data/seeded-random.ts";
import { rotaryFrequencies } from "./rotary.ts";

/**
 * Randomised positions for training ("position robustness"): positions spread evenly over [0, n], n exponential with the
 * given mean, so that a model learns that positions are ordered rather than how far apart neighbours are.
 */
export function robustPositions(length: number, meanSpan: number, random: SeededRandom): Float32Array {
  const span = -Math.log(1 - random.next()) * meanSpan;
  return Float32Array.from({ length }, (_, k) => (length === 1 ? 0 : (span * k) / (length - 1)));
}

export type Position2D = readonly [x: number, y: number];

/** A run of text tokens or an image of width × height patches, in reading order. */
export type Segment2D =
  | { readonly kind: "text"; readonly tokens: number }
  | { readonly kind: "image"; readonly width: number; readonly height: number };

/**
 * RoPE-Tie: positions of text and image in one plane. Text token n stands at (n, n); a w × h image after L tokens has
 * patch (x, y) at (L + x·(h + 1), L + y·(w + 1)), 1 ≤ x ≤ w, 1 ≤ y ≤ h; the next text token stands at
 * L + (w + 1)(h + 1). Text and image thus keep the same distance to each other along both axes, and without an image the
 * positions are those of one-dimensional RoPE. Patches come row by row.
 */
export function ropeTiePositions(segments: readonly Segment2D[]): Position2D[] {
  const positions: Position2D[] = [];
  let next = 0;
  for (const segment of segments) {
    if (segment.kind === "text") {
      for (let k = 0; k < segment.tokens; k++, next++) positions.push([next, next]);
      continue;
    }
    // The formula counts tokens from 1, positions here count from 0.
    const { width, height } = segment;
    const origin = next - 1;
    for (let y = 1; y <= height; y++) {
      for (let x = 1; x <= width; x++) positions.push([origin + x * (height + 1), origin + y * (width + 1)]);
    }
    next = origin + (width + 1) * (height + 1);
  }
  return positions;
}

/**
 * Angles of two-dimensional RoPE for one position: the pairs of one-dimensional RoPE, the even ones turning with x, the
 * odd ones with y: [headDim / 2]. Scores then depend on the differences of the coordinates only, and on the diagonal
 * (n, n) it is one-dimensional RoPE.
 */
export function rotaryAngles2D([x, y]: Position2D, headDim: number, base: number): number[] {
  return rotaryFrequencies(headDim, base).map((frequency, i) => (i % 2 === 0 ? x : y) * frequency);
}
