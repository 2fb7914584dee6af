import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blend } from "../../src/commands/blend.ts";
import { readModel, writeWeights } from "../../src/interchange/checkpoint.ts";
import { parameterSet } from "../../src/parameters.ts";

let folder: string;
const path = (name: string) => join(folder, `${name}.safetensors`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "blend-"));
  const write = (name: string, step: number, parameters: Record<string, [number[], number[]]>) =>
    writeWeights(
      path(name),
      {
        parameters: parameterSet(
          Object.entries(parameters).map(([key, [shape, data]]) => [
            key,
            { shape, data: Float32Array.from(data) },
          ]),
        ),
        config: { hiddenSize: 2 },
        step,
      },
      "F32",
    );
  await write("a", 10, {
    w: [
      [2, 2],
      [1, 2, 3, 4],
    ],
    b: [[1], [8]],
  });
  await write("b", 30, {
    w: [
      [2, 2],
      [5, 2, -1, 0],
    ],
    b: [[1], [-8]],
  });
  await write("c", 20, {
    w: [
      [2, 2],
      [0, 0, 0, 8],
    ],
    b: [[1], [0]],
  });
  await write("turned", 1, { w: [[4], [1, 2, 3, 4]], b: [[1], [0]] });
  await write("less", 1, {
    w: [
      [2, 2],
      [1, 2, 3, 4],
    ],
  });
});
afterAll(() => rm(folder, { recursive: true }));

test("every parameter is the mean, weighted by shares that need not add up to one", async () => {
  const models = [
    { path: path("a"), share: 2 },
    { path: path("b"), share: 1 },
    { path: path("c"), share: 1 },
  ];
  await blend(models, path("out"));
  const { parameters, config, step } = await readModel(path("out"));
  expect([...parameters.get("w").data]).toEqual([1.75, 1.5, 1.25, 4]);
  expect([...parameters.get("w").shape]).toEqual([2, 2]);
  expect([...parameters.get("b").data]).toEqual([2]);
  expect([config, step]).toEqual([{ hiddenSize: 2 }, 30]);
});

test.each([
  [
    "another shape",
    ["a", "turned"],
    /a\.safetensors and .*turned\.safetensors cannot be blended: .*shape of w/,
  ],
  ["a parameter less", ["a", "less"], /differ in b, which only one has/],
  ["a parameter more", ["less", "a"], /differ in b, which only one has/],
  ["one model alone", ["a"], /takes two models or more/],
])("%s is refused", async (_name, names, message) => {
  const models = names.map((name) => ({ path: path(name), share: 1 }));
  await expect(blend(models, path("none"))).rejects.toThrow(message);
});

test("shares of nothing are refused", async () => {
  const models = ["a", "b"].map((name) => ({ path: path(name), share: 0 }));
  await expect(blend(models, path("none"))).rejects.toThrow(/shares of a blend are all zero/);
});
