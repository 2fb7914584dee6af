/**
 * Batches made ahead of time in a worker thread, so that training need not wait for tokens to be cut and packed. The
 * order and the positions are those of the source itself: a checkpoint stores the position of the batches that were
 * trained on, not of those made ahead.
 */
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { BatchStream } from "./batch-source.ts";
import { DataError } from "./data-error.ts";

/** What the thread is asked for. */
export type PrefetchOrder =
  | { readonly kind: "open"; readonly stream: number; readonly position: unknown; readonly ahead: number }
  | { readonly kind: "more"; readonly stream: number }
  | { readonly kind: "close"; readonly stream: number };

/** What it answers. */
export type PrefetchReply =
  | { readonly kind: "batch"; readonly stream: number; readonly batch: unknown; readonly position: unknown }
  | { readonly kind: "failed"; readonly name: string; readonly message: string };

export interface PrefetchJob {
  /** `file:` URL of a module that exports `openBatches(request): Promise<OpenBatches>`. */
  readonly module: string;
  /** What is to be opened; structured-cloneable. */
  readonly request: unknown;
}

// Node strips the types of a thread's modules with WebAssembly, and V8 can crash when it compiles WebAssembly's calls into
// JavaScript a second time in several threads (packages/embed, threaded-encoder.ts): never do it.
setFlagsFromString("--wasm-wrapper-tiering-budget=2000000000");

const WORKER = new URL("./prefetch-worker.ts", import.meta.url);
/** Batches made ahead. One step of training takes longer than many batches; more would only cost memory. */
const AHEAD = 4;

/** One worker thread; its data are loaded once for all streams. Stop it when done, or the process does not end. */
export class Prefetch<Batch> {
  readonly #worker: Worker;
  readonly #streams = new Map<number, PrefetchedStream<Batch>>();
  readonly #ahead: number;
  #failure: Error | null = null;
  #opened = 0;

  constructor(job: PrefetchJob, ahead = AHEAD) {
    this.#ahead = ahead;
    this.#worker = new Worker(WORKER, { workerData: job });
    this.#worker.on("message", (reply: PrefetchReply) => {
      if (reply.kind === "batch") this.#streams.get(reply.stream)?.push(reply.batch as Batch, reply.position);
      else this.#fail(Object.assign(new Error(reply.message), { name: reply.name }));
    });
    this.#worker.on("error", (cause) => {
      this.#fail(new DataError(`The thread that makes batches broke down: ${cause.message}.`, { cause }));
    });
    this.#worker.on("exit", (code) => {
      this.#fail(new DataError(`The thread that makes batches ended with code ${code}.`));
    });
  }

  /** Batches from a position on, or from the beginning (undefined). Several streams can be open at once. */
  open(position: unknown): PrefetchedStream<Batch> {
    const stream = this.#opened++;
    const send = (order: PrefetchOrder) => this.#worker.postMessage(order);
    const opened = new PrefetchedStream<Batch>(position, {
      more: () => send({ kind: "more", stream }),
      close: () => {
        this.#streams.delete(stream);
        send({ kind: "close", stream });
      },
    });
    this.#streams.set(stream, opened);
    if (this.#failure !== null) opened.fail(this.#failure);
    else send({ kind: "open", stream, position, ahead: this.#ahead });
    return opened;
  }

  /** Ends the thread, whatever it is doing. */
  async stop(): Promise<void> {
    this.#fail(new DataError("The batches were stopped."));
    await this.#worker.terminate();
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    for (const stream of this.#streams.values()) stream.fail(this.#failure);
  }
}

interface Waiting<Batch> {
  resolve(batch: Batch): void;
  reject(error: Error): void;
}

/** One sequence of batches of a `Prefetch`. */
export class PrefetchedStream<Batch> implements BatchStream<Batch> {
  readonly #thread: { more(): void; close(): void };
  readonly #ready: { readonly batch: Batch; readonly position: unknown }[] = [];
  #position: unknown;
  #waiting: Waiting<Batch> | null = null;
  #failure: Error | null = null;

  constructor(position: unknown, thread: { more(): void; close(): void }) {
    this.#position = position;
    this.#thread = thread;
  }

  /** The next batch; one call at a time. @throws what the source threw, after the batches it made before */
  next(): Promise<Batch> {
    return new Promise<Batch>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#settle();
    });
  }

  position(): unknown {
    return this.#position;
  }

  /** No more batches are made for it. */
  close(): void {
    this.fail(new DataError("These batches were closed."));
    this.#thread.close();
  }

  push(batch: Batch, position: unknown): void {
    this.#ready.push({ batch, position });
    this.#settle();
  }

  fail(failure: Error): void {
    this.#failure ??= failure;
    this.#settle();
  }

  #settle(): void {
    if (this.#waiting === null) return;
    const { resolve, reject } = this.#waiting;
    const made = this.#ready.shift();
    if (made !== undefined) {
      this.#waiting = null;
      this.#position = made.position;
      this.#thread.more();
      resolve(made.batch);
    } else if (this.#failure !== null) {
      this.#waiting = null;
      reject(this.#failure);
    }
  }
}
