import { afterEach, beforeEach, expect, test } from "vitest";
import { ClosedError, type EmbedError, InvalidInputError, ModelLoadError, openModel } from "../src/index.ts";
import { answerRequest } from "../src/inference/answer-request.ts";
import type { LocalEncoder } from "../src/inference/local-encoder.ts";
import { makeBagBundle, makeRandomBundle, type TestBundle } from "./random-bundle.ts";

const TEXTS = ["deep learning of graphs", "attention is all you need", "图 神 经 网 络"];

let bundle: TestBundle;
let encoder: LocalEncoder;
beforeEach(async () => {
  bundle = await makeBagBundle((piece) => (piece === "of" ? -3 : 0));
  encoder = await openModel({ bundleDir: bundle.folder, provider: "cpu", threads: 1 });
});
afterEach(async () => {
  await encoder.close();
  bundle.remove();
});

async function answer(body: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const bytes = new TextEncoder().encode(JSON.stringify(body)).buffer as ArrayBuffer;
  const raw = await answerRequest(encoder, { api: "rerank", body: bytes, truncate: "end" }, undefined);
  return { status: raw.status, body: JSON.parse(new TextDecoder().decode(raw.body)) };
}

test("the text that says the query is first, and all calls agree", async () => {
  const { scores, tokens } = await encoder.rerank("attention you need", TEXTS);
  expect(scores[1]).toBeGreaterThan(Math.max(scores[0]!, scores[2]!));
  // All words of the query are in the text: one, and what a short text gains.
  expect(scores[1]).toBeCloseTo(1 + 0.18 * Math.log(150 / 60), 5);
  expect(tokens).toBe(3 + 4 + 5 + 5);
  expect((await encoder.rerank("attention you need", TEXTS)).scores).toEqual(scores);
  expect(encoder.pending).toBe(0);
});

test("a word that counts little in a text counts little in a query", async () => {
  const [both, light] = (await encoder.rerank("graphs of", ["graphs deep", "of deep"])).scores;
  expect(both).toBeGreaterThan(light! + 0.5);
});

test("the API answers with the best first, as many as are wanted, with their texts on demand", async () => {
  const asked = {
    model: "random-test",
    query: "attention",
    documents: [...TEXTS.slice(0, 2), { text: TEXTS[2] }],
  };
  const whole = await answer(asked);
  expect(whole.status).toBe(200);
  const results = whole.body.results as { index: number; relevance_score: number }[];
  expect(results.map(({ index }) => index).sort()).toEqual([0, 1, 2]);
  expect(results[0]!.index).toBe(1);
  expect(results.map(({ relevance_score: score }) => score)).toEqual(
    results.map(({ relevance_score: score }) => score).toSorted((a, b) => b - a),
  );
  expect(whole.body.usage).toEqual({ prompt_tokens: 15, total_tokens: 15 });
  const best = await answer({ ...asked, top_n: 1, return_documents: true });
  expect(best.body.results).toEqual([{ ...results[0], document: { text: TEXTS[1] } }]);
});

test.each([
  ["no object", [], 400, "The body must be a JSON object with `model`, `query` and `documents`."],
  ["no query", { model: "random-test", documents: ["a"] }, 400, "query must be a string."],
  ["an empty query", { model: "random-test", query: " ", documents: ["a"] }, 400, "query is empty"],
  ["no documents", { model: "random-test", query: "a", documents: [] }, 400, "documents is an empty list"],
  [
    "numbers",
    { model: "random-test", query: "a", documents: [1] },
    400,
    "documents must be a list of strings",
  ],
  [
    "top_n 0",
    { model: "random-test", query: "a", documents: ["a"], top_n: 0 },
    400,
    "top_n must be a positive",
  ],
  [
    "another model",
    { model: "gpt", query: "a", documents: ["a"] },
    404,
    'The model "gpt" is not served here',
  ],
  [
    "too many",
    { model: "random-test", query: "a", documents: Array(1001).fill("a") },
    413,
    "documents has 1001 texts; send at most 1000",
  ],
])("%s is refused by name", async (_, body, status, message) => {
  const refused = await answer(body);
  expect(refused.status).toBe(status);
  expect((refused.body as { error: EmbedError }).error.message).toContain(message);
});

test("a model whose texts are no means of their tokens says that it does not rerank", async () => {
  const other = await makeRandomBundle();
  const plain = await openModel({ bundleDir: other.folder, provider: "cpu", threads: 1 });
  expect([encoder.model.reranks, plain.model.reranks]).toEqual([true, false]);
  await expect(plain.rerank("a", ["b"])).rejects.toThrow(InvalidInputError);
  await expect(plain.rerank("a", ["b"])).rejects.toThrow("random-test does not rerank");
  await plain.close();
  other.remove();
});

test("a model made for comparing tokens gives their vectors and weights; texts are embedded by the other", async () => {
  const light = (piece: string) => (piece === "deep" ? -3 : 0);
  const compared = await makeBagBundle((piece) => (piece === "of" ? -3 : 0), "log-weights", light);
  const reader = await openModel({ bundleDir: compared.folder, provider: "cpu", threads: 1 });
  const texts = ["graphs", "deep", "attention"];
  const [scores, others] = [
    await reader.rerank("graphs deep", texts),
    await encoder.rerank("graphs deep", texts),
  ];
  expect(scores.scores[0]).toBeGreaterThan(scores.scores[1]! + 0.5);
  expect(scores.scores[2]).not.toBeCloseTo(others.scores[2]!, 3);
  expect((await reader.embed(TEXTS)).vectors).toEqual((await encoder.embed(TEXTS)).vectors);
  expect(reader.model.dimension).toBe(encoder.model.dimension);
  await reader.close();
  compared.remove();
});

test("a reader of queries gives the vectors and weights of their tokens, at their places", async () => {
  const weigh = (piece: string) => (piece === "deep" ? -1 : 0);
  const [plain, read] = [
    await makeBagBundle(() => 0, "log-weights", weigh),
    await makeBagBundle(() => 0, "log-weights", weigh, { factor: 7, seed: 3 }),
  ];
  const other = await makeBagBundle(() => 0, "log-weights", weigh, { factor: 7, seed: 4 });
  const query = "graphs of deep graphs learning";
  const scoresOf = async ({ folder }: TestBundle, text = query) => {
    const reader = await openModel({ bundleDir: folder, provider: "cpu", threads: 1 });
    const { scores, tokens } = await reader.rerank(text, TEXTS);
    await reader.close();
    return { scores: [...scores], tokens };
  };
  const [alone, among] = [await scoresOf(plain), await scoresOf(read)];
  // This reader reads every token by itself and weighs all of them seven times: nothing changes.
  expect(among.tokens).toBe(alone.tokens);
  among.scores.forEach((score, k) => {
    expect(score).toBeCloseTo(alone.scores[k]!, 5);
  });
  const long = Array(60).fill("deep learning of graphs attention").join(" ");
  expect((await scoresOf(read, long)).scores[0]).toBeGreaterThan(0.5);
  // A few words count as they stand there; of more, half is what was read.
  expect((await scoresOf(other, "graphs of deep")).scores).toEqual(
    (await scoresOf(plain, "graphs of deep")).scores,
  );
  const five = "graphs of deep learning attention";
  expect((await scoresOf(other, five)).scores[0]).not.toBeCloseTo(
    (await scoresOf(plain, five)).scores[0]!,
    3,
  );
  for (const bundle of [plain, read, other]) bundle.remove();
});

test("a reader whose vectors have another length than those of texts is refused with both lengths", async () => {
  const uneven = await makeBagBundle(
    () => 0,
    "log-weights",
    () => 0,
    { factor: 1, seed: 3, width: 7 },
  );
  const opening = openModel({ bundleDir: uneven.folder, provider: "cpu", threads: 1 });
  await expect(opening).rejects.toThrow(ModelLoadError);
  await expect(opening).rejects.toThrow("tokens of queries have 7 numbers and those of texts 5");
  uneven.remove();
});

test("a bundle that names weights which its model lacks is refused by name", async () => {
  const damaged = await makeBagBundle(() => 0, "no-such-weights");
  const opening = openModel({ bundleDir: damaged.folder, provider: "cpu", threads: 1 });
  await expect(opening).rejects.toThrow(ModelLoadError);
  await expect(opening).rejects.toThrow('token weights under the name "no-such-weights"');
  damaged.remove();
});

test("an aborted call rejects with the signal's reason, a closed encoder takes none", async () => {
  const cancellation = new AbortController();
  const aborted = encoder.rerank("attention", Array(200).fill("graphs"), { signal: cancellation.signal });
  cancellation.abort(new Error("left"));
  await expect(aborted).rejects.toThrow("left");
  expect(encoder.pending).toBe(0);
  await encoder.close();
  await expect(encoder.rerank("attention", TEXTS)).rejects.toThrow(ClosedError);
});
