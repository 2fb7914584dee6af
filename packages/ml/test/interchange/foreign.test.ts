/** Readers against files that other libraries wrote; fixtures/*.py say how. */
import { cp, mkdtemp, readFile, rm, truncate, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileForward } from "../../src/backend/index.ts";
import { importModel } from "../../src/commands/import.ts";
import { add, input, matmul, reshape } from "../../src/graph/index.ts";
import { readBert4KerasFolder } from "../../src/interchange/bert4keras.ts";
import { readModel } from "../../src/interchange/checkpoint.ts";
import { readHuggingFaceFolder, writeHuggingFaceFolder } from "../../src/interchange/hugging-face.ts";
import { tensorNames } from "../../src/interchange/name-map.ts";
import { readSafetensors, writeSafetensors } from "../../src/interchange/safetensors.ts";
import { encode, tokenTable } from "../../src/models/encoder.ts";
import { lmBias, lmTransform } from "../../src/models/language-model.ts";
import { ForwardContext, maskFromLengths } from "../../src/nn/index.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");
const HUGGING_FACE = join(FIXTURES, "hugging-face");
const TENSORFLOW = join(FIXTURES, "tensorflow");

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "foreign-"));
});
afterAll(() => rm(scratch, { recursive: true }));

async function copied(from: string, name: string): Promise<string> {
  const folder = join(scratch, name);
  await cp(from, folder, { recursive: true });
  return folder;
}

describe("a folder saved by transformers", () => {
  test("is computed as transformers does: states and logits to 1e-5, padding and segments included", async () => {
    const expected = JSON.parse(await readFile(join(HUGGING_FACE, "expected.json"), "utf8"));
    const { config, parameters } = await readHuggingFaceFolder(HUGGING_FACE);
    const [rows, length] = [2, 7];
    const context = new ForwardContext(false);
    const tokenIds = input("tokenIds", "int", [rows, length]);
    const segmentIds = input("segmentIds", "int", [rows, length]);
    const mask = maskFromLengths(tokenIds, input("lengths", "int", [rows]));
    const { sequence } = encode(context, config, { tokenIds, segmentIds, mask });
    const hidden = lmTransform(context, config, reshape(sequence, [rows * length, config.hiddenSize]));
    const table = tokenTable(context, config);
    const logits = add(matmul(hidden, table, { transposeB: true }), lmBias(context, config));
    const graph = await compileForward({ sequence, logits });
    const computed = await graph.run(parameters, {
      tokenIds: Int32Array.from(expected.tokenIds.flat()),
      segmentIds: Int32Array.from(expected.segmentIds.flat()),
      lengths: Int32Array.from(expected.lengths),
    });
    await graph.release();
    for (const name of ["sequence", "logits"] as const) {
      const values = computed[name] as Float32Array;
      const wanted: number[] = expected[name].flat(2);
      expect(values).toHaveLength(wanted.length);
      const width = values.length / (rows * length);
      let worst = 0;
      values.forEach((value, k) => {
        const position = Math.floor(k / width);
        // What stands at padding means nothing.
        if (position % length >= expected.lengths[Math.floor(position / length)]) return;
        worst = Math.max(worst, Math.abs(value - wanted[k]!) / Math.max(1, Math.abs(wanted[k]!)));
      });
      expect(worst, name).toBeLessThan(1e-5);
    }
  });

  test("and written again has the same tensors under the same names, all but the table of sines", async () => {
    const folder = join(scratch, "again");
    await writeHuggingFaceFolder(folder, await readHuggingFaceFolder(HUGGING_FACE));
    const [ours, theirs] = [folder, HUGGING_FACE].map((path) => join(path, "model.safetensors"));
    const [written, original] = [
      (await readSafetensors(ours!)).tensors,
      (await readSafetensors(theirs!)).tensors,
    ];
    const missing = [...original.keys()].filter((name) => !written.has(name));
    expect(missing).toEqual(["roformer.encoder.embed_positions.weight"]);
    for (const [name, tensor] of written) expect(tensor, name).toEqual(original.get(name));
  });

  test("is a model for every verb that takes one", async () => {
    const { parameters, config } = await readModel(HUGGING_FACE);
    expect(config).toMatchObject({ hiddenSize: 16, pooling: "mean", isGeluApproximate: false });
    expect(parameters.get("layers.1.feedForward.inner.weight").shape).toEqual([16, 32]);
  });

  test("a missing file, a missing tensor, a wrong shape and an unknown network are one sentence each", async () => {
    const folder = await copied(HUGGING_FACE, "damaged");
    const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
    const change = (fields: object) =>
      writeFile(join(folder, "config.json"), JSON.stringify({ ...config, ...fields }));
    await change({ intermediate_size: 31 });
    await expect(readHuggingFaceFolder(folder)).rejects.toThrow(
      /"roformer\.encoder\.layer\.0\.intermediate\.dense\.weight" of .* has the shape \[16, 32\] as \[in, out\], but .* \[16, 31\]/,
    );
    await change({ num_hidden_layers: 3 });
    await expect(readHuggingFaceFolder(folder)).rejects.toThrow(
      /lacks "roformer\.encoder\.layer\.2\.attention/,
    );
    await change({ hidden_act: "relu" });
    await expect(readHuggingFaceFolder(folder)).rejects.toThrow(
      /hidden_act "relu"; there are gelu, gelu_new/,
    );
    await change({ rotary_value: true });
    await expect(readHuggingFaceFolder(folder)).rejects.toThrow(/values would be rotated too/);
    await change({ hidden_size: "16" });
    await expect(readHuggingFaceFolder(folder)).rejects.toThrow(
      /embedding_size 16 and hidden_size 16|"hidden_size"/,
    );
    await writeFile(join(folder, "config.json"), "{");
    await expect(readHuggingFaceFolder(folder)).rejects.toThrow(/config\.json is not a JSON object/);
    await change({});
    const path = join(folder, "model.safetensors");
    const { tensors } = await readSafetensors(path);
    const less = new Map([...tensors].filter(([name]) => name !== "cls.predictions.transform.dense.bias"));
    await writeSafetensors(path, less);
    await expect(readHuggingFaceFolder(folder)).rejects.toThrow(
      /lacks "cls\.predictions\.transform\.dense\.bias"/,
    );
    await unlink(path);
    await expect(readHuggingFaceFolder(folder)).rejects.toThrow(/model\.safetensors: no such file/);
    await unlink(join(folder, "config.json"));
    await expect(importModel(folder, join(scratch, "out"))).rejects.toThrow(
      /neither a folder of transformers'/,
    );
  });
});

describe("a checkpoint saved by TensorFlow", () => {
  test("is read tensor by tensor", async () => {
    const sums = JSON.parse(await readFile(join(TENSORFLOW, "expected.json"), "utf8"));
    const { config, parameters, vocabulary } = await readBert4KerasFolder(TENSORFLOW);
    expect(config).toMatchObject({ vocabSize: 12, hiddenSize: 8, numHiddenLayers: 2, pooling: "cls" });
    expect(vocabulary).toHaveLength(12);
    const names = tensorNames(2);
    expect(Object.keys(sums)).toHaveLength(names.length);
    for (const { own, tensorFlow } of names) {
      const { data } = parameters.get(own);
      const sum = data.reduce((a, b) => a + b, 0);
      expect([data[0], data.at(-1)], own).toEqual(sums[tensorFlow].slice(0, 2).map(Math.fround));
      expect(sum, own).toBeCloseTo(sums[tensorFlow][2], 4);
    }
  });

  test("is imported by command: weights in float32 and a tokenizer", async () => {
    const out = join(scratch, "imported");
    const { weightsPath, description } = await importModel(TENSORFLOW, out);
    expect(description).toMatch(
      /^RoFormer L2 H8 A2, 12 pieces, \d+ parameters, pooling cls, with language-model head$/,
    );
    const { parameters } = await readModel(weightsPath);
    const original = await readBert4KerasFolder(TENSORFLOW);
    for (const name of original.parameters.names)
      expect(parameters.get(name), name).toEqual(original.parameters.get(name));
    expect(JSON.parse(await readFile(join(out, "tokenizer.json"), "utf8")).model.vocab["[MASK]"]).toBe(4);
  });

  test("a missing shard, a cut one, a missing configuration and two checkpoints are one sentence each", async () => {
    const folder = await copied(TENSORFLOW, "cut");
    const shard = join(folder, "bert_model.ckpt.data-00000-of-00001");
    await truncate(shard, 100);
    await expect(importModel(folder, scratch)).rejects.toThrow(/data-00000-of-00001 is cut off: "/);
    await unlink(shard);
    await expect(importModel(folder, scratch)).rejects.toThrow(
      /Cannot read .*data-00000-of-00001, which holds "/,
    );
    await cp(join(folder, "bert_model.ckpt.index"), join(folder, "other.ckpt.index"));
    await expect(importModel(folder, scratch)).rejects.toThrow(/holds 2 checkpoints/);
    await unlink(join(folder, "bert_config.json"));
    await expect(importModel(folder, scratch)).rejects.toThrow(/bert_config\.json: it does not exist/);
  });
});
