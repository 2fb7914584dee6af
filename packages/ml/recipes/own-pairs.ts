import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";
import tiny from "./tiny-distill.ts";

/** Questions and answers of one's own. Start with --from a trained model. */
export default {
  verb: "finetune",
  description: "Your own query / positive / negatives lines (--pairs); begin with --from a trained model",
  model: tiny.model,
  parts: {
    own: { weight: 1, scale: 20, pairs: 32, queryLength: 32, documentLength: 128, lengthBuckets: [64] },
  },
  optimizer: () => new AdamW({ weightDecay: 0.01 }),
  learningRate: { peak: 3e-5, warmupSteps: 50, totalSteps: 1000, floor: 0 },
  maxGradientNorm: 1,
  frozen: [],
  seed: 5,
} satisfies Recipe;
