import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  readCheckpoint,
  readModel,
  writeCheckpoint,
  writeWeights,
} from "../../src/interchange/checkpoint.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  TensorFileError,
  writeSafetensors,
} from "../../src/interchange/safetensors.ts";
import { parameterSet } from "../../src/parameters.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

const tensors = new Map([
  ["a.weight", { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-3, -1e4) }],
  ["神经", { shape: [], data: Float32Array.of(7) }],
  ["empty", { shape: [0, 4], data: new Float32Array(0) }],
]);

describe("safetensors", () => {
  test("the bytes of a small file, by hand", () => {
    const bytes = encodeSafetensors(new Map([["x", { shape: [1], data: Float32Array.of(1) }]]));
    const json = '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    expect(bytes[0]).toBe(Math.ceil(json.length / 8) * 8);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + json.length))).toBe(json);
    expect([...bytes.subarray(-4)]).toEqual([0, 0, 0x80, 0x3f]);
  });

  test("tensors and metadata come back exactly, also through a file", async () => {
    const path = join(folder, "model.safetensors");
    await writeSafetensors(path, tensors, { metadata: { format: "pt" } });
    const { tensors: read, metadata } = await readSafetensors(path);
    expect(read).toEqual(tensors);
    expect(metadata).toEqual({ format: "pt" });
    expect(await readdir(folder)).toEqual(["model.safetensors"]);
  });

  test("float16 rounds to its precision, bfloat16 is read", () => {
    const half = decodeSafetensors(encodeSafetensors(tensors, { format: "F16" }), "half").tensors;
    expect(half.get("a.weight")!.data[4]).toBeCloseTo(1e-3, 6);
    const bytes = encodeSafetensors(new Map([["x", { shape: [1], data: Float32Array.of(1) }]]), {
      format: "F16",
    });
    const text = new TextDecoder().decode(bytes).replace('"F16"', '"BF16"');
    const header = new TextEncoder().encode(text.slice(8, text.lastIndexOf("}") + 1).padEnd(64));
    const file = new Uint8Array(8 + header.length + 2);
    file[0] = header.length;
    file.set(header, 8);
    file.set([0x40, 0x40], 8 + header.length);
    expect([...decodeSafetensors(file, "bf16").tensors.get("x")!.data]).toEqual([3]);
  });

  test.each([
    ["an empty file", () => new Uint8Array(0), /it has 0 bytes/],
    ["a text file", () => new TextEncoder().encode("<!doctype html><html>"), /cut off within the header/],
    [
      "a file cut in the data",
      () => encodeSafetensors(tensors).subarray(0, -3),
      /cut off: "神经" ends at byte 28 of 25/,
    ],
    [
      "a header that is no JSON",
      () => Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4),
      /its header is not JSON/,
    ],
  ])("%s is refused by name", (_what, make, message) => {
    expect(() => decodeSafetensors(make(), "some.safetensors")).toThrow(TensorFileError);
    expect(() => decodeSafetensors(make(), "some.safetensors")).toThrow(message);
    expect(() => decodeSafetensors(make(), "some.safetensors")).toThrow(/some\.safetensors/);
  });
});

describe("checkpoints", () => {
  const checkpoint = {
    parameters: parameterSet([["w", { shape: [2], data: Float32Array.of(1, 2) }]]),
    trainer: {
      step: 12,
      random: [1, -2, 3, 4] as const,
      optimizer: { counters: { microStep: 12 }, tensors: new Map([["mu/w", Float32Array.of(5, 6)]]) },
    },
    dataPosition: { papers: { epoch: 1, offset: 7 } },
    elapsedSeconds: 3.5,
    config: { hiddenSize: 2 },
    recipe: "test",
    earlyStop: null,
  };

  test("everything that decides how training goes on comes back", async () => {
    const path = join(folder, "checkpoint.safetensors");
    await writeCheckpoint(path, checkpoint);
    const read = await readCheckpoint(path);
    expect(read.trainer).toEqual(checkpoint.trainer);
    expect(read.parameters.names).toEqual(["w"]);
    expect(read.parameters.get("w")).toEqual(checkpoint.parameters.get("w"));
    expect([read.dataPosition, read.elapsedSeconds, read.config, read.recipe]).toEqual([
      checkpoint.dataPosition,
      3.5,
      { hiddenSize: 2 },
      "test",
    ]);
  });

  test("a write that was killed half way leaves the former checkpoint readable", async () => {
    const path = join(folder, "killed.safetensors");
    await writeCheckpoint(path, checkpoint);
    const half = (await readFile(path)).subarray(0, 100);
    await writeFile(`${path}.partial`, half);
    expect((await readCheckpoint(path)).trainer.step).toBe(12);
  });

  test("weights alone are float16 and know their model; a checkpoint is read as a model too", async () => {
    const path = join(folder, "weights16.safetensors");
    const parameters = parameterSet([["w", { shape: [2], data: Float32Array.of(0.1, -3) }]]);
    await writeWeights(path, { parameters, config: { hiddenSize: 2 }, step: 5 });
    const model = await readModel(path);
    expect([model.config, model.step]).toEqual([{ hiddenSize: 2 }, 5]);
    expect([...model.parameters.get("w").data]).toEqual([...Float16Array.of(0.1, -3)]);
    await expect(readCheckpoint(path)).rejects.toThrow(/no training state/);
    const whole = join(folder, "whole.safetensors");
    await writeCheckpoint(whole, checkpoint);
    expect((await readModel(whole)).step).toBe(12);
    await writeSafetensors(path, tensors);
    await expect(readModel(path)).rejects.toThrow(/neither a checkpoint nor weights/);
  });

  test("weights without training state are told apart", async () => {
    const path = join(folder, "weights.safetensors");
    await writeSafetensors(path, tensors);
    await expect(readCheckpoint(path)).rejects.toThrow(/no training state; start from it with --from/);
    await expect(readCheckpoint(join(folder, "absent.safetensors"))).rejects.toThrow(/no such file/);
  });
});
