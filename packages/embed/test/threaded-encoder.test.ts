import { execFileSync } from "node:child_process";
import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { ClosedError } from "../src/index.ts";
import { type EncoderThread, ThreadedEncoder, WASM_WRAPPER_FLAG } from "../src/inference/threaded-encoder.ts";
import type { ToWorker } from "../src/inference/worker-protocol.ts";
import { FAKE_MODEL } from "./fake-answerer.ts";

/** A thread whose messages the test writes. */
class ScriptedThread extends EventEmitter {
  readonly sent: ToWorker[] = [];
  readonly moved: ArrayBuffer[] = [];

  postMessage(message: ToWorker, transfer: ArrayBuffer[]): void {
    this.sent.push(message);
    this.moved.push(...transfer);
  }
}

function start() {
  const thread = new ScriptedThread();
  return { thread, encoder: new ThreadedEncoder(thread as unknown as EncoderThread, FAKE_MODEL) };
}

test("V8 knows the flag that keeps a thread's WebAssembly from crashing the process", () => {
  // Node refuses to start with a flag that it does not know; setFlagsFromString only mutters.
  expect(execFileSync(process.execPath, [WASM_WRAPPER_FLAG, "-p", "1 + 1"], { encoding: "utf8" })).toBe(
    "2\n",
  );
});

test("a thread that fails rejects what waits for it and every later call, and says why", async () => {
  const { thread, encoder } = start();
  const waiting = encoder.embed(["a"]);
  thread.emit("error", new Error("out of memory"));
  thread.emit("exit", 1);
  await expect(waiting).rejects.toThrow("The encoder's thread failed: out of memory");
  await expect(encoder.embed(["b"])).rejects.toThrow("The encoder's thread failed: out of memory");
  expect(encoder.failure).toBeInstanceOf(ClosedError);
  expect(encoder.pending).toBe(0);
  await encoder.ended;
  await encoder.close();
});

test("a thread that ends without a word is a failure too, but not after close", async () => {
  const silent = start();
  silent.thread.emit("exit", 0);
  await expect(silent.encoder.embed(["a"])).rejects.toThrow("The encoder's thread has ended.");
  const closed = start();
  const closing = closed.encoder.close();
  closed.thread.emit("exit", 0);
  await closing;
  expect(closed.encoder.failure).toBeNull();
});

test("an aborted call is cancelled in the thread, and its late answer is ignored", async () => {
  const { thread, encoder } = start();
  const cancellation = new AbortController();
  const aborted = encoder.embed(["a"], { signal: cancellation.signal });
  cancellation.abort(new Error("left"));
  await expect(aborted).rejects.toThrow("left");
  expect(thread.sent.map(({ kind }) => kind)).toEqual(["embed", "cancel"]);
  thread.emit("message", { kind: "embedded", id: 1, vectors: new Float32Array(2), tokens: [3] });
  expect(encoder.pending).toBe(0);
});

test("a call whose signal is aborted already never reaches the thread", async () => {
  const { thread, encoder } = start();
  await expect(encoder.embed(["a"], { signal: AbortSignal.abort(new Error("left")) })).rejects.toThrow(
    "left",
  );
  expect(thread.sent).toEqual([]);
});

test("a body is moved to the thread, not copied", async () => {
  const { thread, encoder } = start();
  const body = new ArrayBuffer(16_000_000);
  const answering = encoder.answer({ api: "openai", body, truncate: "end" });
  expect(thread.moved).toEqual([body]);
  const answer = { status: 200, body: new ArrayBuffer(2), inputs: 1, tokens: 3 };
  thread.emit("message", { kind: "answered", id: 1, answer });
  expect((await answering).body).toBe(answer.body);
});
