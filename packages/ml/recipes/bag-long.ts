import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";
import contrast from "./bag-contrast.ts";

/** Stage 2, continued: whole abstracts. A bag costs little more for long texts, and what it reads there it keeps. */
export default {
  ...contrast,
  description: "The contrastive bag goes on with whole abstracts as documents",
  parts: {
    ...contrast.parts,
    distil: {
      ...contrast.parts.distil,
      composition: { papers: 24, titles: 24, parallel: 12, chinese: 40 },
    },
    contrast: {
      ...contrast.parts.contrast,
      weight: 0.3,
      batch: { ...contrast.parts.contrast.batch, pairs: 72, documentLength: 224 },
    },
  },
  optimizer: () => new AdamW({ weightDecay: 0 }),
  learningRate: { peak: 5e-4, warmupSteps: 50, totalSteps: 1200, floor: 2e-5 },
  seed: 8,
} satisfies Recipe;
