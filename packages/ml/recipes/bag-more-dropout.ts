import type { Recipe } from "../src/recipe.ts";
import dropout from "./bag-wide-dropout.ts";

/** The wide bag goes on; texts lose more of their words. */
export default {
  ...dropout,
  description: "The wide bag goes on, and texts lose more of their words (--near-model: the bag itself)",
  parts: {
    ...dropout.parts,
    contrast: {
      ...dropout.parts.contrast,
      batch: { ...dropout.parts.contrast.batch, tokenDropout: { query: 0.25, document: 0.5 } },
    },
  },
  learningRate: { peak: 1e-3, warmupSteps: 20, totalSteps: 500, floor: 0 },
  seed: 26,
} satisfies Recipe;
