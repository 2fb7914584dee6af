import { expect, test } from "vitest";
import { CpuSession } from "../src/backend/cpu-session.ts";
import { compileTrainStep } from "../src/backend/cpu-step.ts";
import { SeededRandom } from "../src/data/seeded-random.ts";
import {
  add,
  gatherRows,
  gradients,
  input,
  lowerGraph,
  mul,
  parameter,
  reduceSum,
  square,
} from "../src/graph/index.ts";
import { DISTILLATION_DEFAULTS, distillationTask, encoderConfig } from "../src/models/index.ts";
import { initializeParameters } from "../src/nn/index.ts";
import { elementCount, type Gradient, type ParameterSet, parameterSet } from "../src/parameters.ts";
import { FLOAT64 } from "./gradient-check.ts";

const dense = (gradient: Gradient, length: number): Float32Array => {
  if (gradient.kind === "dense") return gradient.data;
  const data = new Float32Array(length);
  const width = gradient.data.length / gradient.rows.length;
  gradient.rows.forEach((row, k) => {
    data.set(gradient.data.subarray(k * width, (k + 1) * width), row * width);
  });
  return data;
};

test("the embedding gradient of a large table with repeated ids is right with two threads", async () => {
  const [vocab, width, picks] = [16_000, 64, 16_384];
  const random = new SeededRandom(1);
  const table = parameter("table", [vocab, width]);
  const ids = input("ids", "int", [picks]);
  const weights = input("weights", "float", [picks, width]);
  const step = await compileTrainStep(
    { loss: reduceSum(mul(gatherRows(table, ids), weights)) },
    { threads: 2 },
  );
  // A quarter of the picks fall on 16 rows: the case in which onnxruntime's own scatter loses updates.
  const idValues = Int32Array.from({ length: picks }, (_, k) => random.nextBelow(k % 4 === 0 ? 16 : vocab));
  const weightValues = Float32Array.from({ length: picks * width }, () => random.next() - 0.5);
  const parameters = parameterSet([
    ["table", { data: new Float32Array(vocab * width), shape: [vocab, width] }],
  ]);
  const { gradients: found } = await step.run(parameters, { ids: idValues, weights: weightValues }, random);
  await step.release();
  const expected = new Float64Array(vocab * width);
  weightValues.forEach((value, k) => {
    expected[idValues[Math.floor(k / width)]! * width + (k % width)]! += value;
  });
  const actual = dense(found.get("table")!, vocab * width);
  let worst = 0;
  expected.forEach((value, k) => {
    worst = Math.max(worst, Math.abs(value - actual[k]!) / Math.max(1, Math.abs(value)));
  });
  expect(worst).toBeLessThan(1e-5);
});

test("a table that is gathered and multiplied gets both parts of its gradient", async () => {
  const table = parameter("table", [3, 2]);
  const ids = input("ids", "int", [2]);
  const step = await compileTrainStep({
    loss: add(reduceSum(gatherRows(table, ids)), reduceSum(square(table))),
  });
  const parameters = parameterSet([["table", { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] }]]);
  const { gradients: found, loss } = await step.run(
    parameters,
    { ids: Int32Array.of(2, 2) },
    new SeededRandom(1),
  );
  await step.release();
  expect(loss).toBe(22 + 91);
  expect(Array.from(dense(found.get("table")!, 6))).toEqual([2, 4, 6, 8, 12, 14]);
});

const config = encoderConfig({
  vocabSize: 30,
  hiddenSize: 8,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  initializerStd: 0.3,
  pooling: "weighted",
  layerNormEpsilon: 1e-5,
  isGeluApproximate: true,
  hiddenDropout: 0.25,
  attentionDropout: 0.25,
});
const task = distillationTask({
  config,
  ...DISTILLATION_DEFAULTS,
  teacherDimensions: 6,
  matryoshkaDims: [4],
});

function smallBatch(seed: number) {
  const random = new SeededRandom(seed);
  const rows = (count: number, length: number) => ({
    rows: count,
    length,
    ids: Int32Array.from({ length: count * length }, () => random.nextBelow(30)),
    lengths: Int32Array.from({ length: count }, () => 1 + random.nextBelow(length)),
  });
  const vectors = (): Float32Array => Float32Array.from({ length: 5 * 6 }, () => random.next() - 0.5);
  return {
    short: rows(3, 4),
    long: rows(2, 6),
    m: vectors(),
    e: vectors(),
    mMask: Float32Array.of(1, 1, 0, 1, 0),
  };
}

async function runStep(parameters: ParameterSet, isDecomposed: boolean) {
  const batch = smallBatch(9);
  const step = await compileTrainStep(task.define(batch), {
    isDecomposed,
    optimization: isDecomposed ? "disabled" : "all",
  });
  const result = await step.run(parameters, task.feeds(batch), new SeededRandom(3));
  await step.release();
  return result;
}

test("the fused graph gives the decomposed graph's loss and gradients to 1e-5", async () => {
  const parameters = initializeParameters(task.define(smallBatch(9)).specs, 7);
  const [fused, decomposed] = [await runStep(parameters, false), await runStep(parameters, true)];
  expect(fused.loss).toBeCloseTo(decomposed.loss, 5);
  expect([...fused.gradients.keys()].toSorted()).toEqual([...parameters.names].toSorted());
  for (const name of parameters.names) {
    const size = elementCount(parameters.get(name).shape);
    const [a, b] = [fused, decomposed].map(({ gradients: found }) => dense(found.get(name)!, size)) as [
      Float32Array,
      Float32Array,
    ];
    const largest = b.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
    const worst = a.reduce((max, value, k) => Math.max(max, Math.abs(value - b[k]!)), 0);
    expect(worst / largest, name).toBeLessThan(1e-5);
  }
});

test("the whole model's gradients equal central differences in float64 to 1e-6", async () => {
  const batch = smallBatch(9);
  const definition = task.define(batch);
  const parameters = initializeParameters(definition.specs, 7);
  const leaves = definition.specs.map(({ name, shape }) => ({ name, shape }));
  const {
    model,
    parameters: nodes,
    inputs,
  } = lowerGraph(new Map([["loss", definition.loss]]), { target: FLOAT64 });
  const slopes = gradients(definition.loss, nodes);
  const outputs = new Map([
    ["loss", definition.loss] as const,
    ...slopes.map((slope, k) => [`g/${nodes[k]!.op.name}`, slope!] as const),
  ]);
  const both = await CpuSession.create(lowerGraph(outputs, { target: FLOAT64 }).model, {
    optimization: "disabled",
  });
  const forward = await CpuSession.create(model, { optimization: "disabled" });
  const random = new SeededRandom(21);
  const feeds: Record<string, Float64Array | Int32Array> = {};
  const given = task.feeds(batch);
  for (const { op, dtype, shape } of inputs) {
    const fed = given[op.name];
    if (dtype === "int") feeds[op.name] = fed as Int32Array;
    // dropout masks
    else
      feeds[op.name] = fed
        ? Float64Array.from(fed as Float32Array)
        : Float64Array.from({ length: elementCount(shape as number[]) }, () =>
            random.next() < 0.25 ? 0 : 4 / 3,
          );
  }
  for (const { name } of leaves) feeds[name] = Float64Array.from(parameters.get(name).data);
  const found = await both.run(feeds);
  const lossOf = async (): Promise<number> => Number((await forward.run(feeds)).loss![0]);
  let worst = 0;
  for (const { name } of leaves) {
    const data = feeds[name] as Float64Array;
    // Every fifth element of each tensor: all of them would take a minute.
    for (let k = random.nextBelow(Math.min(5, data.length)); k < data.length; k += 5) {
      const held = data[k]!;
      data[k] = held + 1e-5;
      const above = await lossOf();
      data[k] = held - 1e-5;
      const below = await lossOf();
      data[k] = held;
      const expected = (above - below) / 2e-5;
      worst = Math.max(
        worst,
        Math.abs(Number(found[`g/${name}`]![k]) - expected) / Math.max(1, Math.abs(expected)),
      );
    }
  }
  await both.release();
  await forward.release();
  expect(worst).toBeLessThan(1e-6);
});

test("the same random state gives the same dropout masks, another one others", async () => {
  const batch = smallBatch(9);
  const definition = task.define(batch);
  const parameters = initializeParameters(definition.specs, 7);
  const step = await compileTrainStep(definition);
  const lossWith = async (seed: number): Promise<number> =>
    (await step.run(parameters, task.feeds(batch), new SeededRandom(seed))).loss;
  const losses = [await lossWith(1), await lossWith(1), await lossWith(2)];
  await step.release();
  expect(losses[0]).toBe(losses[1]);
  expect(losses[0]).not.toBe(losses[2]);
});
