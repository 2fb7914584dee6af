import type { Recipe } from "../src/recipe.ts";
import questions from "./tiny-questions.ts";

/** Stage 4 of the tiny model: labelled Chinese pairs at a low rate, beside small batches of everything else. */
export default {
  ...questions,
  description:
    "RoFormer-Sim tiny learns labelled Chinese pairs at a low rate beside the rest (--near-model, --teacher)",
  parts: {
    ...questions.parts,
    contrast: {
      ...questions.parts.contrast,
      batch: { ...questions.parts.contrast.batch, pairs: 128, parallelPairs: 32, documentLength: 128 },
    },
    graded: { weight: 0.03, scale: 20, pairs: 64, length: 40 },
  },
  learningRate: { peak: 1e-4, warmupSteps: 20, totalSteps: 220, floor: 0 },
  seed: 20,
} satisfies Recipe;
