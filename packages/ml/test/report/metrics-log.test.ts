import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MetricsLog } from "../../src/report/metrics-log.ts";
import type { StepReport } from "../../src/train/index.ts";

let path: string;
beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), "metrics-")), "metrics.jsonl");
});
afterAll(() => rm(join(path, ".."), { recursive: true }));

const report = (step: number, loss: number): StepReport => ({
  ...{ step, loss, metrics: {}, learningRate: 1e-3, gradientNorm: 1, size: 4, isSkipped: false },
});

const steps = async (): Promise<[number, number][]> =>
  (await readFile(path, "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
    .map(({ step, loss }) => [step, loss]);

async function write(log: MetricsLog, from: number, to: number, loss: number): Promise<void> {
  for (let step = from; step <= to; step++) await log.add(report(step, loss), step);
}

test("a resumed run replaces what a killed one wrote behind its checkpoint, a new run everything", async () => {
  await write(await MetricsLog.open(path, 0, 0), 1, 60, 1);
  expect(await steps()).toEqual([
    [20, 1],
    [40, 1],
    [60, 1],
  ]);
  // Killed while it wrote, its last checkpoint at step 40.
  await writeFile(path, `${await readFile(path, "utf8")}{"step":80,"lo`);
  await write(await MetricsLog.open(path, 40, 40), 41, 80, 2);
  expect(await steps()).toEqual([
    [20, 1],
    [40, 1],
    [60, 2],
    [80, 2],
  ]);
  await write(await MetricsLog.open(path, 0, 0), 1, 20, 3);
  expect(await steps()).toEqual([[20, 3]]);
});
