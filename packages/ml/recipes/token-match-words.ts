import type { Recipe } from "../src/recipe.ts";
import layers from "./token-match-layers.ts";

/** The same layers, also on queries of two to four words, which is what people type most. */
export default {
  ...layers,
  description:
    "The layers of token-match-layers go on, a fifth of the queries being a few words (--from, --near-model)",
  parts: {
    late: {
      ...layers.parts.late,
      batch: {
        ...layers.parts.late.batch,
        mixture: {
          title: 0.2,
          question: 0.08,
          sentence: 0.2,
          sentenceQuestion: 0.25,
          codeSwitched: 0.05,
          words: 0.22,
        },
      },
    },
  },
  learningRate: { peak: 7e-4, warmupSteps: 30, totalSteps: 1400, floor: 0 },
  seed: 34,
} satisfies Recipe;
