import type { Recipe } from "../src/recipe.ts";
import more from "./bag-more-dropout.ts";

/** The wide bag at last; texts lose still more of their words. */
export default {
  ...more,
  description: "The wide bag goes on, and texts lose most of their words (--near-model: the bag itself)",
  parts: {
    ...more.parts,
    contrast: {
      ...more.parts.contrast,
      batch: { ...more.parts.contrast.batch, tokenDropout: { query: 0.3, document: 0.6 } },
    },
  },
  learningRate: { peak: 1e-3, warmupSteps: 20, totalSteps: 600, floor: 0 },
  seed: 27,
} satisfies Recipe;
