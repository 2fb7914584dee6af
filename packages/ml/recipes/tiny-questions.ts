import type { Recipe } from "../src/recipe.ts";
import sentences from "./tiny-sentences.ts";

/**
 * Stage 3g: sentences asked as questions, and a share of the target from the bag (--teacher), which says what else in a
 * batch is near a query (docs/log/2026-11-29-questions.md).
 */
export default {
  ...sentences,
  description:
    "RoFormer-Sim tiny goes on with sentences as questions, half taught by a bag (--near-model, --teacher)",
  parts: {
    ...sentences.parts,
    contrast: {
      ...sentences.parts.contrast,
      teacherShare: 0.5,
      batch: {
        ...sentences.parts.contrast.batch,
        mixture: { title: 0.25, question: 0.1, sentence: 0.25, sentenceQuestion: 0.35, codeSwitched: 0.05 },
      },
    },
  },
  learningRate: { peak: 3.5e-4, warmupSteps: 15, totalSteps: 600, floor: 1e-6 },
  seed: 18,
} satisfies Recipe;
