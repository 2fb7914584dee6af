import type { Recipe } from "../src/recipe.ts";
import most from "./bag-most-dropout.ts";

/**
 * The wide bag learns everyday Chinese: sentences of many kinds as teacher e reads them, and pairs of an English and a
 * Chinese text (docs/log/2026-11-29-everyday-chinese.md).
 */
export default {
  ...most,
  description:
    "The wide bag learns everyday Chinese from sentences and from pairs in two languages (--near-model, --sentences, --pairs)",
  parts: {
    ...most.parts,
    distil: {
      ...most.parts.distil,
      composition: { papers: 24, titles: 24, parallel: 12, chinese: 40, sentences: 384 },
    },
    own: {
      weight: 0.3,
      scale: 25,
      pairs: 512,
      queryLength: 24,
      documentLength: 40,
      matryoshkaDims: [64, 128],
    },
  },
  learningRate: { peak: 1e-3, warmupSteps: 20, totalSteps: 500, floor: 0 },
  seed: 35,
} satisfies Recipe;
