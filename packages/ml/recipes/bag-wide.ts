import type { Recipe } from "../src/recipe.ts";
import questions from "./bag-questions.ts";

/**
 * The bag with half as many numbers again in a vector: a third of them begin at random, which alone tells words apart
 * (docs/log/2026-11-29-wide.md).
 */
export default {
  ...questions,
  description:
    "A bag of width 384 that begins with the one of 256, on the pairs of bag-questions (--near-model)",
  model: { ...questions.model, hiddenSize: 384, numAttentionHeads: 6, initializerStd: 0.04 },
  parts: {
    ...questions.parts,
    contrast: {
      ...questions.parts.contrast,
      batch: { ...questions.parts.contrast.batch, parallelPairs: 192 },
    },
  },
  learningRate: { peak: 1.5e-3, warmupSteps: 40, totalSteps: 1500, floor: 0 },
  seed: 22,
} satisfies Recipe;
