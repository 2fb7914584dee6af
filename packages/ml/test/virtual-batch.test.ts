import { expect, test } from "vitest";
import { compileTrainStep, type TrainStep } from "../src/backend/index.ts";
import { SeededRandom } from "../src/data/seeded-random.ts";
import {
  type ContrastiveInput,
  contrastiveObjective,
  encoderConfig,
  POOLED,
  virtualContrastive,
} from "../src/models/index.ts";
import { adapterOf, initializeParameters } from "../src/nn/index.ts";
import { AdamW } from "../src/optim/index.ts";
import type { GradientSet, ParameterSet } from "../src/parameters.ts";
import { combinedTask, type Objective, sumGradients, Trainer, virtualBatch } from "../src/train/index.ts";

const config = encoderConfig({
  vocabSize: 40,
  hiddenSize: 16,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  pooling: "mean",
  initializerStd: 0.3,
  layerNormEpsilon: 1e-5,
  hiddenDropout: 0,
  attentionDropout: 0,
});
const options = { config, source: POOLED, scale: 20, isSymmetric: true, matryoshkaDims: [8] };

const random = new SeededRandom(3);
const block = (rows: number, length: number) => ({
  ids: Int32Array.from({ length: rows * length }, () => random.nextBelow(40)),
  lengths: Int32Array.from({ length: rows }, () => 1 + random.nextBelow(length)),
  rows,
  length,
});
const batchWith = (negatives: number): ContrastiveInput => ({
  queries: block(3, 4),
  documents: block(3, 6),
  negatives: block(negatives, 6),
});

type Batch = { pairs: readonly ContrastiveInput[]; single: ContrastiveInput };
const taskWith = (contrast: Objective<readonly ContrastiveInput[]>, adapter = false) =>
  combinedTask<Batch>(
    {
      pairs: { objective: contrast, weight: 0.5 },
      single: { objective: contrastiveObjective(options), weight: 2 },
    },
    adapter ? adapterOf({ rank: 2, alpha: 2, layers: "query$" }) : null,
  );

function largestDifference(a: GradientSet, b: GradientSet): number {
  expect([...a.keys()].toSorted()).toEqual([...b.keys()].toSorted());
  let worst = 0;
  for (const [name, { kind, data }] of a) {
    const other = b.get(name)!;
    expect(other.kind).toBe(kind);
    const largest = data.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-3);
    data.forEach((value, k) => {
      worst = Math.max(worst, Math.abs(value - other.data[k]!) / largest);
    });
  }
  return worst;
}

async function runOnce(step: TrainStep, parameters: ParameterSet, feeds: Parameters<TrainStep["run"]>[1]) {
  const result = await step.run(parameters, feeds, new SeededRandom(1));
  await step.release();
  return result;
}

test.each([0, 2])(
  "a virtual batch of three has the loss and gradient of one large batch, %i hard negatives each; the mean of three has not",
  async (negatives) => {
    const batch: Batch = {
      pairs: [batchWith(negatives), batchWith(negatives), batchWith(negatives)],
      single: batchWith(0),
    };
    const task = taskWith(virtualBatch(virtualContrastive(options)));
    const parameters = initializeParameters(task.define(batch).specs, 4);
    const whole = await runOnce(await compileTrainStep(task.define(batch)), parameters, task.feeds(batch));
    const cached = await runOnce(await task.compile!(batch, {}), parameters, task.feeds(batch));
    expect(cached.loss).toBeCloseTo(whole.loss, 5);
    expect(Number(cached.metrics["pairs/loss"]![0])).toBeCloseTo(Number(whole.metrics["pairs/loss"]![0]), 5);
    expect(largestDifference(cached.gradients, whole.gradients)).toBeLessThan(1e-4);

    const contrast = combinedTask<{ pairs: ContrastiveInput }>({
      pairs: { objective: contrastiveObjective(options), weight: 1 },
    });
    const parts = [];
    for (const pairs of batch.pairs) {
      const step = await compileTrainStep(contrast.define({ pairs }));
      const { gradients } = await runOnce(step, parameters, contrast.feeds({ pairs }));
      parts.push({ gradients, weight: 1 / 3 });
    }
    const alone = combinedTask<{ pairs: readonly ContrastiveInput[] }>({
      pairs: { objective: virtualBatch(virtualContrastive(options)), weight: 1 },
    });
    const together = await runOnce(await alone.compile!(batch, {}), parameters, alone.feeds(batch));
    expect(largestDifference(sumGradients(parts), together.gradients)).toBeGreaterThan(0.1);
  },
);

test("the trainer learns from virtual batches, with adapters alone when the rest is frozen", async () => {
  const batch: Batch = { pairs: [batchWith(0), batchWith(0)], single: batchWith(0) };
  const task = taskWith(virtualBatch(virtualContrastive(options)), true);
  const { specs } = task.define(batch);
  const parameters = initializeParameters(specs, 4);
  const before = parameters.names.map((name) => parameters.get(name).data.slice());
  const trainer = new Trainer<Batch>({
    task,
    parameters,
    optimizer: new AdamW({ weightDecay: 0 }),
    learningRate: () => 0.02,
    seed: 1,
    maxGradientNorm: 1,
    frozen: new Set(parameters.names.filter((name) => !name.includes(".lora"))),
  });
  const losses: number[] = [];
  for (let i = 0; i < 20; i++) losses.push((await trainer.update([batch])).loss);
  await trainer.release();
  expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.1);
  const moved = parameters.names.filter((name, i) => parameters.get(name).data.join() !== before[i]!.join());
  expect(moved).toEqual(["layers.0.attention.query.loraA", "layers.0.attention.query.loraB"]);
});
