/** Clients in a thread of their own, so that their work does not count as the server's. */
import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";

export interface ClientPlan {
  readonly url: string;
  readonly clients: number;
  /** Bodies of each client's requests, one after the other; client k starts at body k. */
  readonly bodies: readonly string[];
  readonly requestsEach: number;
}

export interface ClientReport {
  readonly latenciesMs: readonly number[];
  /** How often something else than 200 came back, by status or by the name of the failure. */
  readonly errors: Readonly<Record<string, number>>;
  readonly seconds: number;
}

const plan = workerData as ClientPlan;
const latenciesMs: number[] = [];
const errors: Record<string, number> = {};

async function request(body: string): Promise<void> {
  const startedAt = performance.now();
  let outcome: string;
  try {
    const response = await fetch(plan.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    await response.arrayBuffer();
    outcome = String(response.status);
  } catch (error) {
    outcome = (error as Error).name;
  }
  latenciesMs.push(performance.now() - startedAt);
  if (outcome !== "200") errors[outcome] = (errors[outcome] ?? 0) + 1;
}

// Starting this thread is the other thread's work; it begins to measure when this one is ready.
parentPort!.postMessage("ready");
await once(parentPort!, "message");
const startedAt = performance.now();
await Promise.all(
  Array.from({ length: plan.clients }, async (_, client) => {
    for (let turn = 0; turn < plan.requestsEach; turn++) {
      await request(plan.bodies[(client + turn) % plan.bodies.length]!);
    }
  }),
);
const seconds = (performance.now() - startedAt) / 1000;
parentPort!.postMessage({ latenciesMs, errors, seconds } satisfies ClientReport);
parentPort!.close();
