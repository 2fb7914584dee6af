/** The embedding server under load: many clients, the largest request, and memory over time. */
import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { BodyBudget, createEmbeddingApp, KeyBudget, listen, ThreadedEncoder } from "@cool-papers/embed";
import type { PaperText } from "./embed-bundle.ts";
import type { ClientPlan, ClientReport } from "./embed-clients.ts";
import { quantile } from "./quantile.ts";

const MAX_BODY_BYTES = 16_000_000;
const CLIENTS = 64;
const LARGEST = 2048;

export interface ServerOptions {
  readonly bundleDir: string;
  /** The same with a few tokens a text: the largest request is about reading, parsing and answering. */
  readonly briefBundleDir: string;
  readonly threads: number;
  readonly papers: readonly PaperText[];
  readonly requestsEach: number;
  readonly soakMinutes: number;
}

/** Measures the server in this process; clients run in another thread. */
export async function measureServer(options: ServerOptions): Promise<object> {
  const titles = (model: string) =>
    options.papers.map(({ title }) => JSON.stringify({ model, input: [title] }));
  const { requestsEach, soakMinutes, threads } = options;
  const load = await withServer(options.bundleDir, threads, async (url, model) => ({
    crowd: await underLoad({ url, clients: CLIENTS, bodies: titles(model), requestsEach }),
    soak: await soak(url, titles(model), soakMinutes),
  }));
  const largest = await withServer(options.briefBundleDir, threads, async (url, model) => {
    const texts = longTexts(options.papers);
    const float = await sendOne(url, { model, input: texts, encoding_format: "float" });
    return { float, base64: await sendOne(url, { model, input: texts, encoding_format: "base64" }) };
  });
  return { clients: CLIENTS, ...load, largest };
}

async function withServer<T>(
  bundleDir: string,
  threads: number,
  use: (url: string, model: string) => Promise<T>,
): Promise<T> {
  const encoder = await ThreadedEncoder.open({ bundleDir, provider: "cpu", variant: "int8", threads });
  const app = createEmbeddingApp({
    encoder,
    keys: () => [],
    withoutKeys: "anybody",
    budget: new KeyBudget(() => performance.now()),
    metrics: null,
    truncate: "end",
    maxBodyBytes: MAX_BODY_BYTES,
    bodies: new BodyBudget(8 * MAX_BODY_BYTES),
    log: () => {},
    now: () => performance.now(),
    isReady: () => true,
  });
  const server = await listen(app, "127.0.0.1", 0);
  try {
    return await use(`${server.url}/v1/embeddings`, encoder.model.id);
  } finally {
    await server.close(1000);
    await encoder.close();
  }
}

async function sendOne(url: string, request: object): Promise<object> {
  const body = JSON.stringify(request);
  const report = await underLoad({ url, clients: 1, bodies: [body], requestsEach: 1 });
  return { bodyMb: Buffer.byteLength(body) / 1e6, ...report };
}

/** Abstracts repeated up to the limits of one request: 2,048 texts, 16 MB. */
function longTexts(papers: readonly PaperText[]): string[] {
  const room = Math.floor(MAX_BODY_BYTES / LARGEST) - 100;
  return Array.from({ length: LARGEST }, (_, index) => longText(papers, index, room));
}

/** ASCII text of at most `room` bytes as JSON; what lies beyond the model's length costs the tokenizer only. */
function longText(papers: readonly PaperText[], index: number, room: number): string {
  const { abstract } = papers[index % papers.length]!;
  const plain = abstract.replace(/[^ -~]|["\\]/g, " ");
  return plain.repeat(Math.ceil(room / plain.length)).slice(0, room);
}

/**
 * What clients see, and how busy this thread was, which accepts connections and reads bodies. On a machine that others
 * use too, the delay also tells how long this thread waited for a processor (so does `idleDelayMsMax`); the processor
 * time that passed between two turns of the event loop does not.
 */
async function underLoad(plan: ClientPlan): Promise<object> {
  const clients = await startClients(plan);
  const idle = await measureIdleDelay();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const turns = watchTurns();
  const { latenciesMs, errors, seconds } = await clients.run();
  const eventLoopCpuMsMax = turns.end();
  delay.disable();
  return {
    requests: latenciesMs.length,
    errorCount: Object.values(errors).reduce((sum, count) => sum + count, 0),
    errors,
    requestsPerS: latenciesMs.length / seconds,
    latencyMsP50: quantile(latenciesMs, 0.5),
    latencyMsP95: quantile(latenciesMs, 0.95),
    eventLoopDelayMsP99: delay.percentile(99) / 1e6,
    eventLoopDelayMsMax: delay.max / 1e6,
    idleDelayMsMax: idle,
    eventLoopCpuMsMax,
  };
}

/** The most processor time of this thread between two ticks of a timer: no turn of the event loop took more. */
function watchTurns(): { end(): number } {
  let most = 0;
  let last = threadCpuMs();
  const tick = () => {
    const now = threadCpuMs();
    most = Math.max(most, now - last);
    last = now;
  };
  const timer = setInterval(tick, 1);
  return {
    end() {
      clearInterval(timer);
      tick();
      return most;
    },
  };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** The largest delay of this thread within a second of nothing to do. */
async function measureIdleDelay(): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await setTimeout(1000);
  delay.disable();
  return delay.max / 1e6;
}

/** Clients that wait for `run`. */
async function startClients(plan: ClientPlan): Promise<{ run: () => Promise<ClientReport> }> {
  const worker = new Worker(new URL("./embed-clients.ts", import.meta.url), { workerData: plan });
  await once(worker, "message");
  return {
    async run() {
      worker.postMessage("go");
      const [report] = (await once(worker, "message")) as [ClientReport];
      return report;
    },
  };
}

/** Resident memory of this process, clients included, while requests go on; a steady one has no slope. */
async function soak(url: string, bodies: readonly string[], minutes: number): Promise<object> {
  const startedAt = performance.now();
  const samples: { minute: number; rssMb: number }[] = [];
  let errorCount = 0;
  let requests = 0;
  const elapsed = () => (performance.now() - startedAt) / 60_000;
  while (elapsed() < minutes) {
    const clients = await startClients({ url, clients: 8, bodies, requestsEach: 50 });
    const report = await clients.run();
    requests += report.latenciesMs.length;
    errorCount += Object.values(report.errors).reduce((sum, count) => sum + count, 0);
    samples.push({ minute: elapsed(), rssMb: process.memoryUsage.rss() / 1e6 });
  }
  const settled = samples.slice(Math.floor(samples.length / 4));
  return {
    minutes,
    requests,
    errorCount,
    rssMbFirst: samples[0]?.rssMb ?? null,
    rssMbLast: samples.at(-1)?.rssMb ?? null,
    rssMbMax: samples.reduce((most, { rssMb }) => Math.max(most, rssMb), 0),
    rssMbPerMinute: slope(settled.map(({ minute, rssMb }) => [minute, rssMb])),
  };
}

/** Least squares; null for fewer than two points. */
function slope(points: readonly (readonly [number, number])[]): number | null {
  if (points.length < 2) return null;
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
