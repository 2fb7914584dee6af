import { expect, test } from "vitest";
import { embeddingsResponse, parseEmbeddingsCall } from "../src/api/openai-embeddings.ts";
import type { EncoderModel } from "../src/encoder.ts";
import { InvalidInputError, TooLargeError, UnknownModelError } from "../src/errors.ts";

const model: EncoderModel = {
  id: "m",
  dimension: 4,
  dimensions: [4, 2],
  maxTokens: 16,
  vocabSize: 100,
  reranks: false,
  variant: "float32",
  provider: "cpu",
  notes: [],
};
const parse = (body: unknown) => parseEmbeddingsCall(body, model);

test("a string, a list of strings, token ids and lists of token ids are all inputs", () => {
  expect(parse({ model: "m", input: "a" }).inputs).toEqual(["a"]);
  expect(parse({ model: "m", input: ["a", "b"] }).inputs).toEqual(["a", "b"]);
  expect(parse({ model: "m", input: [5, 6] }).inputs).toEqual([Int32Array.of(5, 6)]);
  expect(parse({ model: "m", input: [[5], [6, 7]] }).inputs).toEqual([Int32Array.of(5), Int32Array.of(6, 7)]);
});

test("the model's aliases choose the prefix, its own name none, and input_type decides over both", () => {
  expect(parse({ model: "m", input: "a" }).inputType).toBeNull();
  expect(parse({ model: "m-query", input: "a" }).inputType).toBe("query");
  expect(parse({ model: "m-document", input: "a" }).inputType).toBe("document");
  expect(parse({ model: "m", input: "a", input_type: "document" }).inputType).toBe("document");
});

test("user and fields that newer clients send are accepted and not kept", () => {
  const call = parse({ model: "m", input: "a", user: "reader-7", service_tier: "x" });
  expect(JSON.stringify(call)).not.toMatch(/reader-7|service_tier/);
});

test.each([
  ["a list as body", [], InvalidInputError, "must be a JSON object"],
  ["no input", { model: "m" }, InvalidInputError, "input is missing"],
  ["no model", { input: "a" }, InvalidInputError, "model is missing"],
  ["a number as input", { model: "m", input: 5 }, InvalidInputError, "input is 5"],
  ["mixed inputs", { model: "m", input: ["a", 5] }, InvalidInputError, 'input is ["a",5]'],
  ["an empty string", { model: "m", input: ["a", ""] }, InvalidInputError, "input[1] is an empty string"],
  ["an empty list", { model: "m", input: [] }, InvalidInputError, "input is an empty list"],
  [
    "an empty token list",
    { model: "m", input: [[1], []] },
    InvalidInputError,
    "input[1] is an empty list of tokens",
  ],
  [
    "a token outside",
    { model: "m", input: [[99], [100]] },
    InvalidInputError,
    "token id 100; this model's ids end at 99",
  ],
  ["a negative token", { model: "m", input: [-1] }, InvalidInputError, "input is [-1]"],
  ["2,049 texts", { model: "m", input: Array(2049).fill("a") }, TooLargeError, "input has 2049 texts"],
  [
    "an unknown model",
    { model: "x", input: "a" },
    UnknownModelError,
    'The model "x" is not served here; use "m"',
  ],
  [
    "dimensions it lacks",
    { model: "m", input: "a", dimensions: 3 },
    InvalidInputError,
    "this model offers 4, 2",
  ],
  ["dimensions of 0", { model: "m", input: "a", dimensions: 0 }, InvalidInputError, "dimensions is 0"],
  [
    "an unknown format",
    { model: "m", input: "a", encoding_format: "hex" },
    InvalidInputError,
    'encoding_format is "hex"',
  ],
])("%s is refused by name", (_, body, kind, message) => {
  expect(() => parse(body)).toThrow(kind);
  expect(() => parse(body)).toThrow(message);
});

test("a long wrong value is shortened in the message", () => {
  expect(() => parse({ model: "m", input: { a: "x".repeat(10_000) } })).toThrow(/^.{1,250}$/);
});

test("base64 holds the little-endian float32 numbers of the float form", () => {
  const call = parse({ model: "m", input: "a", encoding_format: "base64" });
  const vector = Float32Array.of(0.5, -1, 0.25, 3);
  const { data } = embeddingsResponse(call, [vector], 3) as { data: { embedding: string }[] };
  const bytes = Buffer.from(data[0]!.embedding, "base64");
  expect([0, 4, 8, 12].map((at) => bytes.readFloatLE(at))).toEqual([...vector]);
});
