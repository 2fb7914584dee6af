import { readFile } from "node:fs/promises";
import { readTokenizerJson, type WordPieceTokenizer } from "@cool-papers/text";
import type { BatchStream } from "../data/batch-source.ts";
import { chineseTokens } from "../data/chinese-tokens.ts";
import { Prefetch, type PrefetchedStream } from "../data/prefetch.ts";
import { POOLING_WEIGHTS, TOKEN_TABLE } from "../models/encoder.ts";
import { studentConfig } from "../models/encoder-config.ts";
import { adapterOf } from "../nn/index.ts";
import type { Parameter } from "../parameters.ts";
import type { Recipe, RecipeParts } from "../recipe.ts";
import { combinedTask } from "../train/index.ts";
import type { RecipeBatch, RecipeBatchesRequest } from "./recipe-batches.ts";
import { checkFileOfFlag, RecipeError } from "./recipe-error.ts";
import { recipeObjectives } from "./recipe-objectives.ts";
import { type RunOptions, type RunResult, runTraining } from "./run-training.ts";
import { openTeacher, type TaughtPart, withTeacher } from "./with-teacher.ts";

export interface TrainOptions extends RunOptions {
  readonly recipe: Recipe;
  readonly dataDir: string;
  readonly tokenizerPath: string;
  /** JSON lines of one's own; null: none. */
  readonly ownPairsPath: string | null;
  /** Lines of text with vectors of teacher e beside them; null: none. */
  readonly sentencesPath: string | null;
  /** Lines of a query, a text that asks the same and texts that do not; null: none. */
  readonly paraphrasesPath: string | null;
  /** Model whose cosines are taught (`hasTeacher`); null: none. */
  readonly teacherPath: string | null;
  /** Model that says which papers are near each other (`nearShare`); null: none. */
  readonly nearModelPath: string | null;
}

/** Trains a student by a recipe: all its parts at once, one batch of each a step, made in a thread of their own. */
export async function train(options: TrainOptions): Promise<RunResult> {
  const { recipe, dataDir, tokenizerPath, teacherPath } = options;
  const { ownPairsPath, sentencesPath, paraphrasesPath, nearModelPath } = options;
  const tokenizer = readTokenizerJson(await readFile(tokenizerPath, "utf8"));
  const { vocabSize } = tokenizer;
  const config = studentConfig({ ...recipe.model, vocabSize });
  const { parts, seed, lora } = recipe;
  const taughtParts = partsWithTeacher(parts);
  checkFileOfFlag(taughtParts.length > 0, teacherPath, {
    missing: "This recipe learns from a teacher: name its checkpoint or weights with --teacher.",
    needless:
      "This recipe has no use for a --teacher: its part `segments` lacks hasTeacher, its part `contrast` teacherShare.",
  });
  const teacher = teacherPath === null ? null : await openTeacher(teacherPath, vocabSize, options.threads);
  const request: RecipeBatchesRequest = {
    parts,
    seed,
    dataDir,
    tokenizerPath,
    ownPairsPath,
    sentencesPath,
    paraphrasesPath,
    nearModelPath,
  };
  const module = new URL("./recipe-batches.ts", import.meta.url).href;
  const data = new Prefetch<RecipeBatch>({ module, request });
  try {
    return await runTraining(
      {
        recipe,
        config: lora === undefined ? config : { ...config, lora },
        task: combinedTask<RecipeBatch>(recipeObjectives(parts, config), lora && adapterOf(lora)),
        trainedRows: trainedRows(options, tokenizer),
        openBatches: (position): BatchStream<RecipeBatch> =>
          teacher === null ? data.open(position) : withTeacher(data.open(position), teacher, taughtParts),
        prepare: (parameters) =>
          config.pooling === "weighted"
            ? weighByFrequency(data.open(undefined), parameters.get(POOLING_WEIGHTS))
            : Promise.resolve(),
      },
      options,
    );
  } finally {
    await data.stop();
    await teacher?.release();
  }
}

/** What learns from a model's cosines. @throws RecipeError for a share that cannot be */
function partsWithTeacher({ segments, contrast }: RecipeParts): TaughtPart[] {
  const { teacherShare = 0, virtualBatches = 1, form = "infoNce" } = contrast ?? {};
  if (!(teacherShare >= 0 && teacherShare <= 1))
    throw new RecipeError(`teacherShare is ${teacherShare}, but a share lies between 0 and 1.`);
  if (teacherShare > 0 && (virtualBatches > 1 || form !== "infoNce"))
    throw new RecipeError(
      "teacherShare goes with infoNce and without virtualBatches only: leave one of them out.",
    );
  return [
    ...(segments?.hasTeacher ? (["segments"] as const) : []),
    ...(teacherShare > 0 ? (["contrast"] as const) : []),
  ];
}

/** Rows of the token tables that move when the others stay; null: everything moves. */
function trainedRows(
  { recipe: { trainedTokens, lora }, from, resume }: TrainOptions,
  tokenizer: WordPieceTokenizer,
): ReadonlyMap<string, Int32Array> | null {
  if (trainedTokens === undefined) return null;
  if (lora !== undefined)
    throw new RecipeError("Adapters or the rows of some tokens: leave lora or trainedTokens out.");
  if (from === null && !resume)
    throw new RecipeError(
      "This recipe trains some tokens of a model that stays as it is otherwise: name it with --from.",
    );
  const rows =
    trainedTokens === "chinese" ? chineseTokens(tokenizer) : addedTokens(tokenizer, trainedTokens.addedFrom);
  return new Map([TOKEN_TABLE, POOLING_WEIGHTS].map((name) => [name, rows]));
}

/** Ids of the pieces that were added behind a vocabulary. @throws RecipeError where there are none */
function addedTokens({ vocabSize }: WordPieceTokenizer, first: number): Int32Array {
  if (!(first > 0 && first < vocabSize))
    throw new RecipeError(
      `This recipe trains pieces from id ${first} on, but the vocabulary has ${vocabSize}: name an extended one with --tokenizer (\`ml extend-vocab\` makes it).`,
    );
  return Int32Array.from({ length: vocabSize - first }, (_, k) => first + k);
}

const COUNTED_BATCHES = 200;

/**
 * Start values of the weights in pooling: a/(a + p) by token frequency p (Arora et al. 2017, "smooth inverse
 * frequency"), a = 10⁻³, as logarithms, with frequencies from the first batches.
 */
async function weighByFrequency(
  batches: PrefetchedStream<RecipeBatch>,
  { data: logWeights }: Parameter,
): Promise<void> {
  const counts = new Float64Array(logWeights.length);
  let total = 0;
  for (let i = 0; i < COUNTED_BATCHES; i++) {
    for (const { ids, lengths, rows, length } of blocksOf(await batches.next())) {
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < lengths[row]!; k++) counts[ids[row * length + k]!]!++;
        total += lengths[row]!;
      }
    }
  }
  batches.close();
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

/** The token blocks within a batch. */
function blocksOf(batch: object): Block[] {
  return Object.values(batch).flatMap((part: unknown) => {
    if (typeof part !== "object" || part === null || ArrayBuffer.isView(part)) return [];
    return "lengths" in part ? [part as Block] : blocksOf(part);
  });
}
