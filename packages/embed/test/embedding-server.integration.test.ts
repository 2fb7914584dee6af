import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import {
  ApiKeyStore,
  BodyBudget,
  createEmbeddingApp,
  EmbeddingClient,
  EmbeddingMetrics,
  type EmbeddingServer,
  KeyBudget,
  listen,
  openModel,
  type RequestAnswerer,
  type RequestLog,
  ThreadedEncoder,
} from "../src/index.ts";
import { answerRequest } from "../src/inference/answer-request.ts";
import { watchMainThreadText } from "./main-thread-text.ts";
import { cosine, makeRandomBundle, type TestBundle } from "./random-bundle.ts";

let bundle: TestBundle;
let encoder: ThreadedEncoder;
let server: EmbeddingServer;
let folder: string;
let store: ApiKeyStore;
let ready = true;
/** Milliseconds of the clock that the keys' minutes go by. */
let clockMs = 0;
/** Opened by default; a test may hold requests back before they reach the encoder. */
let gate: Promise<void> = Promise.resolve();
const inFlight = new Set<AbortSignal | undefined>();
const logs: RequestLog[] = [];
const bodies = new BodyBudget(8_000_000);

beforeAll(async () => {
  bundle = await makeRandomBundle();
  folder = mkdtempSync(join(tmpdir(), "embed-server-"));
  store = new ApiKeyStore(join(folder, "keys.json"));
  encoder = await ThreadedEncoder.open({ bundleDir: bundle.folder, provider: "cpu", threads: 1 });
  const answerer: RequestAnswerer = {
    model: encoder.model,
    async answer(request, signal) {
      inFlight.add(signal);
      try {
        await gate;
        return await encoder.answer(request, signal);
      } finally {
        inFlight.delete(signal);
      }
    },
  };
  const app = createEmbeddingApp({
    encoder: answerer,
    keys: () => store.list(),
    withoutKeys: "anybody",
    bodies,
    budget: new KeyBudget(() => clockMs),
    metrics: new EmbeddingMetrics(() => encoder.pending),
    truncate: "end",
    maxBodyBytes: 4_000_000,
    log: (line) => logs.push(line),
    now: () => performance.now(),
    isReady: () => ready,
  });
  server = await listen(app, "127.0.0.1", 0);
});

afterAll(async () => {
  await server?.close(1000);
  await encoder?.close();
  bundle?.remove();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  for (const key of store.list()) store.remove(key.name);
  logs.length = 0;
});

function post(body: BodyInit, options: { key?: string; path?: string } = {}): Promise<Response> {
  return fetch(server.url + (options.path ?? "/v1/embeddings"), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(options.key ? { authorization: `Bearer ${options.key}` } : {}),
    },
    body,
  });
}

/** Requests from now on wait before the encoder; returns what lets them in. */
function holdRequests(): () => void {
  let open = () => {};
  gate = new Promise((done) => {
    open = done;
  });
  return open;
}

const request = (body: object) => JSON.stringify({ model: "random-test", ...body });

async function errorOf(response: Response) {
  const { error } = (await response.json()) as {
    error: { message: string; type: string; param: string; code: string };
  };
  return { status: response.status, ...error };
}

test("OpenAI's own client gets vectors in order, cut to the dimensions it asks for", async () => {
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "unused", maxRetries: 0 });
  const input = ["attention is all you need", "deep learning", "图神经网络"];
  const full = await client.embeddings.create({ model: "random-test", input });
  expect(full.data.map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(full.data[0]!.embedding).toHaveLength(8);
  expect(full.usage.prompt_tokens).toBe(full.usage.total_tokens);
  const direct = await encoder.embed(input);
  full.data.forEach(({ embedding }, index) => {
    expect(cosine(Float32Array.from(embedding), direct.vectors[index]!)).toBeCloseTo(1, 5);
  });
  expect(full.usage.total_tokens).toBe(direct.tokens.reduce((a, b) => a + b));
  const cut = await client.embeddings.create({
    model: "random-test",
    input: "deep learning",
    dimensions: 4,
  });
  expect(cut.data[0]!.embedding).toHaveLength(4);
});

test("OpenAI's client lists the model with its aliases", async () => {
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "unused", maxRetries: 0 });
  const names = [];
  for await (const { id } of client.models.list()) names.push(id);
  expect(names).toEqual(["random-test", "random-test-query", "random-test-document"]);
  await expect(client.models.retrieve("gpt-9")).rejects.toThrow("is not served here");
});

test("float and base64 hold the same numbers", async () => {
  const [float, base64] = await Promise.all(
    ["float", "base64"].map(async (encoding_format) => {
      const response = await post(request({ input: "graphs", encoding_format }));
      return ((await response.json()) as { data: { embedding: number[] | string }[] }).data[0]!.embedding;
    }),
  );
  const bytes = Buffer.from(base64 as string, "base64");
  expect((float as number[]).map((_, at) => bytes.readFloatLE(at * 4))).toEqual(float);
});

test("the query alias and input_type give the vector of the prefixed text", async () => {
  const vectorOf = async (body: object) =>
    ((await (await post(JSON.stringify(body))).json()) as { data: { embedding: number[] }[] }).data[0]!
      .embedding;
  const prefixed = await vectorOf({ model: "random-test", input: "query: graphs" });
  expect(await vectorOf({ model: "random-test-query", input: "graphs" })).toEqual(prefixed);
  expect(await vectorOf({ model: "random-test", input: "graphs", input_type: "query" })).toEqual(prefixed);
  expect(await vectorOf({ model: "random-test", input: "graphs" })).not.toEqual(prefixed);
});

test("text-embeddings-inference's /embed answers a bare list of vectors", async () => {
  const response = await post(JSON.stringify({ inputs: ["graphs", "deep learning"] }), { path: "/embed" });
  const vectors = (await response.json()) as number[][];
  expect(vectors.map((vector) => vector.length)).toEqual([8, 8]);
  const refused = await post(JSON.stringify({ inputs: ["is ".repeat(100)], truncate: false }), {
    path: "/embed",
  });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({
    error_type: "Validation",
    error: expect.stringContaining("32 tokens"),
  });
});

test.each([
  ["invalid UTF-8", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), 400, "not valid UTF-8"],
  ["broken JSON", '{"model": ', 400, "not valid JSON"],
  ["no body", "", 400, "not valid JSON"],
  ["an empty string", request({ input: "" }), 400, "empty string"],
  ["2,049 inputs", request({ input: Array(2049).fill("is") }), 413, "2049 texts"],
  ["a wrong model", JSON.stringify({ model: "gpt-9", input: "is" }), 404, '"gpt-9" is not served here'],
  ["a body over the limit", request({ input: "x".repeat(4_100_000) }), 413, "larger than 4 MB"],
])("%s gets a clear error in OpenAI's shape and the server lives", async (_, body, status, message) => {
  const error = await errorOf(await post(body));
  expect(error).toMatchObject({
    status,
    message: expect.stringContaining(message),
    type: "invalid_request_error",
  });
  expect((await post(request({ input: "is" }))).status).toBe(200);
});

test("a text of 1 MB and one of lone surrogates are embedded, cut to the model's length", async () => {
  const response = await post(request({ input: ["attention ".repeat(100_000), "\ud800 graphs"] }));
  expect(response.status).toBe(200);
  const { usage } = (await response.json()) as { usage: { total_tokens: number } };
  expect(usage.total_tokens).toBeLessThanOrEqual(2 * 32);
});

test("unknown paths and methods say where the documentation is", async () => {
  const error = await errorOf(await fetch(`${server.url}/v2/embeddings`));
  expect(error).toMatchObject({ status: 404, message: expect.stringContaining("/openapi.json") });
  expect((await fetch(`${server.url}/v1/embeddings`)).status).toBe(404);
});

test("once a key exists, requests need it; wrong and missing keys are told apart from good ones", async () => {
  const key = store.add("laptop", { requestsPerMinute: null, tokensPerMinute: null }, new Date(0));
  expect(await errorOf(await post(request({ input: "is" })))).toMatchObject({
    status: 401,
    code: "invalid_api_key",
  });
  expect((await post(request({ input: "is" }), { key: `${key}x` })).status).toBe(401);
  expect((await fetch(`${server.url}/v1/models`)).status).toBe(401);
  expect((await post(request({ input: "is" }), { key })).status).toBe(200);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

test("a key's requests and tokens of a minute are limited, with headers that say so", async () => {
  const byRequests = store.add("few", { requestsPerMinute: 2, tokensPerMinute: null }, new Date(0));
  const first = await post(request({ input: "is" }), { key: byRequests });
  expect(first.headers.get("x-ratelimit-remaining-requests")).toBe("1");
  await post(request({ input: "is" }), { key: byRequests });
  clockMs += 20_000;
  const third = await post(request({ input: "is" }), { key: byRequests });
  expect(third.headers.get("retry-after")).toBe("40");
  expect(await errorOf(third)).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
  clockMs += 40_000;
  expect((await post(request({ input: "is" }), { key: byRequests })).status).toBe(200);

  const byTokens = store.add("short", { requestsPerMinute: null, tokensPerMinute: 5 }, new Date(0));
  expect((await post(request({ input: "attention is all you need" }), { key: byTokens })).status).toBe(200);
  expect((await post(request({ input: "is" }), { key: byTokens })).status).toBe(429);
});

test("a client that leaves before its answer costs nobody else anything", async () => {
  const open = holdRequests();
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  await once(socket, "connect");
  const body = request({ input: Array(2000).fill("attention is all you need") });
  socket.write(
    `POST /v1/embeddings HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await expect.poll(() => inFlight.size).toBe(1);
  const [signal] = inFlight;
  socket.destroy();
  await expect.poll(() => signal?.aborted).toBe(true);
  open();
  await expect.poll(() => logs.map(({ status }) => status)).toEqual([499]);
  expect(encoder.pending).toBe(0);
  expect((await post(request({ input: "is" }))).status).toBe(200);
});

test.each([
  ["small", 1000],
  ["large", 1_000_000],
])(
  "a client that leaves in the middle of a %s body is logged as gone, not as a failure",
  async (_, announced) => {
    const failures = vi.spyOn(console, "error").mockImplementation(() => {});
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    await once(socket, "connect");
    socket.write(`POST /v1/embeddings HTTP/1.1\r\nhost: x\r\ncontent-length: ${announced}\r\n\r\n{"model": `);
    await expect.poll(() => bodies.held).toBe(announced);
    socket.destroy();
    await expect.poll(() => logs.map(({ status }) => status)).toEqual([499]);
    expect(failures.mock.calls).toEqual([]);
    failures.mockRestore();
    expect(bodies.held).toBe(0);
    expect((await post(request({ input: "is" }))).status).toBe(200);
  },
);

test("a body without an announced length and without an end is cut off at the limit and the server lives", async () => {
  const chunk = new TextEncoder().encode(" ".repeat(500_000));
  // Each chunk takes a turn: once its connection is cut, the client would else read on for ever in one.
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await nextTurn();
      controller.enqueue(chunk);
    },
  });
  const leave = new AbortController();
  // A server that stops reading may end the connection before its answer is read; its log tells in both cases.
  const asking = fetch(`${server.url}/v1/embeddings`, {
    method: "POST",
    body: stream,
    duplex: "half",
    signal: leave.signal,
  } as RequestInit).catch(() => null);
  await expect.poll(() => logs.map(({ status }) => status)).toEqual([413]);
  leave.abort();
  await asking;
  expect((await post(request({ input: "is" }))).status).toBe(200);
});

test("64 clients at once all get their own vectors", async () => {
  const texts = Array.from({ length: 64 }, (_, index) => `deep learning ${index}`);
  const alone = await encoder.embed(texts);
  const open = holdRequests();
  const asking = Promise.all(texts.map((input) => post(request({ input }))));
  await expect.poll(() => inFlight.size).toBe(64);
  open();
  const answers = await asking;
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  for (const [index, response] of answers.entries()) {
    const { data } = (await response.json()) as { data: { embedding: number[] }[] };
    expect(cosine(Float32Array.from(data[0]!.embedding), alone.vectors[index]!)).toBeCloseTo(1, 5);
  }
});

test("the thread that accepts connections parses, tokenises and serialises nothing, the largest request and 64 clients included", async () => {
  const encode = (body: object) => new TextEncoder().encode(request(body));
  const largest = encode({ input: Array(2048).fill("deep learning of graphs ".repeat(75)) });
  const small = Array.from({ length: 64 }, (_, index) => encode({ input: `graphs ${index}` }));
  expect(largest.byteLength).toBeGreaterThan(3_500_000);
  const watch = watchMainThreadText();
  let answers: Response[];
  let bytes: ArrayBuffer[];
  try {
    answers = await Promise.all([largest, ...small].map((body) => post(body)));
    bytes = await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  } finally {
    watch.end();
  }
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(bytes[0]!.byteLength).toBeGreaterThan(300_000);
  // What is left are lines of its own, like the key file and errors.
  expect(watch.handled()).toBeLessThan(20_000);
});

test("the watch over that thread sees a request that is answered in it", async () => {
  const local = await openModel({ bundleDir: bundle.folder, provider: "cpu", threads: 1 });
  const body = new TextEncoder().encode(request({ input: Array(100).fill("graphs ".repeat(100)) }));
  const watch = watchMainThreadText();
  try {
    const call = { api: "openai", body: body.buffer, truncate: "end" } as const;
    expect((await answerRequest(local, call, undefined)).status).toBe(200);
  } finally {
    watch.end();
    await local.close();
  }
  // Decoded, parsed, tokenised.
  expect(watch.handled()).toBeGreaterThan(3 * 70_000);
});

test("metrics count texts and tokens, the log never holds a text, readiness follows draining", async () => {
  await post(request({ input: "a very secret text" }));
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/embedding_texts_total [1-9]/);
  expect(metrics).toMatch(/embedding_requests_total\{api="openai",status="200"\} [1-9]/);
  expect(JSON.stringify(logs)).not.toContain("secret");
  expect(logs.at(-1)).toMatchObject({ api: "openai", status: 200, inputs: 1 });
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  ready = false;
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
  ready = true;
});

test("the OpenAPI document describes the served model", async () => {
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    openapi: string;
    paths: object;
  };
  expect(document.openapi).toBe("3.1.0");
  expect(Object.keys(document.paths)).toEqual(["/v1/embeddings", "/v1/rerank", "/v1/models", "/embed"]);
});

test("our client splits long lists, keeps the order, and decodes base64 exactly", async () => {
  const client = new EmbeddingClient({
    baseUrl: server.url,
    apiKey: null,
    model: "random-test",
    batchSize: 2,
  });
  const texts = ["is", "all", "you", "need", "graphs"];
  const direct = await encoder.embed(texts, { inputType: "query" });
  const vectors = await client.embed(texts, { inputType: "query" });
  expect(vectors).toEqual(direct.vectors.map((vector) => Float32Array.from(vector)));
});

test("a model that does not rerank says so over HTTP, where a wrong body is told first", async () => {
  const ask = (body: object) =>
    fetch(`${server.url}/v1/rerank`, { method: "POST", body: JSON.stringify(body) }).then(
      async (response) => [
        response.status,
        ((await response.json()) as { error: { message: string } }).error.message,
      ],
    );
  const asked = { model: "random-test", query: "graphs", documents: ["graphs"] };
  expect(await ask({ ...asked, documents: [] })).toEqual([
    400,
    expect.stringContaining("documents is an empty list"),
  ]);
  expect(await ask(asked)).toEqual([400, expect.stringContaining("random-test does not rerank")]);
  const listed = (await (await fetch(`${server.url}/v1/models`)).json()) as { data: { reranks: boolean }[] };
  expect(listed.data.map(({ reranks }) => reranks)).toEqual([false, false, false]);
});
