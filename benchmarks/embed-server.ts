/** The embedding server under load: many clients, the largest request, and memory over time. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
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
  readonly say: (text: string) => void;
}

/** Measures the server in this process; clients run in another one. */
export async function measureServer(options: ServerOptions): Promise<object> {
  const { papers, requestsEach, soakMinutes, threads, say } = options;
  const titles = (model: string) => papers.map(({ title }) => JSON.stringify({ model, input: [title] }));
  const load = await withServer(options.bundleDir, threads, async (url, model) => {
    const crowd = await underLoad({ url, clients: CLIENTS, bodies: titles(model), requestsEach });
    say(`server, ${CLIENTS} clients: ${JSON.stringify(crowd)}`);
    return { crowd, soak: await soak(url, mixedBodies(papers, model), soakMinutes, say) };
  });
  const largest = await withServer(options.briefBundleDir, threads, async (url, model) => {
    const texts = longTexts(papers);
    const float = await sendOne(url, { model, input: texts, encoding_format: "float" });
    say(`server, largest request: ${JSON.stringify(float)}`);
    const base64 = await sendOne(url, { model, input: texts, encoding_format: "base64" });
    say(`server, largest request, base64: ${JSON.stringify(base64)}`);
    return { float, base64 };
  });
  return { clients: CLIENTS, ...load, largest };
}

/** Titles alone and abstracts by four, in turn. */
function mixedBodies(papers: readonly PaperText[], model: string): string[] {
  return papers.map(({ title }, index) => {
    const abstracts = papers.slice(index, index + 4).map(({ abstract }) => abstract);
    return JSON.stringify({ model, input: index % 2 === 0 ? [title] : abstracts });
  });
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
  await clients.stop();
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

/** Clients that wait for `run`, which may be called again. */
async function startClients(
  plan: ClientPlan,
): Promise<{ run: () => Promise<ClientReport>; stop: () => Promise<void> }> {
  const child = fork(join(import.meta.dirname, "embed-clients.ts"), { serialization: "advanced" });
  child.send(plan);
  await once(child, "message");
  return {
    async run() {
      child.send("go");
      const [report] = (await once(child, "message")) as [ClientReport];
      return report;
    },
    async stop() {
      child.disconnect();
      await once(child, "exit");
    },
  };
}

const SOAK_CLIENTS = 8;
const SOAK_REQUESTS_EACH = 50;

/** Resident memory of this process, the server's, while requests go on; a steady one has no slope. */
async function soak(
  url: string,
  bodies: readonly string[],
  minutes: number,
  say: (text: string) => void,
): Promise<object> {
  const clients = await startClients({
    url,
    clients: SOAK_CLIENTS,
    bodies,
    requestsEach: SOAK_REQUESTS_EACH,
  });
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 60_000;
  const samples: { minute: number; rssMb: number }[] = [];
  const sample = () => samples.push({ minute: elapsed(), rssMb: process.memoryUsage.rss() / 1e6 });
  let errorCount = 0;
  let requests = 0;
  let told = 0;
  sample();
  while (elapsed() < minutes) {
    const report = await clients.run();
    requests += report.latenciesMs.length;
    errorCount += Object.values(report.errors).reduce((sum, count) => sum + count, 0);
    sample();
    if (elapsed() < told + 1) continue;
    told = Math.floor(elapsed());
    say(`soak: minute ${told} of ${minutes}, ${requests} requests, ${samples.at(-1)!.rssMb.toFixed(0)} MB`);
  }
  await clients.stop();
  // The first quarter fills caches and pools.
  const settled = samples.slice(Math.floor(samples.length / 4));
  return {
    minutes,
    requests,
    errorCount,
    rssMbStart: samples[0]!.rssMb,
    rssMbEnd: samples.at(-1)!.rssMb,
    rssMbMax: samples.reduce((most, { rssMb }) => Math.max(most, rssMb), 0),
    rssMbPerMinuteSettled: slope(settled.map(({ minute, rssMb }) => [minute, rssMb])),
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
