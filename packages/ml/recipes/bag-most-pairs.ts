import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";
import morePairs from "./bag-more-pairs.ts";

/** Stage 2, at last: batches of 2,048 pairs, and prefixes of 64 and 128 dimensions that are vectors of their own. */
export default {
  ...morePairs,
  description:
    "The bag goes on with batches of 2,048 pairs, 64 papers of a field side by side, and Matryoshka widths",
  parts: {
    ...morePairs.parts,
    distil: {
      ...morePairs.parts.distil,
      loss: { ...morePairs.parts.distil.loss, matryoshkaDims: [64, 128] },
    },
    contrast: {
      ...morePairs.parts.contrast,
      scale: 25,
      matryoshkaDims: [64, 128],
      batch: {
        ...morePairs.parts.contrast.batch,
        pairs: 2048,
        parallelPairs: 128,
        chunk: 64,
        mixture: { title: 0.45, question: 0.2, sentence: 0.25, codeSwitched: 0.1 },
      },
    },
  },
  optimizer: () => new AdamW({ weightDecay: 0 }),
  learningRate: { peak: 1e-3, warmupSteps: 50, totalSteps: 900, floor: 1e-5 },
  seed: 11,
} satisfies Recipe;
