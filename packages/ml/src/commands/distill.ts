import { readFile } from "node:fs/promises";
import { readTokenizerJson, type WordPieceTokenizer } from "@cool-papers/text";
import {
  type BatchPosition,
  type DistillationBatch,
  DistillationBatches,
} from "../data/distillation-batches.ts";
import { type DistillationCorpus, loadDistillationCorpus } from "../data/distillation-corpus.ts";
import { type HeldOutGuard, loadHeldOut } from "../data/held-out.ts";
import { type PairBatch, PairBatches, type PairPosition } from "../data/pair-batches.ts";
import { loadPairCorpus } from "../data/pair-corpus.ts";
import { readTermDictionary } from "../data/term-dictionary.ts";
import { POOLED } from "../models/embedding.ts";
import { type EncoderConfig, studentConfig } from "../models/encoder-config.ts";
import { contrastiveObjective, distillationObjective } from "../models/objectives/index.ts";
import type { ParameterSet } from "../parameters.ts";
import type { DistillRecipe } from "../recipe.ts";
import { combinedTask, taskOf } from "../train/index.ts";
import { type RunOptions, type RunResult, runTraining, type TrainingSetup } from "./run-training.ts";

export interface DistillOptions extends RunOptions {
  readonly recipe: DistillRecipe;
  readonly dataDir: string;
  readonly tokenizerPath: string;
}

/** Distils the teachers into a student by a recipe, with contrastive pairs beside it where the recipe says so. */
export async function distill(options: DistillOptions): Promise<RunResult> {
  const { recipe, dataDir } = options;
  const tokenizer = readTokenizerJson(await readFile(options.tokenizerPath, "utf8"));
  const config = studentConfig({ ...recipe.model, vocabSize: tokenizer.vocabSize });
  const guard = await loadHeldOut(dataDir);
  const corpus = await loadDistillationCorpus({
    dataDir,
    tokenizer,
    guard,
    maxShortLength: recipe.batch.shortLength,
    maxLongLength: recipe.batch.longLength,
  });
  const prepare = (parameters: ParameterSet) => prepareStudent(config, corpus, parameters);
  const open = (position: unknown) =>
    new DistillationBatches(
      corpus,
      { ...recipe.batch, tokenizer, seed: recipe.seed },
      position as BatchPosition | undefined,
    );
  const objective = distillationObjective({ ...recipe.loss, config });
  if (recipe.contrast === null) {
    const setup: TrainingSetup<DistillationBatch> = {
      recipe,
      config,
      prepare,
      openBatches: open,
      task: taskOf(objective),
    };
    return runTraining(setup, options);
  }
  const openPairs = await pairOpener(recipe, recipe.contrast, dataDir, tokenizer, guard);
  const { weight, scale } = recipe.contrast;
  const contrast = contrastiveObjective({ config, source: POOLED, scale, isSymmetric: true });
  const setup: TrainingSetup<{ distil: DistillationBatch; contrast: PairBatch }> = {
    recipe,
    config,
    prepare,
    task: combinedTask({ distil: { objective, weight: 1 }, contrast: { objective: contrast, weight } }),
    openBatches(position) {
      const at = (position ?? {}) as { distil?: BatchPosition; contrast?: PairPosition };
      const sources = { distil: open(at.distil), contrast: openPairs(at.contrast) };
      return {
        next: () => ({ distil: sources.distil.next(), contrast: sources.contrast.next() }),
        position: () => ({ distil: sources.distil.position(), contrast: sources.contrast.position() }),
      };
    },
  };
  return runTraining(setup, options);
}

async function pairOpener(
  recipe: DistillRecipe,
  contrast: NonNullable<DistillRecipe["contrast"]>,
  dataDir: string,
  tokenizer: WordPieceTokenizer,
  guard: HeldOutGuard,
): Promise<(position?: PairPosition) => PairBatches> {
  const corpus = await loadPairCorpus({
    dataDir,
    tokenizer,
    guard,
    maxTitleTokens: contrast.batch.queryLength - 2,
    maxAbstractTokens: 224,
  });
  const dictionary = await readTermDictionary(dataDir, tokenizer);
  return (position) =>
    new PairBatches(corpus, tokenizer, dictionary, { ...contrast.batch, seed: recipe.seed }, position);
}

/** Weights a/(a + p) by token frequency p (Arora et al. 2017, "smooth inverse frequency"), a = 10⁻³, as logarithms. */
function prepareStudent(config: EncoderConfig, corpus: DistillationCorpus, parameters: ParameterSet): void {
  if (config.pooling !== "weighted") return;
  const logWeights = parameters.get("pooling.tokenWeights").data;
  const counts = new Float64Array(logWeights.length);
  for (let i = 0; i < corpus.store.size; i++) {
    for (const id of corpus.store.get(i)) counts[id] = counts[id]! + 1;
  }
  counts.forEach((count, id) => {
    logWeights[id] = -Math.log1p((1000 * count) / corpus.store.totalTokens);
  });
}
