import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EncoderRunner, exportEncoder } from "../../src/export/index.ts";
import { readHuggingFaceFolder, writeHuggingFaceFolder } from "../../src/interchange/hugging-face.ts";
import { readSafetensors, writeSafetensors } from "../../src/interchange/safetensors.ts";
import type { EncoderConfig } from "../../src/models/index.ts";
import { distillationTask, encoderConfig, POOLED, studentConfig } from "../../src/models/index.ts";
import { initializeParameters } from "../../src/nn/index.ts";
import type { ParameterSet } from "../../src/parameters.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hugging-face-"));
});
afterAll(() => rm(folder, { recursive: true }));

const vocabulary = Array.from({ length: 11 }, (_, i) => (i === 0 ? "[PAD]" : `piece${i}`));

function drawnParameters(config: EncoderConfig): ParameterSet {
  const rows = { ids: new Int32Array(2), lengths: Int32Array.of(2), rows: 1, length: 2 };
  const empty = { ids: new Int32Array(0), lengths: new Int32Array(0), rows: 0, length: 0 };
  const task = distillationTask({
    config,
    headWeightM: 1,
    headWeightE: 1,
    similarityScale: 1,
    teacherShareM: 0.5,
  });
  const vector = new Float32Array(192);
  const batch = { short: rows, long: empty, m: vector, mMask: new Float32Array(1), e: vector };
  return initializeParameters(task.define(batch).specs, 5);
}

async function embed(config: EncoderConfig, parameters: ParameterSet): Promise<number[][]> {
  const runner = await EncoderRunner.create(exportEncoder(config, parameters, POOLED));
  const vectors = await runner.embed([Int32Array.of(2, 5, 7, 3), Int32Array.of(2, 9, 3)]);
  await runner.release();
  return vectors.map((vector) => [...vector]);
}

const small = {
  vocabSize: 11,
  hiddenSize: 8,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  intermediateSize: 12,
};

describe("Hugging Face RoFormer folder", () => {
  test.each([
    ["RoFormer with a pooler and segments", encoderConfig(small)],
    ["a student with weighted pooling and teacher heads", studentConfig(small)],
  ])("%s goes out and comes back with the same vectors", async (_what, config) => {
    const parameters = drawnParameters(config);
    const path = join(folder, "model");
    await writeHuggingFaceFolder(path, { config, parameters, vocabulary });
    const read = await readHuggingFaceFolder(path);
    expect(read.config).toEqual(config);
    expect(read.vocabulary).toEqual(vocabulary);
    expect([...read.parameters.names].sort()).toEqual([...parameters.names].sort());
    expect(await embed(read.config, read.parameters)).toEqual(await embed(config, parameters));
  });

  test("matrices are stored as [out, in] under transformers' names", async () => {
    const config = encoderConfig(small);
    const parameters = drawnParameters(config);
    const path = join(folder, "names");
    await writeHuggingFaceFolder(path, { config, parameters, vocabulary });
    const { tensors } = await readSafetensors(join(path, "model.safetensors"));
    const inner = tensors.get("roformer.encoder.layer.1.intermediate.dense.weight")!;
    expect(inner.shape).toEqual([12, 8]);
    expect(inner.data[1]).toBe(parameters.get("layers.1.feedForward.inner.weight").data[12]);
    expect(tensors.get("roformer.embeddings.LayerNorm.weight")!.shape).toEqual([8]);
  });

  test("a folder written by transformers, without our section and without prefix, is read", async () => {
    const config = encoderConfig({ ...small, pooling: "mean" });
    const parameters = drawnParameters(config);
    const path = join(folder, "foreign");
    await writeHuggingFaceFolder(path, { config, parameters, vocabulary });
    const raw = JSON.parse(await readFile(join(path, "config.json"), "utf8"));
    delete raw.cool_papers;
    await writeFile(join(path, "config.json"), JSON.stringify(raw));
    const { tensors } = await readSafetensors(join(path, "model.safetensors"));
    const bare = new Map([...tensors].map(([name, tensor]) => [name.replace(/^roformer\./, ""), tensor]));
    await writeSafetensors(join(path, "model.safetensors"), bare);
    const read = await readHuggingFaceFolder(path);
    expect(read.config).toEqual(config);
    expect(await embed(read.config, read.parameters)).toEqual(await embed(config, parameters));
  });

  test("what transformers drops on saving is taken from the folder that was exported", async () => {
    const config = studentConfig(small);
    const parameters = drawnParameters(config);
    const [exported, trained] = [join(folder, "exported"), join(folder, "trained")];
    for (const path of [exported, trained])
      await writeHuggingFaceFolder(path, { config, parameters, vocabulary });
    const path = join(trained, "model.safetensors");
    const { tensors } = await readSafetensors(path);
    const query = "roformer.encoder.layer.1.attention.self.query.bias";
    const saved = [...tensors].filter(([name]) => !/^(pooling|heads)/.test(name));
    await writeSafetensors(
      path,
      new Map([...saved, [query, { shape: [8], data: new Float32Array(8).fill(3) }]]),
    );
    await rm(join(trained, "vocab.txt"));
    await expect(readHuggingFaceFolder(trained)).rejects.toThrow(/vocab\.txt: it does not exist/);
    const read = await readHuggingFaceFolder(trained, exported);
    expect([...read.parameters.names].sort()).toEqual([...parameters.names].sort());
    expect(read.parameters.get("layers.1.attention.query.bias").data[0]).toBe(3);
    expect(read.parameters.get("heads.e.weight")).toEqual(parameters.get("heads.e.weight"));
    expect(read.vocabulary).toEqual(vocabulary);
  });

  test("what cannot be expressed or read is named", async () => {
    const config = studentConfig({ ...small, normPlacement: "pre" });
    const model = { config, parameters: drawnParameters(config), vocabulary };
    await expect(writeHuggingFaceFolder(join(folder, "pre"), model)).rejects.toThrow(
      /its normPlacement is "pre", not "post"/,
    );
    const path = join(folder, "other");
    const plain = encoderConfig(small);
    await writeHuggingFaceFolder(path, { config: plain, parameters: drawnParameters(plain), vocabulary });
    await writeFile(join(path, "vocab.txt"), "a\nb\n");
    await expect(readHuggingFaceFolder(path)).rejects.toThrow(
      /vocab\.txt has 2 pieces, but the configuration says 11/,
    );
    await writeFile(join(path, "config.json"), '{"model_type":"bert"}');
    await expect(readHuggingFaceFolder(path)).rejects.toThrow(/model_type "bert"/);
  });
});
