import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";
import tiny from "./tiny-distill.ts";

/** Labelled Chinese pairs at a small weight, since their gradient is noisy, beside distillation so that nothing else is forgotten. */
export default {
  verb: "finetune",
  description: "Chinese sentence pairs by CoSENT beside the distillation; begin with --from a trained model",
  model: tiny.model,
  parts: {
    distil: tiny.parts.distil,
    graded: { weight: 0.02, scale: 20, pairs: 48, length: 40 },
  },
  optimizer: () => new AdamW({ weightDecay: 0.01 }),
  learningRate: { peak: 5e-5, warmupSteps: 100, totalSteps: 3000, floor: 0 },
  maxGradientNorm: 1,
  frozen: [],
  seed: 4,
} satisfies Recipe;
