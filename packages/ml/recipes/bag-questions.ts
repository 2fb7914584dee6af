import type { Recipe } from "../src/recipe.ts";
import mostPairs from "./bag-most-pairs.ts";

/** The bag once more: sentences asked as questions, two fifths of the chunks near papers (--near-model: the bag itself). */
export default {
  ...mostPairs,
  description: "The bag goes on with sentences as questions and with papers that it confuses (--near-model)",
  parts: {
    ...mostPairs.parts,
    contrast: {
      ...mostPairs.parts.contrast,
      batch: {
        ...mostPairs.parts.contrast.batch,
        queryLength: 48,
        nearShare: 0.4,
        mixture: { title: 0.3, question: 0.1, sentence: 0.25, sentenceQuestion: 0.3, codeSwitched: 0.05 },
      },
    },
  },
  learningRate: { peak: 1e-3, warmupSteps: 20, totalSteps: 220, floor: 0 },
  seed: 19,
} satisfies Recipe;
