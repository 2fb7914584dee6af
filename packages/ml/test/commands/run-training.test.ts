import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCheckpoint } from "../../src/interchange/checkpoint.ts";
import { runToyTraining, TOY_STEPS } from "./toy-training.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runs-"));
});
afterAll(() => rm(folder, { recursive: true }));

const checkpointOf = (run: string) => readFile(join(folder, run, "checkpoint.safetensors"));

/** The stored state without the time it took. */
async function stateOf(run: string) {
  const { elapsedSeconds: _, ...state } = await readCheckpoint(join(folder, run, "checkpoint.safetensors"));
  const { parameters, trainer, ...rest } = state;
  return {
    ...rest,
    step: trainer.step,
    random: trainer.random,
    moments: new Map([...trainer.optimizer.tensors].map(([name, data]) => [name, [...data]])),
    parameters: new Map(parameters.names.map((name) => [name, [...parameters.get(name).data]])),
  };
}

describe("a run", () => {
  test("one seed gives one result, bit for bit", async () => {
    await runToyTraining({ runDir: join(folder, "one"), resume: false });
    await runToyTraining({ runDir: join(folder, "again"), resume: false });
    expect(await stateOf("again")).toEqual(await stateOf("one"));
    expect((await stateOf("one")).step).toBe(TOY_STEPS);
    expect(await checkpointOf("one")).not.toHaveLength(0);
  });

  test("stopped by a signal and resumed, ends with the same checkpoint as an unbroken one", async () => {
    const run = join(folder, "stopped");
    await runToyTraining({ runDir: run, resume: false, stopAtStep: 7 });
    expect((await stateOf("stopped")).step).toBe(7);
    await runToyTraining({ runDir: run, resume: true });
    expect(await stateOf("stopped")).toEqual(await stateOf("one"));
  });

  test("killed with SIGKILL and resumed, ends with the same checkpoint as an unbroken one", async () => {
    const run = join(folder, "killed");
    const script = fileURLToPath(new URL("./toy-training.ts", import.meta.url));
    const child = spawn(process.execPath, [script, run], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise<void>((resolve) => {
      child.stdout.on("data", (text: Buffer) => {
        // The checkpoint of step 10 is on disk once step 11 is reported.
        if (text.toString().includes("step 11\n")) child.kill("SIGKILL");
      });
      child.on("exit", () => resolve());
    });
    const { step } = await stateOf("killed");
    expect(step).toBeGreaterThanOrEqual(10);
    expect(step).toBeLessThan(TOY_STEPS);
    await runToyTraining({ runDir: run, resume: true });
    expect(await stateOf("killed")).toEqual(await stateOf("one"));
  });

  test("a resumed run without a checkpoint says so", async () => {
    await expect(runToyTraining({ runDir: join(folder, "absent"), resume: true })).rejects.toThrow(
      /Cannot read .*absent.*checkpoint\.safetensors: no such file/,
    );
  });
});
