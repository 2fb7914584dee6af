/**
 * Heads that look at neighbours from the first step. Attention drawn at random is nearly uniform, so a new layer sees the mean of its
 * text, which a bag of words knows already, and has to find word order by itself, slowly. A rotated score of two constant vectors
 * depends on the distance alone: with query bias (a, 0) and key bias a·(cos δθᵢ, −sin δθᵢ) in every pair i it is
 * a² Σᵢ cos((n − m − δ)θᵢ), highest where the key stands δ tokens after the query. Biases are learned on like any others.
 */
import { type Initializer, rotaryFrequencies, zeros } from "../nn/index.ts";
import type { EncoderConfig } from "./encoder-config.ts";

interface LocalHead {
  /** Distance δ of the token that the head looks at. */
  readonly offset: number;
  /** Score at its place less the score one token beside it. */
  readonly sharpness: number;
}

/** The token before, the token after, a window of about five tokens, and one head without preference; then again. */
const PATTERN: readonly (LocalHead | null)[] = [
  { offset: -1, sharpness: 3 },
  { offset: 1, sharpness: 3 },
  { offset: 0, sharpness: 0.5 },
  null,
];

/** Initial bias [hiddenSize] of the queries, keys or values; zeros where no head begins local, and for values. */
export function localHeadBias(config: EncoderConfig, part: "query" | "key" | "value"): Initializer {
  if (!config.hasLocalHeads || part === "value") return zeros;
  const headDim = config.hiddenSize / config.numAttentionHeads;
  const frequencies = rotaryFrequencies(headDim, config.rotaryBase);
  const fall = frequencies.reduce((sum, frequency) => sum + 1 - Math.cos(frequency), 0);
  return ([size]) => {
    const bias = new Float32Array(size!);
    for (let head = 0; head < config.numAttentionHeads; head++) {
      const local = PATTERN[head % PATTERN.length];
      if (!local) continue;
      const amplitude = Math.sqrt((local.sharpness * Math.sqrt(headDim)) / fall);
      frequencies.forEach((frequency, pair) => {
        const angle = part === "query" ? 0 : -local.offset * frequency;
        const at = head * headDim + 2 * pair;
        bias[at] = amplitude * Math.cos(angle);
        bias[at + 1] = amplitude * Math.sin(angle);
      });
    }
    return bias;
  };
}
