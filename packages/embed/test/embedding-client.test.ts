import { expect, test } from "vitest";
import { EmbeddingClient, EmbeddingClientError } from "../src/client/embedding-client.ts";

const vector = Buffer.from(Float32Array.of(1, 0).buffer).toString("base64");
const good = () => Response.json({ data: [{ index: 0, embedding: vector }] });
const refusal = (status: number, headers: Record<string, string> = {}) =>
  Response.json({ error: { message: "no" } }, { status, headers });

/** A client over scripted answers; records how long it would have waited. */
function scripted(...answers: (() => Response | Promise<Response>)[]) {
  const waits: number[] = [];
  let calls = 0;
  const client = new EmbeddingClient({
    baseUrl: "http://127.0.0.1:1/",
    apiKey: "k",
    model: "m",
    random: () => 1,
    sleep: async (ms) => waits.push(ms),
    fetch: async () => answers[Math.min(calls++, answers.length - 1)]!(),
  });
  return { client, waits, calls: () => calls };
}

test("passing failures are tried again with growing waits, or after the time the server asks for", async () => {
  const network = () => Promise.reject(new TypeError("fetch failed"));
  const { client, waits } = scripted(
    network,
    () => refusal(503),
    () => refusal(429, { "retry-after": "2" }),
    good,
  );
  expect(await client.embed(["a"])).toEqual([Float32Array.of(1, 0)]);
  expect(waits).toEqual([400, 800, 2000]);
});

test("a refusal that cannot pass is not tried again and repeats what the server said", async () => {
  const { client, calls } = scripted(() => refusal(400));
  await expect(client.embed(["a"])).rejects.toThrow("http://127.0.0.1:1/v1/embeddings answered 400: no");
  expect(calls()).toBe(1);
});

test("a server that stays away is given up after the last try", async () => {
  const { client, calls } = scripted(() => refusal(503));
  await expect(client.embed(["a"])).rejects.toBeInstanceOf(EmbeddingClientError);
  expect(calls()).toBe(4);
});

test("an answer that is not OpenAI's is refused instead of stored", async () => {
  const { client } = scripted(() => Response.json({ data: [{ index: 1, embedding: vector }] }));
  await expect(client.embed(["a"])).rejects.toThrow("did not answer as OpenAI's embeddings API does");
});

test("vectors that are uneven or not finite are refused instead of stored", async () => {
  const row = (index: number, ...numbers: number[]) => ({
    index,
    embedding: Buffer.from(Float32Array.from(numbers).buffer).toString("base64"),
  });
  const uneven = scripted(() => Response.json({ data: [row(0, 1, 0), row(1, 1)] }));
  await expect(uneven.client.embed(["a", "b"])).rejects.toThrow("empty, uneven or not finite");
  const infinite = scripted(() => Response.json({ data: [row(0, Number.NaN, 0)] }));
  await expect(infinite.client.embed(["a"])).rejects.toThrow("empty, uneven or not finite");
});

test("a proxy's page tells by its status whether to try again", async () => {
  const page = (status: number) => () => new Response("<h1>no</h1>", { status });
  const passing = scripted(page(502), good);
  expect(await passing.client.embed(["a"])).toHaveLength(1);
  const final = scripted(page(401));
  await expect(final.client.embed(["a"])).rejects.toThrow("answered 401: no reason given");
  expect(final.calls()).toBe(1);
});

test("an address with /v1 at its end means the same server", async () => {
  const asked: unknown[] = [];
  for (const baseUrl of ["http://h", "http://h/", "http://h/v1", "http://h/v1/"]) {
    const client = new EmbeddingClient({
      baseUrl,
      apiKey: null,
      model: "m",
      fetch: async (url) => {
        asked.push(url);
        return good();
      },
    });
    await client.embed(["a"]);
  }
  expect(asked).toEqual(Array(4).fill("http://h/v1/embeddings"));
});

test("an aborted call rejects with the signal's reason and is not tried again", async () => {
  const cancellation = new AbortController();
  const { client, calls } = scripted(() => {
    cancellation.abort(new Error("left"));
    return refusal(503);
  });
  await expect(client.embed(["a"], { signal: cancellation.signal })).rejects.toThrow("left");
  expect(calls()).toBe(1);
});

test("the first model of a server is found, and a server without one is named", async () => {
  const server = (body: object) => ({
    baseUrl: "http://h/",
    apiKey: null,
    fetch: async () => Response.json(body),
  });
  const firstOf = (entry: object) => EmbeddingClient.firstModel(server({ data: [entry] }));
  expect(await firstOf({ id: "m" })).toEqual({ id: "m", reranks: false });
  expect(await firstOf({ id: "m", reranks: true })).toEqual({ id: "m", reranks: true });
  await expect(EmbeddingClient.firstModel(server({ data: [] }))).rejects.toThrow(
    "http://h/v1/models lists no model.",
  );
});

test("texts are scored in their order, whatever the order of the answer, and nothing is asked for none", async () => {
  const { client, calls } = scripted(
    () => refusal(503),
    () =>
      Response.json({
        results: [
          { index: 1, relevance_score: 0.75 },
          { index: 0, relevance_score: 0.25 },
        ],
      }),
  );
  expect([...(await client.rerank("q", ["a", "b"]))]).toEqual([0.25, 0.75]);
  expect(calls()).toBe(2);
  expect(await client.rerank("q", [])).toHaveLength(0);
  expect(calls()).toBe(2);
});

test("an answer that lacks a score is refused", async () => {
  const one = scripted(() => Response.json({ results: [{ index: 0, relevance_score: 1 }] }));
  await expect(one.client.rerank("q", ["a", "b"])).rejects.toThrow("one score for each text");
  const twice = scripted(() =>
    Response.json({
      results: [
        { index: 0, relevance_score: 1 },
        { index: 0, relevance_score: 1 },
      ],
    }),
  );
  await expect(twice.client.rerank("q", ["a", "b"])).rejects.toThrow("one score for each text");
});
