import { classCount } from "../data/classified-pairs.ts";
import { POOLED } from "../models/embedding.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import {
  type ContrastiveOptions,
  classifiedPairObjective,
  contrastiveObjective,
  distillationObjective,
  gradedPairObjective,
  lateInteractionObjective,
  roFormerSimObjective,
  virtualContrastive,
} from "../models/objectives/index.ts";
import type { ContrastPart, OwnPart, RecipeParts } from "../recipe.ts";
import { type Objective, virtualBatch, type WeightedObjective } from "../train/index.ts";

/** The losses of a recipe's parts; recipe-batches.ts makes what they read. */
export function recipeObjectives(
  parts: RecipeParts,
  config: EncoderConfig,
): Record<string, WeightedObjective<unknown>> {
  const pooled = { config, source: POOLED };
  const objectives: Record<string, WeightedObjective<unknown>> = {};
  const add = <Batch>(name: keyof RecipeParts, weight: number, objective: Objective<Batch>) => {
    objectives[name] = { objective: objective as Objective<unknown>, weight };
  };
  const { distil, contrast, graded, classified, own, segments, late } = parts;
  if (distil) add("distil", distil.weight, distillationObjective({ ...distil.loss, config }));
  if (contrast) {
    const { weight, teacherShare = 0 } = contrast;
    add("contrast", weight, pairObjective(contrast, { ...pooled, teacherShare }));
  }
  if (graded) add("graded", graded.weight, gradedPairObjective({ ...pooled, scale: graded.scale }));
  if (classified) {
    const classes = classCount(classified.tasks);
    add("classified", classified.weight, classifiedPairObjective(config, classes));
  }
  if (own) add("own", own.weight, pairObjective(own, pooled));
  if (segments) add("segments", segments.weight, roFormerSimObjective({ ...segments.loss, config }));
  if (late) add("late", late.weight, lateInteractionObjective({ ...late, config, group: late.batch.chunk }));
  return objectives;
}

/** Over one batch, or over several as if they were one. */
function pairObjective(
  { scale, form = "infoNce", matryoshkaDims = [], virtualBatches = 1 }: ContrastPart | OwnPart,
  pooled: Pick<ContrastiveOptions, "config" | "source" | "teacherShare">,
): Objective<unknown> {
  const options = { ...pooled, scale, form, matryoshkaDims, isSymmetric: true };
  const objective =
    virtualBatches > 1 ? virtualBatch(virtualContrastive(options)) : contrastiveObjective(options);
  return objective as Objective<unknown>;
}
