import { globSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { chooseVariant, providersToTry } from "../src/inference/execution-provider.ts";
import { installedProviders } from "../src/inference/session-runner.ts";

function hasLibraryOf(provider: string): boolean {
  const cwd = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
  return globSync(`bin/**/*onnxruntime_providers_${provider}.{so,dll}`, { cwd }).length > 0;
}

test("auto takes the devices that the runtime offers, best first, and ends with the CPU", () => {
  expect(providersToTry("auto", ["cpu", "cuda"])).toEqual(["cuda", "cpu"]);
  expect(providersToTry("auto", ["cpu"])).toEqual(["cpu"]);
});

test("auto never picks a provider that a machine without a GPU serves in software, nor one that compiles for minutes", () => {
  expect(providersToTry("auto", ["cpu", "webgpu", "tensorrt"])).toEqual(["cpu"]);
});

test("a provider that was asked for comes first and falls back to the CPU", () => {
  expect(providersToTry("webgpu", ["cpu"])).toEqual(["webgpu", "cpu"]);
  expect(providersToTry("cpu", ["cpu", "cuda"])).toEqual(["cpu"]);
});

test("a list of providers is tried in its order, with the CPU at its end unless it has its place", () => {
  expect(providersToTry(["tensorrt", "cuda"], ["cpu"])).toEqual(["tensorrt", "cuda", "cpu"]);
  expect(providersToTry(["cpu", "cuda"], ["cpu"])).toEqual(["cpu", "cuda"]);
});

test("auto on a machine without a GPU tries nothing but the CPU", () => {
  // The npm package names CUDA as supported although its libraries have to be added.
  expect(installedProviders()).toContain("cpu");
  for (const provider of ["cuda", "tensorrt"]) {
    expect(installedProviders().includes(provider)).toBe(hasLibraryOf(provider));
  }
});

test("integers run on the CPU, half precision on CUDA, and what a bundle lacks is replaced by the next best", () => {
  expect(chooseVariant("cpu", ["float32", "int8"], null)).toBe("int8");
  expect(chooseVariant("cuda", ["float32", "float16", "int8"], null)).toBe("float16");
  expect(chooseVariant("cuda", ["float32"], null)).toBe("float32");
});

test("a variant that was asked for is never replaced silently", () => {
  expect(chooseVariant("cpu", ["float32"], "int8")).toBeNull();
});
