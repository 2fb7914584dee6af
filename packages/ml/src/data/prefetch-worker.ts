/** The thread behind prefetch.ts: loads the data once, then makes batches as they are asked for. */
import { parentPort, workerData } from "node:worker_threads";
import type { BatchSource, OpenBatches } from "./batch-source.ts";
import { assertNumbers } from "./check-batch.ts";
import type { PrefetchJob, PrefetchOrder, PrefetchReply } from "./prefetch.ts";

const port = parentPort!;
const { module, request } = workerData as PrefetchJob;
const sources = new Map<number, BatchSource<unknown>>();
let hasFailed = false;

const reply = (answer: PrefetchReply, transfer: readonly ArrayBuffer[] = []) =>
  port.postMessage(answer, transfer);

const opening: Promise<OpenBatches<unknown>> = import(module).then(({ openBatches }) => openBatches(request));
opening.catch(fail);

port.on("message", (order: PrefetchOrder) => {
  opening
    .then((open) => {
      if (!hasFailed) obey(open, order);
    })
    .catch(fail);
});

function obey(open: OpenBatches<unknown>, order: PrefetchOrder): void {
  if (order.kind === "close") sources.delete(order.stream);
  else if (order.kind === "more") makeBatch(order.stream);
  else {
    sources.set(order.stream, open(order.position));
    for (let i = 0; i < order.ahead; i++) makeBatch(order.stream);
  }
}

function makeBatch(stream: number): void {
  const source = sources.get(stream);
  if (source === undefined) return;
  const batch = source.next();
  assertNumbers(batch);
  reply({ kind: "batch", stream, batch, position: source.position() }, [...ownBuffers(batch)]);
}

function fail(error: unknown): void {
  if (hasFailed) return;
  hasFailed = true;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  reply({ kind: "failed", name, message });
}

/** Buffers that belong to one array each: they change hands instead of being copied. Views of shared ones are copied. */
function ownBuffers(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    const { buffer } = value;
    const isOwn = buffer.byteLength > 0 && buffer.byteLength === value.byteLength;
    if (isOwn && buffer instanceof ArrayBuffer) found.add(buffer);
  } else if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) ownBuffers(part, found);
  }
  return found;
}
