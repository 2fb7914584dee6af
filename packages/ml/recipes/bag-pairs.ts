import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";
import contrast from "./bag-contrast.ts";

/** Stage 2, at the end: many more pairs, in batches large enough to hold hard negatives of the same field. */
export default {
  ...contrast,
  description: "The contrastive bag on large batches, so that a title finds its own abstract among near ones",
  parts: {
    distil: {
      ...contrast.parts.distil,
      composition: { papers: 24, titles: 24, parallel: 12, chinese: 40 },
      longLength: 128,
    },
    contrast: {
      weight: 0.5,
      scale: 20,
      batch: {
        pairs: 512,
        parallelPairs: 32,
        chunk: 16,
        queryLength: 28,
        documentLength: 176,
        mixture: { title: 0.45, question: 0.2, sentence: 0.25, codeSwitched: 0.1 },
      },
    },
    graded: { weight: 0.05, scale: 20, pairs: 64, length: 28 },
  },
  optimizer: () => new AdamW({ weightDecay: 0 }),
  learningRate: { peak: 1e-3, warmupSteps: 50, totalSteps: 1500, floor: 2e-5 },
  seed: 9,
} satisfies Recipe;
