import type { WordPieceTokenizer } from "@cool-papers/text";
import {
  DISTILLATION_STREAMS,
  type DistillationCorpus,
  type DistillationStream,
  type DistillationText,
} from "./distillation-corpus.ts";
import {
  CHINESE_QUESTION_TEMPLATES,
  fillTemplate,
  QUESTION_TEMPLATES,
  type TokenTemplate,
  tokenTemplates,
} from "./question-templates.ts";
import { SeededRandom } from "./seeded-random.ts";
import { type CyclePosition, ShuffledCycle } from "./shuffled-cycle.ts";
import { TEACHER_DIMENSIONS } from "./teacher-vectors.ts";
import { packBlock, type TokenBlock } from "./token-store.ts";

/** Groups taken from each stream per batch. A paper brings a title and a document, a parallel row two of each. */
export type BatchComposition = Readonly<Record<Exclude<DistillationStream, "sentences">, number>> & {
  /** Of your own file (`--sentences`); none when left out. */
  readonly sentences?: number;
};

export interface DistillationBatch {
  /** Titles and sentences; its rows come first in all targets. */
  readonly short: TokenBlock;
  /** Documents. */
  readonly long: TokenBlock;
  /** [texts, 192] unit vectors of teacher m; zero rows for Chinese */
  readonly m: Float32Array;
  /** [texts] 1 where m knows the text, else 0 */
  readonly mMask: Float32Array;
  /** [texts, 192] unit vectors of teacher e */
  readonly e: Float32Array;
  readonly texts: number;
}

export interface DistillationBatchOptions {
  readonly composition: BatchComposition;
  /** Row lengths of the two blocks, in tokens: every batch has the same shapes. */
  readonly shortLength: number;
  readonly longLength: number;
  readonly tokenizer: WordPieceTokenizer;
  /** Share of titles that stand within a question (question-templates.ts); the teachers' vectors stay the title's. */
  readonly questionShare: number;
  readonly seed: number;
}

/** Position of the batches within the data; JSON, stored in checkpoints. */
export interface BatchPosition {
  readonly streams: Readonly<Partial<Record<DistillationStream, CyclePosition>>>;
  /** Batches made so far; seeds the choices within a batch. */
  readonly batches: number;
}

/** Endless batches of one shape. The same seed and position give the same batches. */
export class DistillationBatches {
  readonly #corpus: DistillationCorpus;
  readonly #options: DistillationBatchOptions;
  readonly #cycles = new Map<DistillationStream, ShuffledCycle>();
  readonly #templates: { english: TokenTemplate[]; chinese: TokenTemplate[] };
  #batches: number;

  constructor(corpus: DistillationCorpus, options: DistillationBatchOptions, position?: BatchPosition) {
    this.#corpus = corpus;
    this.#options = options;
    this.#batches = position?.batches ?? 0;
    const tokens = (text: string) => options.tokenizer.encode(text, { addSpecialTokens: false }).ids;
    this.#templates = {
      english: tokenTemplates(QUESTION_TEMPLATES, tokens),
      chinese: tokenTemplates(CHINESE_QUESTION_TEMPLATES, tokens),
    };
    DISTILLATION_STREAMS.forEach((stream, i) => {
      if ((options.composition[stream] ?? 0) === 0) return;
      const size = corpus.groups[stream].length;
      const cycle = new ShuffledCycle(size, options.seed * 31 + i, position?.streams[stream]);
      this.#cycles.set(stream, cycle);
    });
  }

  /** A batch of the same shape, without moving on. */
  peek(): DistillationBatch {
    return new DistillationBatches(this.#corpus, this.#options, this.position()).next();
  }

  /** `next()` for ever. */
  *stream(): Generator<DistillationBatch, never> {
    for (;;) yield this.next();
  }

  next(): DistillationBatch {
    const short: DistillationText[] = [];
    const long: DistillationText[] = [];
    for (const [stream, cycle] of this.#cycles) {
      const groups = this.#corpus.groups[stream];
      for (let i = 0; i < (this.#options.composition[stream] ?? 0); i++) {
        for (const text of groups[cycle.next()]!) (text.size === "short" ? short : long).push(text);
      }
    }
    return this.#pack(short, long);
  }

  position(): BatchPosition {
    const streams = Object.fromEntries(
      [...this.#cycles].map(([stream, cycle]) => [stream, cycle.position()]),
    );
    return { streams, batches: this.#batches };
  }

  #pack(short: DistillationText[], long: DistillationText[]): DistillationBatch {
    const { shortLength, longLength, seed } = this.#options;
    const random = new SeededRandom(Math.imul(seed, 0x9e3779b1) ^ this.#batches++);
    const padId = this.#options.tokenizer.special.pad;
    const { store } = this.#corpus;
    const shortBlock = packBlock(
      short.map((text) => this.#asked(text, random)),
      shortLength,
      padId,
    );
    const longBlock = packBlock(
      long.map((text) => store.get(text.tokens)),
      longLength,
      padId,
    );
    const all = [...short, ...long];
    const m = new Float32Array(all.length * TEACHER_DIMENSIONS);
    const e = new Float32Array(all.length * TEACHER_DIMENSIONS);
    const mMask = new Float32Array(all.length);
    all.forEach((text, i) => {
      text.e.writeUnit(text.row, e, i * TEACHER_DIMENSIONS);
      if (text.m === null) return;
      text.m.writeUnit(text.row, m, i * TEACHER_DIMENSIONS);
      mMask[i] = 1;
    });
    return { short: shortBlock, long: longBlock, m, mMask, e, texts: all.length };
  }

  /** Tokens of a short text, now and then within a question. Sentences of the Chinese sets are questions already. */
  #asked(text: DistillationText, random: SeededRandom): Int32Array {
    const tokens = this.#corpus.store.get(text.tokens);
    if (!text.isTitle || random.next() >= this.#options.questionShare) return tokens;
    const templates = text.m === null ? this.#templates.chinese : this.#templates.english;
    const template = templates[random.nextBelow(templates.length)]!;
    const { tokenizer, shortLength } = this.#options;
    return fillTemplate(template, tokens.subarray(1, -1), tokenizer.special, shortLength);
  }
}
