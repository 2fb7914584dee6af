import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";
import everyday from "./bag-everyday.ts";

/**
 * The wide bag learns which Chinese characters carry a question's meaning. English tokens stay as they are, so that a step needs
 * none of the large batches that taught them (docs/log/2026-11-30-paraphrases.md).
 */
export default {
  ...everyday,
  description:
    "Chinese characters alone learn from paraphrases, sentences and pairs in two languages (--paraphrases, --sentences, --pairs)",
  parts: {
    distil: {
      ...everyday.parts.distil,
      composition: { papers: 8, titles: 8, parallel: 24, chinese: 64, sentences: 512 },
    },
    contrast: {
      ...everyday.parts.contrast,
      batch: {
        ...everyday.parts.contrast.batch,
        pairs: 320,
        parallelPairs: 256,
        nearShare: 0,
        mixture: { title: 0, question: 0, sentence: 0, codeSwitched: 1 },
      },
    },
    graded: { weight: 0.6, scale: 20, pairs: 384, length: 28, hasParaphrases: true },
    own: everyday.parts.own,
  },
  trainedTokens: "chinese",
  optimizer: () => new AdamW({ weightDecay: 0 }),
  learningRate: { peak: 3e-3, warmupSteps: 20, totalSteps: 1200, floor: 0 },
  seed: 44,
} satisfies Recipe;
