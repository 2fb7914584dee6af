import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";
import everyday from "./bag-everyday.ts";

/**
 * The characters that `extend-vocab` added learn what they mean from sentences that have them, while everything else stays as
 * it is (docs/log/2026-11-30-characters.md).
 */
export default {
  ...everyday,
  description: "Characters that extend-vocab added learn from sentences (--tokenizer, --sentences)",
  parts: {
    distil: {
      ...everyday.parts.distil,
      composition: { papers: 8, titles: 8, parallel: 16, chinese: 32, sentences: 768 },
    },
  },
  trainedTokens: { addedFrom: 24_000 },
  optimizer: () => new AdamW({ weightDecay: 0 }),
  learningRate: { peak: 5e-3, warmupSteps: 20, totalSteps: 800, floor: 0 },
  seed: 47,
} satisfies Recipe;
