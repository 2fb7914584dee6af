/** The encoder's thread: owns the model and its tokenizer, and answers messages until it is told to close. */
import { parentPort, workerData } from "node:worker_threads";
import { answerRequest } from "./answer-request.ts";
import type { LocalEncoder } from "./local-encoder.ts";
import { openModel } from "./open-model.ts";
import { type FromWorker, sendError, type ToWorker, type WorkerData } from "./worker-protocol.ts";

const port = parentPort;
if (port === null) throw new Error("encoder-thread.ts runs in a worker thread only.");

const post = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
const cancellations = new Map<number, AbortController>();

async function handle(encoder: LocalEncoder, message: ToWorker): Promise<void> {
  if (message.kind === "cancel") return cancellations.get(message.id)?.abort();
  if (message.kind === "close") {
    await encoder.close();
    post({ kind: "closed" });
    // Ending the thread by itself is safe once the session is released; terminating it from outside is not.
    return port!.close();
  }
  const { id } = message;
  const cancellation = new AbortController();
  cancellations.set(id, cancellation);
  const { signal } = cancellation;
  try {
    if (message.kind === "answer") {
      const answer = await answerRequest(encoder, message.request, signal);
      post({ kind: "answered", id, answer }, [answer.body]);
    } else if (message.kind === "rerank") {
      const { scores, tokens } = await encoder.rerank(message.query, message.texts, { signal });
      post({ kind: "reranked", id, scores, tokens }, [scores.buffer as ArrayBuffer]);
    } else {
      const { vectors, tokens } = await encoder.embed(message.inputs, { ...message.options, signal });
      const flat = flatten(vectors);
      post({ kind: "embedded", id, vectors: flat, tokens }, [flat.buffer as ArrayBuffer]);
    }
  } catch (error) {
    post({ kind: "failed", id, error: sendError(error) });
  } finally {
    cancellations.delete(id);
  }
}

function flatten(vectors: readonly Float32Array[]): Float32Array {
  const size = vectors[0]?.length ?? 0;
  const flat = new Float32Array(vectors.length * size);
  vectors.forEach((vector, row) => {
    flat.set(vector, row * size);
  });
  return flat;
}

try {
  const encoder = await openModel((workerData as WorkerData).open);
  port.on("message", (message: ToWorker) => void handle(encoder, message));
  post({ kind: "ready", model: encoder.model });
} catch (error) {
  post({ kind: "refused", error: sendError(error) });
  port.close();
}
