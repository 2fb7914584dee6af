/**
 * The WebGPU path without a GPU: Chromium's Vulkan loader and its software rasteriser, SwiftShader. In a process of
 * its own, because the loader is found through the environment that a process starts with.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openModel } from "../src/index.ts";
import { cosine, makeRandomBundle, type TestBundle } from "./random-bundle.ts";

/** Debian's chromium package. */
const CHROMIUM = "/usr/lib/chromium";
const DRIVER = join(CHROMIUM, "vk_swiftshader_icd.json");
const isThere =
  process.platform === "linux" && existsSync(DRIVER) && existsSync(join(CHROMIUM, "libvulkan.so.1"));

const TEXTS = [
  "attention is all you need",
  "graphs",
  "deep learning of graphs",
  "图神经网络",
  "query ".repeat(40),
];

let bundle: TestBundle;
beforeAll(async () => {
  bundle = await makeRandomBundle();
});
afterAll(() => bundle?.remove());

test.skipIf(!isThere)(
  `vectors made by WebGPU equal those of the CPU${isThere ? "" : ` (skipped: no SwiftShader at ${DRIVER})`}`,
  async () => {
    const output = execFileSync(
      process.execPath,
      [join(import.meta.dirname, "embed-on-webgpu.ts"), bundle.folder, JSON.stringify(TEXTS)],
      {
        env: { ...process.env, LD_LIBRARY_PATH: CHROMIUM, VK_ICD_FILENAMES: DRIVER },
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const { provider, notes, vectors } = JSON.parse(output) as {
      provider: string;
      notes: string[];
      vectors: number[][];
    };
    expect({ provider, notes }).toEqual({ provider: "webgpu", notes: [] });
    const encoder = await openModel({ bundleDir: bundle.folder, provider: "cpu", threads: 1 });
    const onCpu = await encoder.embed(TEXTS);
    await encoder.close();
    const cosines = vectors.map((vector, index) => cosine(Float32Array.from(vector), onCpu.vectors[index]!));
    expect(cosines).toHaveLength(TEXTS.length);
    expect(Math.min(...cosines)).toBeGreaterThanOrEqual(0.9999);
    // Texts that differ have vectors that differ: a device that answers the same for all would not pass.
    expect(cosine(Float32Array.from(vectors[0]!), Float32Array.from(vectors[1]!))).toBeLessThan(0.999);
  },
  // The rasteriser compiles its shaders on the CPU; a busy machine takes its time.
  600_000,
);
