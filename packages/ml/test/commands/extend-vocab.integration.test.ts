import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTokenizerJson, SPECIAL_TOKENS, WordPieceTokenizer, writeTokenizerJson } from "@cool-papers/text";
import { afterAll, beforeAll, expect, test } from "vitest";
import { extendVocab } from "../../src/commands/extend-vocab.ts";
import { SeededRandom } from "../../src/data/seeded-random.ts";
import { openCheckpointEncoder } from "../../src/eval/checkpoint-encoder.ts";
import { readModel, writeWeights } from "../../src/interchange/checkpoint.ts";
import { POOLED } from "../../src/models/embedding.ts";
import { type EncoderConfig, studentConfig } from "../../src/models/index.ts";
import { parameterSet } from "../../src/parameters.ts";

const PIECES = [...SPECIAL_TOKENS, "好", "的", "word"];
let folder: string;
const path = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "extend-"));
  const random = new SeededRandom(3);
  const values = (length: number) => Float32Array.from({ length }, () => random.next() - 0.5);
  const config = studentConfig({ vocabSize: PIECES.length, hiddenSize: 8, numHiddenLayers: 0 });
  const parameters = parameterSet([
    ["embeddings.token", { shape: [PIECES.length, 8], data: values(PIECES.length * 8) }],
    ["embeddings.norm.scale", { shape: [8], data: new Float32Array(8).fill(1) }],
    ["embeddings.norm.bias", { shape: [8], data: new Float32Array(8) }],
    ["pooling.tokenWeights", { shape: [PIECES.length, 1], data: values(PIECES.length) }],
    ["heads.m.weight", { shape: [8, 4], data: values(32) }],
  ]);
  await writeWeights(path("bag.safetensors"), { parameters, config, step: 9 }, "F32");
  await writeFile(path("tokenizer.json"), writeTokenizerJson(new WordPieceTokenizer(PIECES)));
});
afterAll(() => rm(folder, { recursive: true }));

const extended = () =>
  extendVocab({
    tokenizerPath: path("tokenizer.json"),
    modelPaths: [path("bag.safetensors")],
    outDir: path("out"),
  });

test("the characters of GB 2312 stand behind the vocabulary, and texts keep their vectors until they are trained", async () => {
  expect(await extended()).toEqual({ added: 6761, pieces: 6769 });
  const tokenizer = readTokenizerJson(await readFile(path("out/tokenizer.json"), "utf8"));
  expect(tokenizer.vocabulary.slice(0, PIECES.length)).toEqual(PIECES);
  // The first and the last character of the standard.
  expect([tokenizer.vocabulary[PIECES.length], tokenizer.vocabulary.at(-1)]).toEqual(["啊", "齄"]);
  const [before, after] = [
    await readModel(path("bag.safetensors")),
    await readModel(path("out/bag.safetensors")),
  ];
  expect(after.config).toEqual({ ...(before.config as EncoderConfig), vocabSize: 6769 });
  expect(after.step).toBe(9);
  expect(after.parameters.get("heads.m.weight").shape).toEqual([8, 4]);
  const texts = ["好的 啊 word", "蜂 好", "齄"];
  const vectors = async (model: string, tokenizerPath: string) => {
    const encoder = await openCheckpointEncoder(path(model), {
      tokenizerPath: path(tokenizerPath),
      maxTokens: 32,
      threads: 1,
      source: POOLED,
    });
    const result = await encoder.embed(texts, "query");
    await encoder.release();
    return result;
  };
  const [old, now] = [
    await vectors("bag.safetensors", "tokenizer.json"),
    await vectors("out/bag.safetensors", "out/tokenizer.json"),
  ];
  old.forEach((vector, i) => {
    vector.forEach((value, k) => {
      expect(now[i]![k]).toBeCloseTo(value, 2);
    });
  });
});

test.each<[string, string[], string]>([
  ["the vocabulary itself", [], "."],
  ["a model by another of its name", ["bag.safetensors", "other/bag.safetensors"], "written"],
])("%s is not written over", async (_name, models, out) => {
  const modelPaths = models.map(path);
  const options = { tokenizerPath: path("tokenizer.json"), modelPaths, outDir: path(out) };
  await expect(extendVocab(options)).rejects.toThrow(
    /(tokenizer\.json|bag\.safetensors) would be written over/,
  );
});

test("a vocabulary that has them all and a model of another vocabulary are refused", async () => {
  await extended();
  await expect(
    extendVocab({ tokenizerPath: path("out/tokenizer.json"), modelPaths: [], outDir: path("none") }),
  ).rejects.toThrow(/has all characters of GB 2312 already/);
  await expect(
    extendVocab({
      tokenizerPath: path("tokenizer.json"),
      modelPaths: [path("out/bag.safetensors")],
      outDir: path("none"),
    }),
  ).rejects.toThrow(/has 8 pieces, but the model 6769/);
});
