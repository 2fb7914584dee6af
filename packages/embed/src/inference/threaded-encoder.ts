import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type {
  EmbedInput,
  EmbedOptions,
  EmbedResult,
  Encoder,
  EncoderModel,
  RerankOptions,
  RerankResult,
} from "../encoder.ts";
import { ClosedError, ModelLoadError } from "../errors.ts";
import type { OpenModelOptions } from "./open-model.ts";
import {
  type FromWorker,
  type RawAnswer,
  type RawRequest,
  receiveError,
  type ToWorker,
  type WorkerData,
} from "./worker-protocol.ts";

interface Waiting {
  readonly texts: number;
  readonly resolve: (message: FromWorker) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Node strips the types of a thread's modules with WebAssembly, and V8's second compilation of WebAssembly's calls into
 * JavaScript can crash the process when several threads have done it (WasmEngine::FreeDeadCode; with Node 24.21 about once
 * in 500 threads of the tests). With a budget of so many calls it never compiles them again; PGlite, WebAssembly as well,
 * measured no slower.
 */
export const WASM_WRAPPER_FLAG = "--wasm-wrapper-tiering-budget=2000000000";

setFlagsFromString(WASM_WRAPPER_FLAG);

/** What is used of a thread. */
export type EncoderThread = Pick<Worker, "on" | "once" | "postMessage">;

/** An encoder in its own thread: the caller's event loop only passes messages. */
export class ThreadedEncoder implements Encoder {
  readonly model: EncoderModel;
  readonly #worker: EncoderThread;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #nextId = 1;
  #pending = 0;
  #closing: Promise<void> | null = null;
  #failure: Error | null = null;

  /** @param worker a thread that has told that it is ready */
  constructor(worker: EncoderThread, model: EncoderModel) {
    this.#worker = worker;
    this.model = model;
    this.#ended = new Promise((done) => worker.once("exit", () => done()));
    worker.on("message", (message: FromWorker) => this.#receive(message));
    // A thread that ran out of memory or met a fault ends; what waits for it would wait for ever.
    worker.once("error", (error) =>
      this.#end(new ClosedError(`The encoder's thread failed: ${error.message}`)),
    );
    worker.once("exit", () => this.#end(new ClosedError("The encoder's thread has ended.")));
  }

  /** Loads the model in a new thread. Rejects with ModelLoadError's sentence when it cannot be used. */
  static async open(options: OpenModelOptions): Promise<ThreadedEncoder> {
    const workerData: WorkerData = { open: options };
    const worker = new Worker(new URL("./encoder-thread.ts", import.meta.url), {
      workerData,
    });
    const first = await new Promise<FromWorker>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", () =>
        reject(new ModelLoadError("The encoder's thread ended before its model was loaded.")),
      );
    });
    if (first.kind === "ready") return new ThreadedEncoder(worker, first.model);
    throw first.kind === "refused"
      ? receiveError(first.error)
      : new Error(`Unexpected first message ${first.kind}`);
  }

  /** Why the thread ended by itself; null while it lives and after close. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Resolves when the thread has ended, by close or by itself. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  get pending(): number {
    return this.#pending;
  }

  async embed(inputs: readonly EmbedInput[], options: EmbedOptions = {}): Promise<EmbedResult> {
    const { signal, ...rest } = options;
    const ask = (id: number): ToWorker => ({ kind: "embed", id, inputs, options: rest });
    const message = await this.#ask(ask, inputs.length, signal);
    if (message.kind !== "embedded") throw new Error(`Unexpected message ${message.kind}`);
    const size = inputs.length === 0 ? 0 : message.vectors.length / inputs.length;
    const vectors = inputs.map((_, row) => message.vectors.subarray(row * size, (row + 1) * size));
    return { vectors, tokens: message.tokens };
  }

  async rerank(
    query: string,
    texts: readonly string[],
    { signal }: RerankOptions = {},
  ): Promise<RerankResult> {
    const ask = (id: number): ToWorker => ({ kind: "rerank", id, query, texts });
    const message = await this.#ask(ask, texts.length, signal);
    if (message.kind !== "reranked") throw new Error(`Unexpected message ${message.kind}`);
    return { scores: message.scores, tokens: message.tokens };
  }

  /** Answers an HTTP body; the body is moved to the thread and must not be used afterwards. */
  async answer(request: RawRequest, signal?: AbortSignal): Promise<RawAnswer> {
    const ask = (id: number): ToWorker => ({ kind: "answer", id, request });
    const message = await this.#ask(ask, 1, signal, [request.body]);
    if (message.kind !== "answered") throw new Error(`Unexpected message ${message.kind}`);
    return message.answer;
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#send({ kind: "close" });
      await this.#ended;
    })();
    return this.#closing;
  }

  #ask(
    message: (id: number) => ToWorker,
    texts: number,
    signal: AbortSignal | undefined,
    transfer: ArrayBuffer[] = [],
  ): Promise<FromWorker> {
    signal?.throwIfAborted();
    if (this.#failure) throw this.#failure;
    if (this.#closing)
      throw new ClosedError("The encoder is shutting down; send the request to another server.");
    const id = this.#nextId++;
    this.#pending += texts;
    return new Promise<FromWorker>((resolve, reject) => {
      const abort = () => {
        this.#send({ kind: "cancel", id });
        this.#settle(id)?.reject(signal?.reason);
      };
      const settled = () => signal?.removeEventListener("abort", abort);
      this.#waiting.set(id, {
        texts,
        resolve: (answer) => {
          settled();
          resolve(answer);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      signal?.addEventListener("abort", abort, { once: true });
      this.#send(message(id), transfer);
    });
  }

  #send(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #receive(message: FromWorker): void {
    if (!("id" in message)) return;
    const waiting = this.#settle(message.id);
    if (message.kind === "failed") waiting?.reject(receiveError(message.error));
    else waiting?.resolve(message);
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (this.#waiting.delete(id)) this.#pending -= waiting!.texts;
    return waiting;
  }

  #end(error: Error): void {
    if (!this.#closing) this.#failure ??= error;
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(error);
  }
}
