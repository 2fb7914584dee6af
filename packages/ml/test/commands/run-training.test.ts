import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCheckpoint, readModel } from "../../src/interchange/checkpoint.ts";
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

  test("batches of the worker thread are those made directly: the same checkpoint", async () => {
    await runToyTraining({ runDir: join(folder, "direct"), resume: false, isDirect: true });
    expect(await stateOf("direct")).toEqual(await stateOf("one"));
  });

  test.each([
    ["throws", /^The file ends after 3 batches\.$/],
    ["nan", /^The data hold NaN in "e" \(value 5 of \d+ in its batch\): mend or remove that row\.$/],
    ["dies", /^The thread that makes batches ended with code 9\.$/],
    ["refuses", /^There is nothing to open\.$/],
  ] as const)(
    "data that %s end the run with one sentence, after the batches before",
    async (defect, sentence) => {
      const steps: number[] = [];
      const run = runToyTraining({
        runDir: join(folder, defect),
        resume: false,
        request: { defect, afterBatches: 3 },
        onStep: (step) => steps.push(step),
      });
      await expect(run).rejects.toThrow(sentence);
      expect(steps).toEqual(defect === "refuses" ? [] : [1, 2, 3]);
    },
  );

  test("accumulated batches count as one step each", async () => {
    await runToyTraining({
      runDir: join(folder, "accumulated"),
      resume: false,
      recipe: { gradAccumSteps: 2 },
    });
    const accumulated = await stateOf("accumulated");
    expect(accumulated.step).toBe(TOY_STEPS);
    // 8 of 24 texts a batch, two batches a step
    expect(accumulated.dataPosition).toEqual({ epoch: (TOY_STEPS * 2 * 8) / 24 - 1, offset: 24 });
  });

  test("a run whose metric no longer falls ends early, also across a stop", async () => {
    const earlyStop = { metric: "distil/headE", windowSteps: 3, patience: 2, minImprovement: 10 };
    const result = await runToyTraining({
      runDir: join(folder, "early"),
      resume: false,
      recipe: { earlyStop },
    });
    // The first window is the best, the next two are no better by 10.
    expect(result).toEqual({ step: 9, end: "stopped" });
    const broken = { runDir: join(folder, "early-broken"), recipe: { earlyStop } };
    await runToyTraining({ ...broken, resume: false, stopAtStep: 5 });
    expect(await runToyTraining({ ...broken, resume: true })).toEqual(result);
    await expect(
      runToyTraining({
        runDir: join(folder, "unknown"),
        resume: false,
        recipe: { earlyStop: { ...earlyStop, metric: "x" } },
      }),
    ).rejects.toThrow(/watches "x"; the task has loss, distil\/loss, distil\/headM/);
  });

  test("adapters: the base stays bit for bit, checkpoints resume, and reading merges them", async () => {
    const lora = { rank: 2, alpha: 4, layers: "attention\\.(query|value)$", alsoTrained: ["heads.m.weight"] };
    const from = join(folder, "one", "checkpoint.safetensors");
    const run = { runDir: join(folder, "lora"), from, recipe: { lora } };
    await runToyTraining({ ...run, resume: false, stopAtStep: 7 });
    await runToyTraining({ ...run, resume: true });
    await runToyTraining({ ...run, runDir: join(folder, "lora-unbroken"), resume: false });
    expect(await stateOf("lora")).toEqual(await stateOf("lora-unbroken"));
    const [base, adapted] = [await stateOf("one"), await stateOf("lora")];
    const moved = [...base.parameters].filter(
      ([name, data]) => data.join() !== adapted.parameters.get(name)!.join(),
    );
    expect(moved.map(([name]) => name)).toEqual(["heads.m.weight"]);
    const path = join(folder, "lora", "checkpoint.safetensors");
    const merged = await readModel(path);
    expect([...merged.parameters.names].sort()).toEqual([...base.parameters.keys()].sort());
    expect(merged.config).not.toHaveProperty("lora");
    const query = "layers.1.attention.query.weight";
    const [down, up] = ["A", "B"].map(
      (side) => adapted.parameters.get(`layers.1.attention.query.lora${side}`)!,
    );
    // Row 3, column 5 of W + (4 / 2)·A·B with A [16, 2] and B [2, 16].
    const expected =
      base.parameters.get(query)![3 * 16 + 5]! + 2 * (down![6]! * up![5]! + down![7]! * up![21]!);
    expect(merged.parameters.get(query).data[3 * 16 + 5]).toBeCloseTo(expected, 6);
    expect(up!.some((value) => value !== 0)).toBe(true);
  });

  test("adapters without a model to adapt are refused", async () => {
    const lora = { rank: 2, alpha: 4, layers: "query$" };
    await expect(
      runToyTraining({ runDir: join(folder, "no-base"), resume: false, recipe: { lora } }),
    ).rejects.toThrow(/adapters of a model that stays as it is: name it with --from/);
  });
});
