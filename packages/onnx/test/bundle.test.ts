import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BundleError, type BundleParts, type ModelUse, readBundle, writeBundle } from "../src/index.ts";

const parts: BundleParts = {
  description: {
    id: "test-model-1",
    architecture: { hiddenSize: 256 },
    dimension: 256,
    matryoshkaDims: [256, 64],
    maxTokens: 192,
    pooling: "none",
    prefixes: { query: "", document: "" },
    metrics: { recallAt20: 0.5 },
    dataStatement: "made up for a test",
    license: "Apache-2.0",
  },
  models: { int8: Uint8Array.of(1, 2, 3) },
  tokenizerJson: "{}",
  modelCard: "# Card\n",
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bundle-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a bundle read back is the bundle written", async () => {
  const written = await writeBundle(folder, parts);
  const bundle = await readBundle(folder);
  expect(bundle.config).toEqual(written);
  expect(bundle.config).toMatchObject(parts.description);
  expect(bundle.tokenizerJson).toBe("{}");
  expect(new Uint8Array(await readFile(await bundle.modelFile("int8")))).toEqual(Uint8Array.of(1, 2, 3));
});

test("queries and what compares tokens may have models of their own; without one that of documents serves", async () => {
  const read = async (reads: ModelUse) =>
    new Uint8Array(await readFile(await (await readBundle(folder)).modelFile("int8", reads)));
  await writeBundle(folder, parts);
  expect(await read("query")).toEqual(Uint8Array.of(1, 2, 3));
  const written = await writeBundle(folder, { ...parts, queryModels: { int8: Uint8Array.of(4, 5) } });
  expect(written.queryVariants).toEqual({
    int8: expect.objectContaining({ file: "query.int8.onnx", sizeBytes: 2 }),
  });
  expect(await read("query")).toEqual(Uint8Array.of(4, 5));
  expect(await read("document")).toEqual(Uint8Array.of(1, 2, 3));
  const rerankModels = { int8: Uint8Array.of(7) };
  await expect(writeBundle(folder, { ...parts, rerankModels })).rejects.toThrow(
    "tokenLogWeights must be the name of an initializer of the models in rerankVariants",
  );
  const description = { ...parts.description, tokenLogWeights: "weights" };
  const compared = await writeBundle(folder, { ...parts, description, rerankModels });
  expect(compared.rerankVariants!.int8!.file).toBe("rerank.int8.onnx");
  expect([await read("rerank"), await read("query")]).toEqual([Uint8Array.of(7), Uint8Array.of(1, 2, 3)]);
  const missing = {
    ...parts,
    models: { ...parts.models, float32: Uint8Array.of(6) },
    queryModels: { int8: Uint8Array.of(4) },
  };
  await expect(writeBundle(folder, missing)).rejects.toThrow(
    "queryVariants must be an object with float32, int8",
  );
});

test("a variant that is not there is named, with those that are", async () => {
  await writeBundle(folder, parts);
  await expect((await readBundle(folder)).modelFile("float16")).rejects.toThrow(
    /no float16 model; it offers int8/,
  );
});

test.each([
  ["another byte", (path: string) => writeFile(path, Uint8Array.of(1, 2, 4)), /does not match its checksum/],
  ["a byte less", (path: string) => writeFile(path, Uint8Array.of(1, 2)), /has 2 bytes instead of 3/],
  ["no file", (path: string) => rm(path), /is missing/],
])("a model file with %s is refused by name", async (_, damage, message) => {
  await writeBundle(folder, parts);
  await damage(join(folder, "model.int8.onnx"));
  const bundle = await readBundle(folder);
  await expect(bundle.modelFile("int8")).rejects.toThrow(message);
  await expect(bundle.modelFile("int8")).rejects.toThrow(BundleError);
});

test("a folder without a bundle, and a config that is no JSON, are refused by name", async () => {
  await expect(readBundle(join(folder, "nothing"))).rejects.toThrow(/is no model bundle/);
  await writeFile(join(folder, "config.json"), "{");
  await expect(readBundle(folder)).rejects.toThrow(/not valid JSON/);
});

test.each([
  ["formatVersion", 2],
  ["id", "a/b"],
  ["dimension", 0],
  ["matryoshkaDims", [64, 256]],
  ["maxTokens", 1.5],
  ["pooling", "max"],
  ["prefixes", { query: "q" }],
  ["variants", {}],
  ["variants", { int8: { file: "../model.onnx", sha256: "0".repeat(64), sizeBytes: 3 } }],
  ["queryVariants", {}],
  ["queryVariants", { float16: { file: "query.onnx", sha256: "0".repeat(64), sizeBytes: 3 } }],
  ["tokenizer", { file: "tokenizer.json" }],
])("a configuration whose %s is %j is refused by name", async (field, value) => {
  const config = await writeBundle(folder, parts);
  await writeFile(join(folder, "config.json"), JSON.stringify({ ...config, [field]: value }));
  await expect(readBundle(folder)).rejects.toThrow(field);
});
