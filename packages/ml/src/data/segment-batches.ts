/**
 * RoFormer-Sim's first stage: pairs (a, b) in both directions as [CLS] a [SEP] b [SEP] with segments 0 and 1. Half of
 * the sources are corrupted as in BART, by whole-word masking of 15 %; what is to be written, b, stays whole.
 */
import { maskWholeWords, type WordPieceTokenizer } from "@cool-papers/text";
import { fitPredictions, type Predictions, segmentPredictions } from "../models/objectives/index.ts";
import { joinTokens } from "./join-tokens.ts";
import type { PairCorpus } from "./pair-corpus.ts";
import { fillTemplate } from "./question-templates.ts";
import { SeededRandom } from "./seeded-random.ts";
import { SentenceQuestions } from "./sentence-questions.ts";
import { sentenceSpans } from "./sentence-spans.ts";
import { type CyclePosition, ShuffledCycle } from "./shuffled-cycle.ts";
import { packBlock, type TokenBlock } from "./token-store.ts";

export interface SegmentBatchOptions {
  /** Pairs; the batch has twice as many rows. */
  readonly pairs: number;
  /** Longest of either text, without special tokens. */
  readonly maxTextTokens: number;
  /** Tokens predicted in one batch; more are sampled, fewer are filled up. */
  readonly predictions: number;
  /** Share of sources that are corrupted. */
  readonly corruptedShare: number;
  /** Share of the pairs that are a title or sentence and a question about another sentence; 0 when left out. */
  readonly questionShare?: number;
  /** Cuts runs of ideographs into words for masking. */
  readonly segment: (ideographs: string) => readonly string[];
  readonly seed: number;
}

export interface SegmentBatch {
  readonly texts: TokenBlock;
  /** [rows, length] */
  readonly segments: Int32Array;
  readonly predictions: Predictions;
  /** [CLS] a [SEP] of each row, as it was before corruption: what a teacher embeds. */
  readonly sources: TokenBlock;
  readonly teacher: null;
}

export interface SegmentPosition {
  readonly papers: CyclePosition;
  readonly batches: number;
}

export class SegmentBatches {
  readonly #corpus: PairCorpus;
  readonly #tokenizer: WordPieceTokenizer;
  readonly #options: SegmentBatchOptions;
  readonly #stops: ReadonlySet<number>;
  readonly #questions: SentenceQuestions;
  readonly #papers: ShuffledCycle;
  #batches: number;

  constructor(
    corpus: PairCorpus,
    tokenizer: WordPieceTokenizer,
    options: SegmentBatchOptions,
    position?: SegmentPosition,
  ) {
    this.#corpus = corpus;
    this.#tokenizer = tokenizer;
    this.#options = options;
    this.#stops = new Set([".", "。", "?", "!", "？", "！"].flatMap((stop) => tokenizer.idOf(stop) ?? []));
    this.#questions = new SentenceQuestions(
      (text) => tokenizer.encode(text, { addSpecialTokens: false }).ids,
      (piece) => tokenizer.idOf(piece),
    );
    this.#papers = new ShuffledCycle(corpus.papers.length, options.seed, position?.papers);
    this.#batches = position?.batches ?? 0;
  }

  next(): SegmentBatch {
    const { pairs, maxTextTokens, predictions, seed } = this.#options;
    const random = new SeededRandom(Math.imul(seed, 0x9e3779b1) ^ this.#batches++);
    const length = 2 * maxTextTokens + 3;
    const rows: Int32Array[] = [];
    const sources: Int32Array[] = [];
    const segments = new Int32Array(2 * pairs * length);
    const addRow = (source: Int32Array, target: Int32Array) => {
      const start = rows.length * length;
      segments.fill(1, start + source.length + 2, start + source.length + target.length + 3);
      const { cls, sep } = this.#tokenizer.special;
      sources.push(joinTokens(cls, source, sep));
      rows.push(joinTokens(cls, this.#corrupted(source, random), sep, target, sep));
    };
    for (let i = 0; i < pairs; i++) {
      const [a, b] = this.#pair(this.#papers.next(), random);
      addRow(a, b);
      addRow(b, a);
    }
    const { pad } = this.#tokenizer.special;
    const texts = packBlock(rows, length, pad);
    const wanted = segmentPredictions(texts, segments);
    const fitted = fitPredictions(wanted, rows.length * length, predictions, random);
    return {
      texts,
      segments,
      predictions: fitted,
      sources: packBlock(sources, maxTextTokens + 2, pad),
      teacher: null,
    };
  }

  position(): SegmentPosition {
    return { papers: this.#papers.position(), batches: this.#batches };
  }

  /** The title and a sentence of the abstract, or two sentences of it; some of the second ones asked as a question. */
  #pair(index: number, random: SeededRandom): [Int32Array, Int32Array] {
    const { store, papers } = this.#corpus;
    const paper = papers[index]!;
    const abstract = store.get(paper.abstract);
    const spans = sentenceSpans(abstract, this.#stops);
    const sentence = () => abstract.subarray(...(spans[random.nextBelow(spans.length)] ?? [0, 0]));
    const first = spans.length > 1 && random.next() < 0.4 ? sentence() : store.get(paper.title);
    const second = sentence();
    const { maxTextTokens, questionShare = 0 } = this.#options;
    const isQuestion = questionShare > 0 && random.next() < questionShare;
    const cut = (tokens: Int32Array) => tokens.subarray(0, maxTextTokens);
    return [cut(first), isQuestion ? this.#question(second, paper.isChinese, random) : cut(second)];
  }

  /** Without special tokens, as long as a text may be. */
  #question(sentence: Int32Array, isChinese: boolean, random: SeededRandom): Int32Array {
    const { template, subject } = this.#questions.make(sentence, isChinese, random);
    const { special } = this.#tokenizer;
    return fillTemplate(template, subject, special, this.#options.maxTextTokens + 2).subarray(1, -1);
  }

  #corrupted(source: Int32Array, random: SeededRandom): Int32Array {
    if (random.next() >= this.#options.corruptedShare) return source;
    const { segment } = this.#options;
    return maskWholeWords(this.#tokenizer, source, { random: () => random.next(), segment }).ids;
  }
}
