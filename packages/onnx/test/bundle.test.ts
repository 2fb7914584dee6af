import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type BundleConfig,
  BundleConfigError,
  BundleError,
  readBundle,
  validateBundleConfig,
  writeBundle,
} from "../src/index.ts";

const config: BundleConfig = {
  formatVersion: 1,
  name: "test-model",
  revision: "2026-11-22",
  architecture: "roformer",
  license: "Apache-2.0",
  pooling: "weighted",
  dimension: 256,
  matryoshkaDims: [64, 256],
  maxTokens: 192,
  prefixes: { query: "", document: "" },
  graph: { inputIds: "input_ids", attentionMask: "attention_mask", embedding: "embedding" },
  metrics: { "autoscholar.recallAt20": 0.5 },
  dataStatement: "made up for a test",
  encoder: { hiddenSize: 256 },
};
const contents = {
  models: { int8: Uint8Array.of(1, 2, 3) },
  tokenizerJson: "{}",
  config,
  modelCard: "# Card\n",
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bundle-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a bundle read back is the bundle written, and a second write replaces it", async () => {
  const dir = join(folder, "model");
  await writeBundle(dir, { ...contents, models: { int8: Uint8Array.of(9), float32: Uint8Array.of(8) } });
  await writeBundle(dir, contents);
  const bundle = await readBundle(dir);
  expect(bundle.config).toEqual(config);
  expect(bundle.tokenizerJson).toBe("{}");
  expect(bundle.modelCard).toBe("# Card\n");
  expect(bundle.variants).toEqual(["int8"]);
  expect(new Uint8Array(await readFile(bundle.modelPath("int8")))).toEqual(Uint8Array.of(1, 2, 3));
  expect(() => bundle.modelPath("float16")).toThrow("has no float16 model; it has int8");
  expect(await readdir(folder)).toEqual(["model"]);
});

test("a damaged or incomplete bundle is refused and the file is named", async () => {
  const dir = join(folder, "model");
  await expect(readBundle(dir)).rejects.toThrow(BundleError);
  await writeBundle(dir, contents);
  await writeFile(join(dir, "model.int8.onnx"), Uint8Array.of(1, 2, 4));
  await expect(readBundle(dir)).rejects.toThrow(/model\.int8\.onnx is damaged/);
  await rm(join(dir, "model.int8.onnx"));
  await expect(readBundle(dir)).rejects.toThrow(/lacks model\.int8\.onnx/);
});

test("checksums that lead out of the folder are refused", async () => {
  const dir = join(folder, "model");
  await writeBundle(dir, contents);
  await writeFile(join(dir, "checksums.json"), JSON.stringify({ "../secret": "0" }));
  await expect(readBundle(dir)).rejects.toThrow(BundleError);
});

test("a bundle without a model is not written", async () => {
  await expect(writeBundle(join(folder, "model"), { ...contents, models: {} })).rejects.toThrow(
    "at least one model",
  );
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ["formatVersion", 2],
  ["name", "a/b"],
  ["revision", ""],
  ["pooling", "max"],
  ["dimension", 0],
  ["dimension", "256"],
  ["matryoshkaDims", [256, 64]],
  ["matryoshkaDims", [64]],
  ["maxTokens", 1.5],
  ["prefixes", { query: "q" }],
  ["graph", { inputIds: "x" }],
  ["metrics", { a: "high" }],
  ["dataStatement", undefined],
  ["encoder", { nested: {} }],
])("a configuration whose %s is %j is refused by name", (field, value) => {
  const broken = { ...config, [field]: value };
  expect(() => validateBundleConfig(broken)).toThrow(BundleConfigError);
  expect(() => validateBundleConfig(broken)).toThrow(`"${field}"`);
});

test("unknown fields of a configuration are dropped", () => {
  expect(validateBundleConfig({ ...config, extra: 1 })).toEqual(config);
});
