import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";
import pairs from "./bag-pairs.ts";

/** Stage 2, once more: batches twice as large, chunks of one field twice as long, the pairs weighing as much as the teachers. */
export default {
  ...pairs,
  description: "The bag goes on with batches of 1,024 pairs, 32 papers of a field side by side",
  parts: {
    ...pairs.parts,
    contrast: {
      ...pairs.parts.contrast,
      weight: 1,
      batch: {
        ...pairs.parts.contrast.batch,
        pairs: 1024,
        parallelPairs: 64,
        chunk: 32,
        documentLength: 208,
        mixture: { title: 0.4, question: 0.25, sentence: 0.25, codeSwitched: 0.1 },
      },
    },
  },
  optimizer: () => new AdamW({ weightDecay: 0 }),
  learningRate: { peak: 1e-3, warmupSteps: 50, totalSteps: 1500, floor: 1e-5 },
  seed: 10,
} satisfies Recipe;
