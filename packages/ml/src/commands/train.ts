import { readFile } from "node:fs/promises";
import { readTokenizerJson } from "@cool-papers/text";
import { loadHeldOut } from "../data/held-out.ts";
import { type EncoderConfig, studentConfig } from "../models/encoder-config.ts";
import type { ParameterSet } from "../parameters.ts";
import type { Recipe } from "../recipe.ts";
import { combinedTask } from "../train/index.ts";
import { type PreparedPart, prepareParts } from "./recipe-parts.ts";
import { type BatchSource, type RunOptions, type RunResult, runTraining } from "./run-training.ts";

export interface TrainOptions extends RunOptions {
  readonly recipe: Recipe;
  readonly dataDir: string;
  readonly tokenizerPath: string;
  /** JSON lines of one's own; null: none. */
  readonly ownPairsPath: string | null;
}

/** Trains a student by a recipe: all its parts at once, one batch of each a step. */
export async function train(options: TrainOptions): Promise<RunResult> {
  const { recipe, dataDir } = options;
  const tokenizer = readTokenizerJson(await readFile(options.tokenizerPath, "utf8"));
  const config = studentConfig({ ...recipe.model, vocabSize: tokenizer.vocabSize });
  const guard = await loadHeldOut(dataDir);
  const parts = await prepareParts(recipe.parts, { ...options, tokenizer, guard, config, seed: recipe.seed });
  return runTraining(
    {
      recipe,
      config,
      task: combinedTask<Record<string, unknown>>(parts),
      openBatches: (position) => openAll(parts, position),
      prepare: (parameters) => prepareStudent(config, parts, parameters),
    },
    options,
  );
}

function openAll(
  parts: Readonly<Record<string, PreparedPart>>,
  position: unknown,
): BatchSource<Record<string, unknown>> {
  const stored = (position ?? {}) as Record<string, unknown>;
  const sources = Object.entries(parts).map(([name, part]) => [name, part.open(stored[name])] as const);
  return {
    next: () => Object.fromEntries(sources.map(([name, source]) => [name, source.next()])),
    position: () => Object.fromEntries(sources.map(([name, source]) => [name, source.position()])),
  };
}

const COUNTED_BATCHES = 200;

/**
 * Start values of the weights in pooling: a/(a + p) by token frequency p (Arora et al. 2017, "smooth inverse
 * frequency"), a = 10⁻³, as logarithms, with frequencies from the first batches.
 */
function prepareStudent(
  config: EncoderConfig,
  parts: Readonly<Record<string, PreparedPart>>,
  parameters: ParameterSet,
): void {
  if (config.pooling !== "weighted") return;
  const logWeights = parameters.get("pooling.tokenWeights").data;
  const counts = new Float64Array(logWeights.length);
  let total = 0;
  const batches = openAll(parts, undefined);
  for (let i = 0; i < COUNTED_BATCHES; i++) {
    for (const { ids, lengths, rows, length } of blocksOf(batches.next())) {
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < lengths[row]!; k++) counts[ids[row * length + k]!]!++;
        total += lengths[row]!;
      }
    }
  }
  counts.forEach((count, id) => {
    logWeights[id] = -Math.log1p((1000 * count) / total);
  });
}

interface Block {
  readonly ids: Int32Array;
  readonly lengths: Int32Array;
  readonly rows: number;
  readonly length: number;
}

/** The token blocks within the parts of a batch. */
function blocksOf(batch: Record<string, unknown>): Block[] {
  return Object.values(batch).flatMap((part) =>
    Object.values(part as Record<string, unknown>).filter(
      (value): value is Block => typeof value === "object" && value !== null && "lengths" in value,
    ),
  );
}
