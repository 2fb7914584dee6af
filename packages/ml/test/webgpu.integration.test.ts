import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** Debian's chromium brings a Vulkan driver in software, and the loader for it. */
const CHROMIUM = "/usr/lib/chromium";
const DRIVER = `${CHROMIUM}/vk_swiftshader_icd.json`;
const hasSwiftShader = existsSync(DRIVER) && existsSync(`${CHROMIUM}/libvulkan.so.1`);
const title = "a training step on WebGPU gives CPU's gradients, and its state stays on the device";

test.skipIf(!hasSwiftShader)(
  hasSwiftShader ? title : `${title} (skipped: no SwiftShader in ${CHROMIUM})`,
  { timeout: 600_000 },
  async () => {
    const script = new URL("webgpu-run.ts", import.meta.url).pathname;
    const env = { ...process.env, LD_LIBRARY_PATH: CHROMIUM, VK_ICD_FILENAMES: DRIVER };
    const { stdout } = await promisify(execFile)(process.execPath, [script], { env });
    const report = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, number> & {
      locations: string[];
    };
    expect(report.gradientDifference).toBeLessThan(1e-5);
    expect(report.locations).toEqual(["gpu-buffer"]);
    expect(report.lossDifference).toBeLessThan(1e-4);
    expect(report.parameterDifference).toBeLessThan(1e-4);
    expect(report.lossFall).toBeGreaterThan(0);
  },
);
