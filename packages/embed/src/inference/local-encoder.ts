import { setImmediate as nextTurn } from "node:timers/promises";
import type { WordPieceTokenizer } from "@cool-papers/text";
import type {
  EmbedInput,
  EmbedOptions,
  EmbedResult,
  Encoder,
  EncoderModel,
  RerankOptions,
  RerankResult,
} from "../encoder.ts";
import { ClosedError, InvalidInputError, OverloadedError } from "../errors.ts";
import { readablePrefix } from "./readable-prefix.ts";
import type { Reranker } from "./reranker.ts";
import { type BatchLimits, bucketLength, takeBatch } from "./token-batches.ts";
import { truncateAndNormalize } from "./vectors.ts";

/** Runs the network on one padded batch. */
export interface BatchRunner {
  /**
   * @param texts token ids of each text, none longer than `length`
   * @returns one pooled vector of the model's full dimension for each text
   */
  run(texts: readonly Int32Array[], length: number): Promise<readonly Float32Array[]>;
  release(): Promise<void>;
}

export interface LocalEncoderParts {
  readonly model: EncoderModel;
  readonly tokenizer: WordPieceTokenizer;
  readonly prefixes: { readonly query: string; readonly document: string };
  readonly runner: BatchRunner;
  /** Reads queries; null where `runner` reads them too. */
  readonly queryRunner?: BatchRunner | null;
  /** null where the model's vectors do not follow from its tokens alone. */
  readonly reranker?: Reranker | null;
  readonly limits: BatchLimits;
  /** Texts that may wait; a call that would exceed it is refused. */
  readonly maxPending: number;
}

interface Pending {
  readonly ids: Int32Array;
  readonly reader: BatchRunner;
  /** Place in the order of service; see #turn. */
  readonly turn: number;
  readonly deliver: (vector: Float32Array) => void;
  readonly fail: (error: unknown) => void;
  cancelled: boolean;
}

/** Characters tokenised before other calls get a turn. */
const CHARACTERS_AT_ONCE = 65_536;

/**
 * An encoder in this thread. Texts of all callers share one queue: while the network runs, new calls gather, and the
 * next batch takes from all of them, large calls and small ones in turn. Between two batches, and while a large call is
 * tokenised, the thread's event loop gets a turn, so that cancellations and new calls are seen.
 */
export class LocalEncoder implements Encoder {
  readonly model: EncoderModel;
  readonly #parts: LocalEncoderParts;
  #queue: Pending[] = [];
  #running = 0;
  /** Texts of calls whose tokens are being made or compared. */
  #tokenizing = 0;
  readonly #calls = new Set<Promise<unknown>>();
  /**
   * Turn of the text that the running batch was made for. A new call's texts get the turns after it, one for each
   * batch that the call would fill by itself, and the queue is ordered by turn: a query that comes while a thousand
   * abstracts wait goes after the next batch, not after all of them (after start-time fair queueing, Goyal, Vin and
   * Cheng 1996, with every call a flow of its own).
   */
  #turn = 0;
  #closed = false;
  #loop: Promise<void> | null = null;

  constructor(parts: LocalEncoderParts) {
    this.model = parts.model;
    this.#parts = parts;
  }

  get pending(): number {
    return this.#tokenizing + this.#queue.length + this.#running;
  }

  async embed(inputs: readonly EmbedInput[], options: EmbedOptions = {}): Promise<EmbedResult> {
    this.#admit(inputs.length, options.signal);
    const dimensions = options.dimensions ?? this.model.dimension;
    if (!this.model.dimensions.includes(dimensions)) {
      const offered = this.model.dimensions.join(", ");
      throw new InvalidInputError(`dimensions is ${dimensions}; this model offers ${offered}.`, "dimensions");
    }
    return this.#count(this.#serve(inputs, dimensions, options));
  }

  async rerank(
    query: string,
    texts: readonly string[],
    { signal }: RerankOptions = {},
  ): Promise<RerankResult> {
    this.#admit(texts.length, signal);
    const { reranker = null } = this.#parts;
    if (reranker === null) {
      throw new InvalidInputError(
        `${this.model.id} does not rerank: what a text means to it does not follow from its tokens alone; compare vectors.`,
        "model",
      );
    }
    this.#tokenizing += texts.length;
    const call = reranker.score(query, texts, signal).finally(() => {
      this.#tokenizing -= texts.length;
    });
    return this.#count(call);
  }

  /** Throws what refuses a call of so many texts. */
  #admit(texts: number, signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    if (this.#closed)
      throw new ClosedError("The encoder is shutting down; send the request to another server.");
    // An idle encoder takes a call of any size: a limit that refused it could never be met.
    if (this.pending > 0 && this.pending + texts > this.#parts.maxPending) {
      throw new OverloadedError(`${this.pending} texts wait already; try again in a moment.`);
    }
  }

  /** `close` waits for it. */
  #count<T>(call: Promise<T>): Promise<T> {
    this.#calls.add(call);
    return call.finally(() => this.#calls.delete(call));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#calls);
    await this.#loop;
    await this.#parts.runner.release();
    await this.#parts.queryRunner?.release();
    await this.#parts.reranker?.release();
  }

  async #serve(
    inputs: readonly EmbedInput[],
    dimensions: number,
    options: EmbedOptions,
  ): Promise<EmbedResult> {
    const { texts, waiting } = await this.#accept(inputs, options);
    const vectors = await waiting;
    return {
      vectors: vectors.map((vector) => truncateAndNormalize(vector, dimensions)),
      tokens: texts.map((ids) => ids.length),
    };
  }

  /** Tokenises and queues; the texts count as pending throughout. `waiting` is for their vectors. */
  async #accept(inputs: readonly EmbedInput[], options: EmbedOptions) {
    this.#tokenizing += inputs.length;
    try {
      const texts = await this.#tokenizeAll(inputs, options);
      options.signal?.throwIfAborted();
      return { texts, waiting: this.#enqueue(texts, options) };
    } finally {
      this.#tokenizing -= inputs.length;
    }
  }

  async #tokenizeAll(inputs: readonly EmbedInput[], options: EmbedOptions): Promise<Int32Array[]> {
    const texts: Int32Array[] = [];
    let characters = 0;
    for (const [index, input] of inputs.entries()) {
      texts.push(this.#tokenize(input, index, options));
      characters += input.length;
      if (characters < CHARACTERS_AT_ONCE) continue;
      characters = 0;
      await nextTurn();
      options.signal?.throwIfAborted();
    }
    return texts;
  }

  #tokenize(input: EmbedInput, index: number, { inputType, truncate = "end" }: EmbedOptions): Int32Array {
    const { tokenizer, prefixes } = this.#parts;
    const { maxTokens } = this.model;
    // One token beyond the limit tells a text that fits from one that does not.
    const maxLength = maxTokens + 1;
    const ids =
      typeof input === "string"
        ? tokenizer.encode(this.#readable(inputType ? prefixes[inputType] + input : input), { maxLength }).ids
        : Int32Array.of(tokenizer.special.cls, ...input.subarray(0, maxTokens), tokenizer.special.sep);
    if (ids.length <= maxTokens) return ids;
    if (truncate === "error") {
      throw new InvalidInputError(
        `input[${index}] is longer than the model's ${maxTokens} tokens; shorten it, or let the server cut it.`,
        "input",
      );
    }
    const cut = ids.slice(0, maxTokens);
    cut[maxTokens - 1] = tokenizer.special.sep;
    return cut;
  }

  #readable(text: string): string {
    const { tokenizer } = this.#parts;
    return tokenizer.normalizer.splitIdeographs ? readablePrefix(text, this.model.maxTokens) : text;
  }

  #enqueue(texts: readonly Int32Array[], { signal, inputType }: EmbedOptions): Promise<Float32Array[]> {
    if (texts.length === 0) return Promise.resolve([]);
    const { limits, runner, queryRunner } = this.#parts;
    const reader = inputType === "query" ? (queryRunner ?? runner) : runner;
    return new Promise((resolve, reject) => {
      const vectors: Float32Array[] = new Array(texts.length);
      let missing = texts.length;
      const settle = () => signal?.removeEventListener("abort", abort);
      const fail = (error: unknown) => {
        settle();
        for (const text of pending) text.cancelled = true;
        reject(error);
      };
      const abort = () => {
        this.#queue = this.#queue.filter((text) => !pendingSet.has(text));
        fail(signal?.reason);
      };
      let filled = 0;
      const pending = texts.map((ids, index): Pending => {
        const deliver = (vector: Float32Array) => {
          vectors[index] = vector;
          missing -= 1;
          if (missing > 0) return;
          settle();
          resolve(vectors);
        };
        const turn = this.#turn + 1 + Math.floor(filled);
        filled += Math.max(bucketLength(ids.length) / limits.maxTokens, 1 / limits.maxTexts);
        return { ids, reader, turn, deliver, fail, cancelled: false };
      });
      const pendingSet = new Set(pending);
      signal?.addEventListener("abort", abort, { once: true });
      this.#queue = this.#queue.concat(pending).sort((a, b) => a.turn - b.turn);
      this.#loop ??= this.#work().finally(() => {
        this.#loop = null;
      });
    });
  }

  async #work(): Promise<void> {
    // The first turn lets calls that arrive together share the first batch.
    for (await nextTurn(); this.#queue.length > 0; await nextTurn()) {
      this.#turn = this.#queue[0]!.turn;
      const { texts, length } = takeBatch(this.#queue, this.#parts.limits);
      const live = texts.filter((text) => !text.cancelled);
      if (live.length === 0) continue;
      this.#running = live.length;
      try {
        const vectors = await live[0]!.reader.run(
          live.map(({ ids }) => ids),
          length,
        );
        live.forEach((text, index) => {
          text.deliver(vectors[index]!);
        });
      } catch (error) {
        for (const text of live) text.fail(error);
      } finally {
        this.#running = 0;
      }
    }
  }
}
