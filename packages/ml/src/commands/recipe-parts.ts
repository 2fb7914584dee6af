/** Turns the parts of a recipe into objectives and the batches they read. */
import type { WordPieceTokenizer } from "@cool-papers/text";
import { segmentChinese } from "@cool-papers/text/jieba";
import { type BatchPosition, DistillationBatches } from "../data/distillation-batches.ts";
import { loadDistillationCorpus } from "../data/distillation-corpus.ts";
import { GradedBatches, type GradedPosition, loadGradedPairs } from "../data/graded-pairs.ts";
import type { HeldOutGuard } from "../data/held-out.ts";
import { OwnPairBatches, type OwnPairPosition, readOwnPairs } from "../data/own-pairs.ts";
import { PairBatches, type PairPosition } from "../data/pair-batches.ts";
import { loadPairCorpus, type PairCorpus } from "../data/pair-corpus.ts";
import { SegmentBatches, type SegmentPosition } from "../data/segment-batches.ts";
import { readTermDictionary } from "../data/term-dictionary.ts";
import { POOLED } from "../models/embedding.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import {
  contrastiveObjective,
  distillationObjective,
  gradedPairObjective,
  roFormerSimObjective,
} from "../models/objectives/index.ts";
import type { ContrastPart, DistilPart, GradedPart, OwnPart, RecipeParts, SegmentsPart } from "../recipe.ts";
import type { Objective } from "../train/index.ts";
import type { BatchSource } from "./run-training.ts";

/** One loss and its data. */
export interface PreparedPart<Batch = unknown> {
  readonly objective: Objective<Batch>;
  readonly weight: number;
  open(position: unknown): BatchSource<Batch>;
}

export interface PartContext {
  readonly dataDir: string;
  readonly tokenizer: WordPieceTokenizer;
  readonly guard: HeldOutGuard;
  readonly config: EncoderConfig;
  readonly seed: number;
  /** File of `--pairs`; null without. */
  readonly ownPairsPath: string | null;
}

/** A recipe asks for something the command line did not give. */
export class RecipeError extends Error {
  override readonly name = "RecipeError";
}

const MAX_ABSTRACT_TOKENS = 224;

/** Loads the data of every part that the recipe has. */
export async function prepareParts(
  parts: RecipeParts,
  context: PartContext,
): Promise<Record<string, PreparedPart>> {
  const prepared: Record<string, PreparedPart> = {};
  const add = <Batch>(name: keyof RecipeParts, part: PreparedPart<Batch>) => {
    prepared[name] = part as PreparedPart;
  };
  const papers =
    parts.contrast === undefined && parts.segments === undefined ? null : await loadPapers(parts, context);
  if (parts.distil) add("distil", await prepareDistil(parts.distil, context));
  if (parts.contrast) add("contrast", await prepareContrast(parts.contrast, context, papers!));
  if (parts.graded) add("graded", await prepareGraded(parts.graded, context));
  if (parts.own) add("own", await prepareOwn(parts.own, context));
  if (parts.segments) add("segments", prepareSegments(parts.segments, context, papers!));
  if (Object.keys(prepared).length === 0) throw new RecipeError("The recipe has no part to train.");
  return prepared;
}

function loadPapers(parts: RecipeParts, { dataDir, tokenizer, guard }: PartContext): Promise<PairCorpus> {
  const titleLengths = [parts.contrast?.batch.queryLength ?? 0, parts.segments?.batch.maxTextTokens ?? 0];
  return loadPairCorpus({
    dataDir,
    tokenizer,
    guard,
    maxTitleTokens: Math.max(...titleLengths),
    maxAbstractTokens: MAX_ABSTRACT_TOKENS,
  });
}

async function prepareDistil(part: DistilPart, context: PartContext) {
  const { tokenizer, config, seed } = context;
  const corpus = await loadDistillationCorpus({
    ...context,
    maxShortLength: part.shortLength,
    maxLongLength: part.longLength,
  });
  return {
    objective: distillationObjective({ ...part.loss, config }),
    weight: part.weight,
    open: (position: unknown) =>
      new DistillationBatches(corpus, { ...part, tokenizer, seed }, position as BatchPosition | undefined),
  };
}

async function prepareContrast(part: ContrastPart, context: PartContext, papers: PairCorpus) {
  const { tokenizer, config, seed, dataDir } = context;
  const dictionary = await readTermDictionary(dataDir, tokenizer);
  return {
    objective: contrastiveObjective({ config, source: POOLED, scale: part.scale, isSymmetric: true }),
    weight: part.weight,
    open: (position: unknown) =>
      new PairBatches(
        papers,
        tokenizer,
        dictionary,
        { ...part.batch, seed },
        position as PairPosition | undefined,
      ),
  };
}

async function prepareGraded(part: GradedPart, { dataDir, tokenizer, guard, config, seed }: PartContext) {
  const corpus = await loadGradedPairs(dataDir, tokenizer, guard, part.length);
  return {
    objective: gradedPairObjective({ config, source: POOLED, scale: part.scale }),
    weight: part.weight,
    open: (position: unknown) =>
      new GradedBatches(
        corpus,
        { ...part, padId: tokenizer.special.pad, seed },
        position as GradedPosition | undefined,
      ),
  };
}

async function prepareOwn(part: OwnPart, { tokenizer, guard, config, seed, ownPairsPath }: PartContext) {
  if (ownPairsPath === null)
    throw new RecipeError("This recipe trains on your own pairs: name their file with --pairs.");
  const maxLength = Math.max(part.queryLength, part.documentLength);
  const pairs = await readOwnPairs(ownPairsPath, tokenizer, guard, maxLength);
  return {
    objective: contrastiveObjective({ config, source: POOLED, scale: part.scale, isSymmetric: true }),
    weight: part.weight,
    open: (position: unknown) =>
      new OwnPairBatches(
        pairs,
        { ...part, padId: tokenizer.special.pad, seed },
        position as OwnPairPosition | undefined,
      ),
  };
}

function prepareSegments(part: SegmentsPart, { tokenizer, config, seed }: PartContext, papers: PairCorpus) {
  const options = { ...part.batch, seed, segment: segmentChinese };
  return {
    objective: roFormerSimObjective({ ...part.loss, config }),
    weight: part.weight,
    open: (position: unknown) =>
      new SegmentBatches(papers, tokenizer, options, position as SegmentPosition | undefined),
  };
}
