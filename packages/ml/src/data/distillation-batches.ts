import {
  DISTILLATION_STREAMS,
  type DistillationCorpus,
  type DistillationStream,
  type DistillationText,
} from "./distillation-corpus.ts";
import { type CyclePosition, ShuffledCycle } from "./shuffled-cycle.ts";
import { TEACHER_DIMENSIONS } from "./teacher-vectors.ts";
import { packBlock, type TokenBlock } from "./token-store.ts";

/** Groups taken from each stream per batch. A paper brings a title and a document, a parallel row two of each. */
export type BatchComposition = Readonly<Record<DistillationStream, number>>;

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
  readonly padId: number;
  readonly seed: number;
}

/** Position of the batches within the data; JSON, stored in checkpoints. */
export type BatchPosition = Readonly<Partial<Record<DistillationStream, CyclePosition>>>;

/** Endless batches of one shape. The same seed and position give the same batches. */
export class DistillationBatches {
  readonly #corpus: DistillationCorpus;
  readonly #options: DistillationBatchOptions;
  readonly #cycles = new Map<DistillationStream, ShuffledCycle>();

  constructor(corpus: DistillationCorpus, options: DistillationBatchOptions, position: BatchPosition = {}) {
    this.#corpus = corpus;
    this.#options = options;
    DISTILLATION_STREAMS.forEach((stream, i) => {
      if (options.composition[stream] === 0) return;
      const size = corpus.groups[stream].length;
      const cycle = new ShuffledCycle(size, options.seed * 31 + i, position[stream]);
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
      for (let i = 0; i < this.#options.composition[stream]; i++) {
        for (const text of groups[cycle.next()]!) (text.size === "short" ? short : long).push(text);
      }
    }
    return this.#pack(short, long);
  }

  position(): BatchPosition {
    return Object.fromEntries([...this.#cycles].map(([stream, cycle]) => [stream, cycle.position()]));
  }

  #pack(short: DistillationText[], long: DistillationText[]): DistillationBatch {
    const { shortLength, longLength, padId } = this.#options;
    const { store } = this.#corpus;
    const block = (texts: DistillationText[], length: number) =>
      packBlock(
        texts.map((text) => store.get(text.tokens)),
        length,
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
    return {
      short: block(short, shortLength),
      long: block(long, longLength),
      m,
      mMask,
      e,
      texts: all.length,
    };
  }
}
