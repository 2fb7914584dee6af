import { expect, test } from "vitest";
import { compileTrainStep } from "../src/backend/index.ts";
import { SeededRandom } from "../src/data/seeded-random.ts";
import {
  add,
  gatherRows,
  input,
  mul,
  type Node,
  parameter,
  reduceMean,
  reduceSum,
  square,
  sub,
} from "../src/graph/index.ts";
import { infoNce } from "../src/losses/index.ts";
import {
  contrastiveObjective,
  type EncoderConfig,
  embeddingOf,
  encoderConfig,
  fitPredictions,
  isBagOfAnotherWidth,
  POOLED,
  PredictionError,
  roFormerSimObjective,
  segmentPredictions,
  simCseObjective,
  studentConfig,
} from "../src/models/index.ts";
import {
  encodeRows,
  PooledFeeds,
  poolRows,
  rowFeeds,
  type TokenRows,
} from "../src/models/objectives/token-rows.ts";
import { ForwardContext, growParameters, initializeParameters, ones, zeros } from "../src/nn/index.ts";
import { AdamW, constant, SgdMomentum } from "../src/optim/index.ts";
import { copyParameters, type Gradient, type ParameterSet, parameterSet } from "../src/parameters.ts";
import {
  combinedTask,
  type Objective,
  runTrainLoop,
  type StepReport,
  Trainer,
  TrainingDivergedError,
  type TrainTask,
  taskOf,
} from "../src/train/index.ts";

interface Points {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Least squares y ≈ w·x with dropout on w's part, so that the random state matters. */
const task: TrainTask<Points> = {
  size: ({ y }) => y.length,
  graphKey: ({ y }) => String(y.length),
  feeds: ({ x, y }) => ({ x, y }),
  define({ y }) {
    const context = new ForwardContext(true);
    const w = context.parameter("w", [3], zeros);
    const x = input("x", "float", [y.length, 3]);
    const predicted = reduceSum(mul(x, context.dropout(w, 0.25)), [-1]);
    return {
      loss: reduceMean(square(sub(predicted, input("y", "float", [y.length])))),
      specs: context.specs(),
    };
  },
};

function points(seed: number, count = 8): Points {
  const random = new SeededRandom(seed);
  const x = Float32Array.from({ length: count * 3 }, () => random.next() - 0.5);
  const y = Float32Array.from(
    { length: count },
    (_, k) => 2 * x[3 * k]! - x[3 * k + 1]! + 0.5 * x[3 * k + 2]!,
  );
  return { x, y };
}

const freshParameters = (): ParameterSet =>
  parameterSet([["w", { data: Float32Array.of(0.1, 0.2, 0.3), shape: [3] }]]);

function makeTrainer(parameters: ParameterSet, seed = 5): Trainer<Points> {
  return new Trainer({
    task,
    parameters,
    optimizer: new AdamW(),
    learningRate: constant(0.05),
    seed,
    maxGradientNorm: 1,
  });
}

async function train(trainer: Trainer<Points>, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let k = from; k < to; k++) losses.push((await trainer.update([points(k)])).loss);
  return losses;
}

test("one seed gives one result, bit for bit; another seed another", async () => {
  const runs = [];
  for (const seed of [5, 5, 6]) {
    const parameters = freshParameters();
    const trainer = makeTrainer(parameters, seed);
    runs.push({ losses: await train(trainer, 0, 6), w: Array.from(parameters.get("w").data) });
    await trainer.release();
  }
  expect(runs[0]).toEqual(runs[1]);
  expect(runs[0]).not.toEqual(runs[2]);
});

test("a run that stops and is restored ends exactly like an unbroken one", async () => {
  const unbroken = freshParameters();
  const first = makeTrainer(unbroken);
  const losses = await train(first, 0, 8);
  await first.release();

  const broken = freshParameters();
  const before = makeTrainer(broken);
  const early = await train(before, 0, 3);
  const state = before.state();
  const stored = copyParameters(broken);
  await before.release();
  const after = makeTrainer(stored, 99);
  after.restore(state);
  const late = await train(after, 3, 8);
  await after.release();
  expect([...early, ...late]).toEqual(losses);
  expect(stored.get("w").data).toEqual(unbroken.get("w").data);
});

test("rows that are not trained stay as they are, even under weight decay", async () => {
  const table = { data: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]), shape: [4, 2] };
  const bias = { data: Float32Array.of(1, 1), shape: [2] };
  for (const isPicked of [false, true]) {
    const parameters = copyParameters(
      parameterSet([
        ["table", table],
        ["bias", bias],
      ]),
    );
    const plain: TrainTask<Points> = {
      ...task,
      define: ({ y }) => {
        const context = new ForwardContext(true);
        const rows = context.parameter("table", [4, 2], zeros);
        const used = isPicked ? gatherRows(rows, input("ids", "int", [3])) : rows;
        const x = input("x", "float", [y.length, 3]);
        const loss = add(
          reduceSum(square(add(used, context.parameter("bias", [2], zeros)))),
          mul(reduceSum(x), 0),
        );
        return { loss, specs: context.specs() };
      },
      feeds: ({ x }) => ({ x, ...(isPicked ? { ids: Int32Array.of(3, 1, 0) } : {}) }),
    };
    const trainer = new Trainer({
      task: plain,
      parameters,
      optimizer: new AdamW({ weightDecay: 0.5 }),
      learningRate: constant(0.1),
      seed: 1,
      maxGradientNorm: null,
      trainedRows: new Map([["table", Int32Array.of(1, 2)]]),
    });
    await trainer.update([points(1)]);
    await trainer.release();
    const rows = [0, 1, 2, 3].map((row) => [...parameters.get("table").data.subarray(2 * row, 2 * row + 2)]);
    expect([rows[0], rows[3]]).toEqual([
      [1, 2],
      [7, 8],
    ]);
    expect(rows[1]).not.toEqual([3, 4]);
    if (isPicked) expect(rows[2]).toEqual([5, 6]);
    else expect(rows[2]).not.toEqual([5, 6]);
    expect([...parameters.get("bias").data]).not.toEqual([1, 1]);
  }
});

test("micro-batches of different sizes give the gradient of their union", async () => {
  const w = parameter("w", [3]);
  const plain: TrainTask<Points> = {
    ...task,
    define: ({ y }) => {
      const predicted = reduceSum(mul(input("x", "float", [y.length, 3]), w), [-1]);
      return { loss: reduceMean(square(sub(predicted, input("y", "float", [y.length])))), specs: [] };
    },
  };
  const results: number[][] = [];
  const [a, b] = [points(1, 6), points(2, 2)];
  const union = { x: Float32Array.from([...a.x, ...b.x]), y: Float32Array.from([...a.y, ...b.y]) };
  for (const microBatches of [[a, b], [union]]) {
    const parameters = freshParameters();
    const optimizer = new SgdMomentum({ b1: 0 });
    const trainer = new Trainer({
      task: plain,
      parameters,
      optimizer,
      learningRate: constant(0.1),
      seed: 1,
      maxGradientNorm: null,
    });
    const report = await trainer.update(microBatches);
    results.push([report.loss, report.gradientNorm, ...parameters.get("w").data]);
    await trainer.release();
  }
  results[0]!.forEach((value, k) => {
    expect(value).toBeCloseTo(results[1]![k]!, 5);
  });
});

test("a batch with NaN changes nothing, and too many of them stop training by name", async () => {
  const parameters = freshParameters();
  const optimizer = new AdamW();
  const trainer = new Trainer({
    task,
    parameters,
    optimizer,
    learningRate: constant(0.1),
    seed: 1,
    maxGradientNorm: 1,
    maxBadSteps: 3,
  });
  const bad = { x: points(1).x, y: new Float32Array(8).fill(Number.NaN) };
  const report = await trainer.update([bad]);
  expect(report.isSkipped).toBe(true);
  expect(Array.from(parameters.get("w").data)).toEqual(Array.from(Float32Array.of(0.1, 0.2, 0.3)));
  expect((await trainer.update([points(2)])).isSkipped).toBe(false);
  await trainer.update([bad]);
  await trainer.update([bad]);
  await expect(trainer.update([bad])).rejects.toThrow(TrainingDivergedError);
  await trainer.release();
});

test("frozen parameters stay, the others move", async () => {
  const pair: TrainTask<null> = {
    size: () => 1,
    graphKey: () => "",
    feeds: () => ({}),
    define: () => ({ loss: add(square(parameter("a", [])), square(parameter("b", []))), specs: [] }),
  };
  const parameters = parameterSet(
    ["a", "b"].map((name) => [name, { data: Float32Array.of(1), shape: [] }] as const),
  );
  const trainer = new Trainer({
    task: pair,
    parameters,
    optimizer: new AdamW(),
    learningRate: constant(0.1),
    seed: 1,
    maxGradientNorm: null,
    frozen: new Set(["a"]),
  });
  await trainer.update([null]);
  await trainer.release();
  expect(parameters.get("a").data[0]).toBe(1);
  expect(parameters.get("b").data[0]).toBeLessThan(1);
});

test("the loop ends at the steps, the time, the signal, the callback or the end of the data, and says which", async () => {
  async function* endless() {
    for (let k = 0; ; k++) yield points(k);
  }
  const run = async (limits: object, batches: AsyncIterable<Points> | Iterable<Points> = endless()) => {
    const trainer = makeTrainer(freshParameters());
    const end = await runTrainLoop({ trainer, batches, maxSteps: 100, ...limits });
    await trainer.release();
    return [end, trainer.step];
  };
  expect(await run({ maxSteps: 3 })).toEqual(["steps", 3]);
  let clock = 0;
  expect(await run({ maxSeconds: 2.5, now: () => 1000 * clock++ })).toEqual(["time", 3]);
  expect(await run({ signal: AbortSignal.abort() })).toEqual(["aborted", 0]);
  expect(await run({ onStep: ({ step }: { step: number }) => (step === 2 ? "stop" : undefined) })).toEqual([
    "stopped",
    2,
  ]);
  expect(await run({ gradAccumSteps: 2 }, [points(1), points(2), points(3), points(4), points(5)])).toEqual([
    "data",
    2,
  ]);
});

test("combined objectives share parameters and add up with their weights", async () => {
  const shifted = (shift: number): Objective<number> => ({
    size: () => 1,
    shapeKey: () => "",
    feeds: (batch) => ({ value: Float32Array.of(batch) }),
    define: (context, makeInput) => {
      const w = context.parameter("w", [1], zeros);
      const loss: Node = reduceSum(square(sub(w, add(makeInput("value", "float", [1]), shift))));
      return { loss, metrics: {} };
    },
  });
  const both = combinedTask<{ left: number; right: number }>({
    left: { objective: shifted(1), weight: 2 },
    right: { objective: shifted(0), weight: 0.5 },
  });
  const parameters = parameterSet([["w", { data: Float32Array.of(0), shape: [1] }]]);
  const trainer = new Trainer({
    task: both,
    parameters,
    optimizer: new AdamW(),
    learningRate: constant(0.1),
    seed: 1,
    maxGradientNorm: null,
  });
  const report = await trainer.update([{ left: 1, right: 4 }]);
  await trainer.release();
  expect(report.loss).toBe(2 * 4 + 0.5 * 16);
  expect(report.gradientNorm).toBe(2 * 4 + 0.5 * 8);
  expect(Number(report.metrics["right/loss"]![0])).toBe(16);
});

const config = encoderConfig({
  vocabSize: 30,
  hiddenSize: 16,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  pooling: "cls",
  hiddenDropout: 0,
  attentionDropout: 0,
});

function segmentPairs(seed: number, teacher: Float32Array | null) {
  const random = new SeededRandom(seed);
  const [rows, length] = [4, 8];
  const ids = new Int32Array(rows * length);
  const segments = new Int32Array(rows * length);
  for (let row = 0; row < rows; row++) {
    const tokens = [1, 10 + Math.floor(row / 2), 10 + Math.floor(row / 2), 2, 20 + Math.floor(row / 2), 2];
    tokens.forEach((token, k) => {
      ids[row * length + k] = token;
      segments[row * length + k] = k >= 4 ? 1 : 0;
    });
  }
  const texts = { ids, lengths: new Int32Array(rows).fill(6), rows, length };
  return {
    texts,
    segments,
    teacher,
    predictions: fitPredictions(segmentPredictions(texts, segments), rows * length, 12, random),
  };
}

test.each([
  ["contrastive", null],
  [
    "distilled",
    Float32Array.from({ length: 16 }, (_, k) => (Math.floor(k / 8) === Math.floor((k % 4) / 2) ? 1 : 0)),
  ],
])("RoFormer-Sim's %s stage lowers both of its losses", async (_, teacher) => {
  const objective = roFormerSimObjective({ config, contrastiveScale: 20, distillationScale: 100 });
  const context = new ForwardContext(true);
  objective.define(context, input, segmentPairs(1, teacher));
  const parameters = initializeParameters(context.specs(), 2);
  const simTask = combinedTask<{ sim: ReturnType<typeof segmentPairs> }>({ sim: { objective, weight: 1 } });
  const trainer = new Trainer({
    task: simTask,
    parameters,
    optimizer: new AdamW(),
    learningRate: constant(0.01),
    seed: 1,
    maxGradientNorm: 1,
  });
  const reports = [];
  for (let k = 0; k < 40; k++)
    reports.push((await trainer.update([{ sim: segmentPairs(k, teacher) }])).metrics);
  await trainer.release();
  for (const name of ["sim/seq2seq", "sim/similarity"]) {
    expect(Number(reports.at(-1)![name]![0]), name).toBeLessThan(0.5 * Number(reports[0]![name]![0]));
  }
});

test("a teacher that has the whole say decides who belongs together, in both directions", async () => {
  const objective = contrastiveObjective({
    config: { ...config, pooling: "mean" },
    source: POOLED,
    scale: 20,
    isSymmetric: true,
    teacherShare: 1,
  });
  const rows = (tokens: number[]) => ({
    ids: Int32Array.from(tokens.flatMap((t) => [1, t])),
    lengths: new Int32Array(tokens.length).fill(2),
    rows: tokens.length,
    length: 2,
  });
  // The first two queries belong to each other's documents, the third to both the first two.
  const teacher = Float32Array.of(0, 1, 0, 1, 0, 0, 0.5, 0.5, -1);
  const batch = { queries: rows([3, 4, 5]), documents: rows([6, 7, 8]), negatives: rows([]), teacher };
  const context = new ForwardContext(true);
  objective.define(context, input, batch);
  const trainer = new Trainer({
    task: combinedTask<{ pairs: typeof batch }>({ pairs: { objective, weight: 1 } }),
    parameters: initializeParameters(context.specs(), 2),
    optimizer: new AdamW(),
    learningRate: constant(0.02),
    seed: 1,
    maxGradientNorm: 1,
  });
  const reports: StepReport[] = [];
  for (let k = 0; k < 60; k++) reports.push(await trainer.update([{ pairs: batch }]));
  await trainer.release();
  // The least that can be reached is the entropy of the teacher: forward ln 2 in one row of three, backward the third
  // document's 1/3 · H(softmax(0, 0, −20)) = 1/3 · ln 2.
  const [first, last] = [reports[0]!, reports.at(-1)!];
  expect(first.loss).toBeGreaterThan(0.6);
  expect(last.loss).toBeCloseTo(Math.log(2) / 3, 1);
  expect(last.loss).toBeGreaterThan(Math.log(2) / 3 - 1e-3);
  expect(Number(last.metrics["pairs/whole"]![0])).toBeGreaterThan(2);
});

test.each(["infoNce", "flatNce"] as const)(
  "the contrastive objective (%s) brings partners together against hard negatives",
  async (form) => {
    const objective = contrastiveObjective({
      config: { ...config, pooling: "mean" },
      source: POOLED,
      scale: 20,
      isSymmetric: true,
      matryoshkaDims: [8],
      form,
    });
    const rows = (tokens: number[]) => ({
      ids: Int32Array.from(tokens.flatMap((t) => [1, t])),
      lengths: new Int32Array(tokens.length).fill(2),
      rows: tokens.length,
      length: 2,
    });
    const batch = { queries: rows([3, 4, 5]), documents: rows([6, 7, 8]), negatives: rows([9, 10]) };
    const context = new ForwardContext(true);
    objective.define(context, input, batch);
    const parameters = initializeParameters(context.specs(), 2);
    const contrast = combinedTask<{ pairs: typeof batch }>({ pairs: { objective, weight: 1 } });
    const trainer = new Trainer({
      task: contrast,
      parameters,
      optimizer: new AdamW(),
      learningRate: constant(0.02),
      seed: 1,
      maxGradientNorm: 1,
    });
    const reports = [];
    for (let k = 0; k < 30; k++) reports.push(await trainer.update([{ pairs: batch }]));
    await trainer.release();
    // FlatNCE reports log x, and InfoNCE is log(1 + x).
    const infoNceOf = ({ metrics }: StepReport): number => {
      const value = Number(metrics["pairs/whole"]![0]);
      return form === "infoNce" ? value : Math.log1p(Math.exp(value));
    };
    expect(infoNceOf(reports.at(-1)!)).toBeLessThan(0.05);
    expect(infoNceOf(reports[0]!)).toBeGreaterThan(0.5);
    if (form === "flatNce") for (const { loss } of reports) expect(loss).toBeCloseTo(1, 5);
  },
);

test("SimCSE encodes twice under different dropout and tells texts apart", async () => {
  const texts = {
    ids: Int32Array.from([1, 3, 1, 4, 1, 5, 1, 6]),
    lengths: new Int32Array(4).fill(2),
    rows: 4,
    length: 2,
  };
  const lossesWith = async (hiddenDropout: number): Promise<number[]> => {
    const objective = simCseObjective({
      config: { ...config, pooling: "mean", hiddenDropout },
      source: POOLED,
      scale: 20,
    });
    const simCse = taskOf(objective);
    const parameters = initializeParameters(simCse.define(texts).specs, 2);
    const optimizer = new AdamW({ weightDecay: 0 });
    const trainer = new Trainer({
      task: simCse,
      parameters,
      optimizer,
      learningRate: constant(0.01),
      seed: 1,
      maxGradientNorm: 1,
    });
    const losses = [];
    for (let k = 0; k < 40; k++) losses.push((await trainer.update([texts])).loss);
    await trainer.release();
    return losses;
  };
  const losses = await lossesWith(0.2);
  expect(losses.slice(-5).reduce((a, b) => a + b, 0) / 5).toBeLessThan(0.5 * losses[0]!);
  // Without dropout both encodings are equal: the loss begins below that of chance already.
  expect((await lossesWith(0))[0]).toBeLessThan(losses[0]!);
});

test("predictions are cut or filled to a fixed number and never share a position", () => {
  const wanted = [
    { position: 4, label: 7 },
    { position: 1, label: 8 },
    { position: 9, label: 9 },
  ];
  const filled = fitPredictions(wanted, 12, 6, new SeededRandom(1));
  expect(new Set(filled.positions).size).toBe(6);
  expect(Array.from(filled.weights)).toEqual([1, 1, 1, 0, 0, 0]);
  const cut = fitPredictions(wanted, 12, 2, new SeededRandom(1));
  expect(Array.from(cut.weights)).toEqual([1, 1]);
  for (const [k, position] of cut.positions.entries())
    expect(wanted).toContainEqual({ position, label: cut.labels[k] });
  expect(() => fitPredictions([wanted[0]!, wanted[0]!], 12, 6, new SeededRandom(1))).toThrow(PredictionError);
  expect(() => fitPredictions(wanted, 2, 3, new SeededRandom(1))).toThrow(PredictionError);
});

test("a grown model keeps what it has learned and draws the rest from its seed", () => {
  const specs = [
    { name: "a", shape: [2], initializer: zeros },
    { name: "b", shape: [2], initializer: zeros },
    { name: "c", shape: [3], initializer: zeros },
  ];
  const trained = parameterSet([
    ["a", { data: Float32Array.of(1, 2), shape: [2] }],
    ["c", { data: Float32Array.of(5, 5), shape: [2] }],
  ]);
  const { parameters, added } = growParameters(specs, trained, 1);
  expect(Array.from(parameters.get("a").data)).toEqual([1, 2]);
  expect(added).toEqual(["b", "c"]);
  parameters.get("a").data[0] = 9;
  expect(trained.get("a").data[0]).toBe(1);
});

test("a bag of another width keeps the leading numbers of what it has learned; beyond them it is drawn", () => {
  const specs = [
    { name: "table", shape: [2, 3], initializer: ones },
    { name: "head", shape: [3, 2], initializer: ones },
    { name: "new", shape: [1], initializer: ones },
  ];
  const trained = parameterSet([
    ["table", { data: Float32Array.of(5, 6, 7, 8), shape: [2, 2] }],
    ["head", { data: Float32Array.of(5, 6, 7, 8), shape: [2, 2] }],
  ]);
  const { parameters, added, resized } = growParameters(specs, trained, 1, { isResized: true });
  expect(Array.from(parameters.get("table").data)).toEqual([5, 6, 1, 7, 8, 1]);
  expect(Array.from(parameters.get("head").data)).toEqual([5, 6, 7, 8, 1, 1]);
  expect({ added, resized }).toEqual({ added: ["new"], resized: ["table", "head"] });
  expect(growParameters(specs, trained, 1).added).toEqual(["table", "head", "new"]);
  const narrowSpecs = [
    { name: "table", shape: [2, 1], initializer: ones },
    { name: "head", shape: [1, 2], initializer: ones },
  ];
  const cut = growParameters(narrowSpecs, trained, 1, { isResized: true });
  expect(Array.from(cut.parameters.get("table").data)).toEqual([5, 7]);
  expect(Array.from(cut.parameters.get("head").data)).toEqual([5, 6]);

  const [narrow, wide] = [4, 8].map((hiddenSize) =>
    studentConfig({ vocabSize: 9, hiddenSize, numAttentionHeads: 2 }),
  );
  expect(isBagOfAnotherWidth(narrow!, wide!)).toBe(true);
  expect(isBagOfAnotherWidth(wide!, narrow!)).toBe(true);
  expect(isBagOfAnotherWidth(wide!, wide!)).toBe(false);
  expect(isBagOfAnotherWidth(wide!, { ...narrow!, numHiddenLayers: 1 })).toBe(false);
  expect(isBagOfAnotherWidth(narrow!, { ...wide!, vocabSize: 10 })).toBe(false);
  expect(isBagOfAnotherWidth({ ...narrow!, numHiddenLayers: 1 }, wide!)).toBe(false);
});

test("a bag that counts the tokens of large blocks learns what one does that looks them up", async () => {
  const config = studentConfig({ vocabSize: 12, hiddenSize: 8, numAttentionHeads: 2, initializerStd: 0.5 });
  const random = new SeededRandom(3);
  const block = (rows: number, length: number): TokenRows => ({
    rows,
    length,
    ids: Int32Array.from({ length: rows * length }, () => random.nextBelow(12)),
    lengths: Int32Array.from({ length: rows }, () => 1 + random.nextBelow(length)),
  });
  const feeds = new PooledFeeds();
  const learned = async (rows: TokenRows, isCounted: boolean) => {
    const context = new ForwardContext(true);
    const pooled = isCounted
      ? poolRows(context, config, input, "texts", rows)
      : encodeRows(context, config, input, "texts", rows).pooled;
    const parameters = initializeParameters(context.specs(), 5);
    const weights = parameters.get("pooling.tokenWeights").data;
    weights.set(Float32Array.from(weights, (_, k) => k / 12));
    const step = await compileTrainStep({ loss: reduceSum(square(add(pooled, 0.3))), metrics: { pooled } });
    const fed = isCounted ? feeds.of(config, "texts", rows) : rowFeeds("texts", rows);
    const { metrics, gradients } = await step.run(parameters, fed, new SeededRandom(1));
    await step.release();
    return { names: Object.keys(fed), pooled: metrics.pooled!, gradients };
  };
  // The second block has the place of the first one in the array of counts.
  for (const rows of [block(5, 6), block(5, 6)]) {
    const [counted, lookedUp] = [await learned(rows, true), await learned(rows, false)];
    expect(counted.names).toEqual(["texts/counts"]);
    expectClose(counted.pooled, lookedUp.pooled);
    for (const name of ["embeddings.token", "pooling.tokenWeights", "embeddings.norm.scale"]) {
      const width = name === "embeddings.token" ? 8 : 1;
      expectClose(
        denseOf(counted.gradients.get(name)!, width),
        denseOf(lookedUp.gradients.get(name)!, width),
      );
    }
  }
  expect(Object.keys(feeds.of(config, "texts", block(2, 6)))).toEqual(["texts/tokenIds", "texts/lengths"]);

  function expectClose(actual: ArrayLike<number | bigint>, expected: ArrayLike<number | bigint>) {
    expect(actual.length).toBe(expected.length);
    for (let k = 0; k < actual.length; k++) expect(Number(actual[k])).toBeCloseTo(Number(expected[k]), 5);
  }

  function denseOf(gradient: Gradient, width: number): Float32Array {
    if (gradient.kind === "dense") return gradient.data;
    const dense = new Float32Array(12 * width);
    gradient.rows.forEach((row, k) => {
      dense.set(gradient.data.subarray(k * width, (k + 1) * width), row * width);
    });
    return dense;
  }
});

test("where documents are a bag's, queries alone pass the layers", async () => {
  const config = studentConfig({
    vocabSize: 12,
    hiddenSize: 8,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    initializerStd: 0.5,
    hasZeroInitResidual: false,
    hasBagDocuments: true,
  });
  const random = new SeededRandom(4);
  const block = (rows: number, length: number): TokenRows => ({
    rows,
    length,
    ids: Int32Array.from({ length: rows * length }, () => random.nextBelow(12)),
    lengths: Int32Array.from({ length: rows }, () => 1 + random.nextBelow(length)),
  });
  // Documents are counted, negatives looked up.
  const batch = { queries: block(3, 5), documents: block(3, 9), negatives: block(2, 9) };
  const objective = contrastiveObjective({ config, source: POOLED, scale: 5, isSymmetric: false });
  const byHand = (reader: EncoderConfig): Objective<typeof batch> => ({
    ...objective,
    feeds: ({ queries, documents, negatives }) =>
      Object.assign(
        {},
        ...Object.entries({ queries, documents, negatives }).map(([name, rows]) => rowFeeds(name, rows)),
      ),
    define(context, makeInput, { queries, documents, negatives }) {
      const embed = (name: string, rows: TokenRows, as: EncoderConfig) =>
        embeddingOf(context, encodeRows(context, as, makeInput, name, rows).pooled, POOLED);
      const [q, d, n] = [
        embed("queries", queries, config),
        embed("documents", documents, reader),
        embed("negatives", negatives, reader),
      ];
      return { loss: infoNce(q, d, 5, n), metrics: {} };
    },
  });
  const lossOf = async (each: Objective<typeof batch>) => {
    const task = taskOf(each);
    const trainer = new Trainer({
      task,
      parameters: initializeParameters(task.define(batch).specs, 9),
      optimizer: new SgdMomentum({}),
      learningRate: constant(0),
      seed: 1,
      maxGradientNorm: null,
    });
    const { loss } = await trainer.update([batch]);
    await trainer.release();
    return loss;
  };
  const loss = await lossOf(objective);
  expect(loss).toBeCloseTo(await lossOf(byHand({ ...config, numHiddenLayers: 0 })), 5);
  expect(Math.abs(loss - (await lossOf(byHand(config))))).toBeGreaterThan(0.01);
  expect(() => studentConfig({ ...config, pooling: "mean" })).toThrow(
    "hasBagDocuments needs weighted pooling, not mean",
  );
});
