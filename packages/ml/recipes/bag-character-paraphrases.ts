import type { Recipe } from "../src/recipe.ts";
import paraphrases from "./bag-paraphrases.ts";

const { own: _, ...parts } = paraphrases.parts;

/**
 * `bag-paraphrases` once more, with the characters that `extend-vocab` added and without pairs of one's own
 * (docs/log/2026-11-30-characters.md).
 */
export default {
  ...paraphrases,
  description:
    "Chinese characters, added ones among them, learn from paraphrases and sentences (--tokenizer, --paraphrases, --sentences)",
  parts: { ...parts, graded: { ...parts.graded, weight: 0.8 } },
  learningRate: { peak: 2e-3, warmupSteps: 20, totalSteps: 1300, floor: 0 },
  seed: 49,
} satisfies Recipe;
