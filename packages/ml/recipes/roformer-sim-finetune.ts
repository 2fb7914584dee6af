import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";
import pretrain from "./roformer-sim-pretrain.ts";

/**
 * RoFormer-Sim's supervised stage: logits W·[u; v; |u − v|], here for similar or not; add a task of three classes with
 * inference pairs of your own. Plain cosine serves afterwards. Start with --from the distilled model.
 */
export default {
  verb: "finetune",
  description: "RoFormer-Sim stage 3: classes of Chinese sentence pairs; begin with --from",
  model: pretrain.model,
  parts: {
    classified: {
      weight: 1,
      pairs: 32,
      length: 40,
      tasks: [{ files: ["zh/ATEC/train_part.tsv.gz", "zh/AFQMC/train.tsv.gz"], classes: 2 }],
    },
  },
  optimizer: () => new AdamW({ weightDecay: 0.01 }),
  learningRate: { peak: 5e-5, warmupSteps: 100, totalSteps: 3000, floor: 0 },
  maxGradientNorm: 1,
  frozen: [],
  seed: 10,
} satisfies Recipe;
