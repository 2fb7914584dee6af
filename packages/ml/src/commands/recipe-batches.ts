/** Loads the data of a recipe's parts and makes their batches; runs in the thread of data/prefetch.ts. */
import { readFile } from "node:fs/promises";
import { readTokenizerJson, type WordPieceTokenizer } from "@cool-papers/text";
import { segmentChinese } from "@cool-papers/text/jieba";
import type { BatchSource, OpenBatches } from "../data/batch-source.ts";
import { ClassifiedBatches, type ClassifiedPosition, loadClassifiedPairs } from "../data/classified-pairs.ts";
import { type BatchPosition, DistillationBatches } from "../data/distillation-batches.ts";
import { loadDistillationCorpus } from "../data/distillation-corpus.ts";
import { distinctTokens, firstOccurrences } from "../data/distinct-tokens.ts";
import { GradedBatches, type GradedPosition, loadGradedPairs } from "../data/graded-pairs.ts";
import { type HeldOutGuard, loadHeldOut } from "../data/held-out.ts";
import { joinTokens } from "../data/join-tokens.ts";
import type { PaperVectors } from "../data/near-chunks.ts";
import { OwnPairBatches, type OwnPairPosition, readOwnPairs } from "../data/own-pairs.ts";
import {
  type PairBatch,
  PairBatches,
  type PairBatchOptions,
  type PairPosition,
} from "../data/pair-batches.ts";
import { loadPairCorpus, type PairCorpus } from "../data/pair-corpus.ts";
import { SegmentBatches, type SegmentPosition } from "../data/segment-batches.ts";
import { readTermDictionary } from "../data/term-dictionary.ts";
import type {
  ClassifiedPart,
  ContrastPart,
  DistilPart,
  GradedPart,
  LatePart,
  OwnPart,
  RecipeParts,
  SegmentsPart,
} from "../recipe.ts";
import { checkFileOfFlag, RecipeError } from "./recipe-error.ts";
import { openTeacher } from "./with-teacher.ts";

export interface RecipeBatchesRequest {
  readonly parts: RecipeParts;
  readonly seed: number;
  readonly dataDir: string;
  readonly tokenizerPath: string;
  /** File of `--pairs`; null without. */
  readonly ownPairsPath: string | null;
  /** File of `--sentences`; null without. */
  readonly sentencesPath: string | null;
  /** File of `--paraphrases`; null without. */
  readonly paraphrasesPath: string | null;
  /** Model of `--near-model`; null without. */
  readonly nearModelPath: string | null;
}

/** One batch of each part, by its name. */
export type RecipeBatch = Record<string, unknown>;

interface PartContext {
  readonly dataDir: string;
  readonly tokenizer: WordPieceTokenizer;
  readonly guard: HeldOutGuard;
  readonly seed: number;
  readonly ownPairsPath: string | null;
  readonly sentencesPath: string | null;
  readonly paraphrasesPath: string | null;
  readonly nearModelPath: string | null;
}

const MAX_ABSTRACT_TOKENS = 224;

/** Loads the data of every part that the recipe has. */
export async function openBatches(request: RecipeBatchesRequest): Promise<OpenBatches<RecipeBatch>> {
  const { parts, dataDir, seed, ownPairsPath, sentencesPath, paraphrasesPath, nearModelPath } = request;
  if (parts.own && ownPairsPath === null)
    throw new RecipeError("This recipe trains on your own pairs: name their file with --pairs.");
  checkFileOfFlag((parts.distil?.composition.sentences ?? 0) > 0, sentencesPath, {
    missing:
      "This recipe learns the teacher's vectors of your own sentences: name their file with --sentences.",
    needless: "This recipe has no use for --sentences: its part `distil` takes none (composition.sentences).",
  });
  checkFileOfFlag(parts.graded?.hasParaphrases ?? false, paraphrasesPath, {
    missing: "This recipe learns from paraphrases: name their file with --paraphrases.",
    needless: "This recipe has no use for --paraphrases: its part `graded` lacks hasParaphrases.",
  });
  if ((parts.own?.virtualBatches ?? 1) > 1 && parts.own?.lengthBuckets !== undefined)
    throw new RecipeError(
      "Batches of a virtual batch have one shape: leave lengthBuckets or virtualBatches out.",
    );
  const pairBatches = [parts.contrast?.batch, parts.late?.batch];
  const isNear = pairBatches.some((batch) => (batch?.nearShare ?? 0) > 0);
  checkFileOfFlag(isNear, nearModelPath, {
    missing:
      "This recipe puts papers side by side that a model finds near each other (nearShare): name its weights with --near-model.",
    needless: "This recipe has no use for a --near-model: its parts `contrast` and `late` lack nearShare.",
  });
  const tokenizer = readTokenizerJson(await readFile(request.tokenizerPath, "utf8"));
  const guard = await loadHeldOut(dataDir);
  const context: PartContext = {
    dataDir,
    tokenizer,
    guard,
    seed,
    ownPairsPath,
    sentencesPath,
    paraphrasesPath,
    nearModelPath,
  };
  const openers: Record<string, OpenBatches<unknown>> = {};
  const papers = parts.contrast || parts.segments || parts.late ? await loadPapers(parts, context) : null;
  if (parts.distil) openers.distil = await openDistil(parts.distil, context);
  if (parts.contrast) openers.contrast = await openContrast(parts.contrast, context, papers!);
  if (parts.late) openers.late = await openLate(parts.late, context, papers!);
  if (parts.graded) openers.graded = await openGraded(parts.graded, context);
  if (parts.classified) openers.classified = await openClassified(parts.classified, context);
  if (parts.own) openers.own = await openOwn(parts.own, context);
  if (parts.segments) openers.segments = openSegments(parts.segments, context, papers!);
  if (Object.keys(openers).length === 0) throw new RecipeError("The recipe has no part to train.");
  return (position) => openAll(openers, (position ?? {}) as Record<string, unknown>);
}

function openAll(
  openers: Readonly<Record<string, OpenBatches<unknown>>>,
  positions: Readonly<Record<string, unknown>>,
): BatchSource<RecipeBatch> {
  const sources = Object.entries(openers).map(([name, open]) => [name, open(positions[name])] as const);
  return {
    next: () => Object.fromEntries(sources.map(([name, source]) => [name, source.next()])),
    position: () => Object.fromEntries(sources.map(([name, source]) => [name, source.position()])),
  };
}

function loadPapers(parts: RecipeParts, { dataDir, tokenizer, guard }: PartContext): Promise<PairCorpus> {
  const titleLengths = [
    parts.contrast?.batch.queryLength ?? 0,
    parts.late?.batch.queryLength ?? 0,
    parts.segments?.batch.maxTextTokens ?? 0,
  ];
  return loadPairCorpus({
    dataDir,
    tokenizer,
    guard,
    maxTitleTokens: Math.max(...titleLengths),
    maxAbstractTokens: MAX_ABSTRACT_TOKENS,
  });
}

async function openDistil(part: DistilPart, context: PartContext): Promise<OpenBatches<unknown>> {
  const { tokenizer, seed } = context;
  const corpus = await loadDistillationCorpus({
    ...context,
    maxShortLength: part.shortLength,
    maxLongLength: part.longLength,
  });
  return (position) =>
    new DistillationBatches(corpus, { ...part, tokenizer, seed }, position as BatchPosition | undefined);
}

async function openContrast(
  part: ContrastPart,
  context: PartContext,
  papers: PairCorpus,
): Promise<OpenBatches<unknown>> {
  const open = await openPairs(part.batch, context, papers);
  return (position) => inGroups(open(position), part.virtualBatches);
}

async function openLate(
  { batch }: LatePart,
  context: PartContext,
  papers: PairCorpus,
): Promise<OpenBatches<unknown>> {
  const { chunk, pairs, parallelPairs } = batch;
  if (pairs % chunk !== 0 || parallelPairs % chunk !== 0)
    throw new RecipeError(
      `A late part compares within chunks: pairs (${pairs}) and parallelPairs (${parallelPairs}) have to be multiples of chunk (${chunk}).`,
    );
  const open = await openPairs(batch, context, papers);
  const { special } = context.tokenizer;
  return (position) => {
    const source = open(position);
    return {
      next: () => {
        const { queries, documents } = source.next();
        return {
          queries,
          compared: firstOccurrences(queries, special),
          texts: distinctTokens(documents, special),
        };
      },
      position: () => source.position(),
    };
  };
}

async function openPairs(
  batch: Omit<PairBatchOptions, "seed">,
  { tokenizer, seed, dataDir, nearModelPath }: PartContext,
  papers: PairCorpus,
): Promise<OpenBatches<PairBatch>> {
  const dictionary = await readTermDictionary(dataDir, tokenizer);
  const options = { ...batch, seed };
  const vectors = nearModelPath === null ? undefined : await embedPapers(papers, tokenizer, nearModelPath);
  return (position) =>
    new PairBatches(papers, tokenizer, dictionary, options, position as PairPosition | undefined, vectors);
}

const EMBEDDED_AT_ONCE = 4096;

/** Vectors of title and abstract, by the model at `path`, on one thread. */
async function embedPapers(
  { papers, store }: PairCorpus,
  tokenizer: WordPieceTokenizer,
  path: string,
): Promise<PaperVectors> {
  const { cls, sep } = tokenizer.special;
  const model = await openTeacher(path, tokenizer.vocabSize, 1);
  let data = new Float32Array();
  for (let start = 0; start < papers.length; start += EMBEDDED_AT_ONCE) {
    const some = papers.slice(start, start + EMBEDDED_AT_ONCE);
    const vectors = await model.embed(
      some.map(({ title, abstract }) => joinTokens(cls, store.get(title), store.get(abstract), sep)),
      "document",
    );
    if (start === 0) data = new Float32Array(papers.length * vectors[0]!.length);
    vectors.forEach((vector, k) => {
      data.set(vector, (start + k) * vector.length);
    });
  }
  await model.release();
  return { data, dimensions: data.length / papers.length };
}

async function openGraded(part: GradedPart, context: PartContext): Promise<OpenBatches<unknown>> {
  const { tokenizer, seed } = context;
  const corpus = await loadGradedPairs({ ...context, maxLength: part.length });
  const options = { ...part, padId: tokenizer.special.pad, seed };
  return (position) => new GradedBatches(corpus, options, position as GradedPosition | undefined);
}

async function openClassified(
  part: ClassifiedPart,
  { dataDir, tokenizer, guard, seed }: PartContext,
): Promise<OpenBatches<unknown>> {
  const corpus = await loadClassifiedPairs(dataDir, part.tasks, tokenizer, guard, part.length);
  const options = { ...part, padId: tokenizer.special.pad, seed };
  return (position) => new ClassifiedBatches(corpus, options, position as ClassifiedPosition | undefined);
}

async function openOwn(
  part: OwnPart,
  { tokenizer, guard, seed, ownPairsPath }: PartContext,
): Promise<OpenBatches<unknown>> {
  const maxLength = Math.max(part.queryLength, part.documentLength);
  const pairs = await readOwnPairs(ownPairsPath!, tokenizer, guard, maxLength);
  const options = { ...part, special: tokenizer.special, seed };
  return (position) =>
    inGroups(
      new OwnPairBatches(pairs, options, position as OwnPairPosition | undefined),
      part.virtualBatches,
    );
}

function openSegments(
  part: SegmentsPart,
  { tokenizer, seed }: PartContext,
  papers: PairCorpus,
): OpenBatches<unknown> {
  const options = { ...part.batch, seed, segment: segmentChinese };
  return (position) =>
    new SegmentBatches(papers, tokenizer, options, position as SegmentPosition | undefined);
}

/** As many batches at a time as make one virtual batch. */
function inGroups(source: BatchSource<unknown>, count = 1): BatchSource<unknown> {
  if (count === 1) return source;
  return {
    next: () => Array.from({ length: count }, () => source.next()),
    position: () => source.position(),
  };
}
