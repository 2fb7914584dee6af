import type { Recipe } from "../src/recipe.ts";
import pretrain from "./roformer-sim-pretrain.ts";

/** RoFormer-Sim's second stage. Start with --from the pretrained model, and name a --teacher. */
export default {
  ...pretrain,
  verb: "distill",
  description:
    "RoFormer-Sim stage 2: the generative loss beside the cosines of a --teacher; begin with --from",
  parts: { segments: { ...pretrain.parts.segments, hasTeacher: true } },
  learningRate: { peak: 5e-5, warmupSteps: 200, totalSteps: 10_000, floor: 0 },
  seed: 9,
} satisfies Recipe;
