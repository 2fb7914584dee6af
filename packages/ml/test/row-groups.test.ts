import { expect, test } from "vitest";
import { compileTrainStep } from "../src/backend/cpu-step.ts";
import { SeededRandom } from "../src/data/seeded-random.ts";
import { add, input, mul, type Node, reduceSum } from "../src/graph/index.ts";
import { encode } from "../src/models/encoder.ts";
import { type EncoderConfig, encoderConfig } from "../src/models/index.ts";
import { inputsOfGroup, joinGroups, rowGroups } from "../src/models/row-groups.ts";
import { ForwardContext, initializeParameters } from "../src/nn/index.ts";
import { uniform } from "./gradient-check.ts";

const CONFIG: EncoderConfig = encoderConfig({
  vocabSize: 30,
  hiddenSize: 8,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  initializerStd: 0.5,
  hiddenDropout: 0,
  attentionDropout: 0,
  isGeluApproximate: true,
});
const [TEXTS, TOKENS] = [5, 4];

/** Everything that a text can bring, as the UniLM objective feeds it. */
const INPUTS = {
  tokenIds: input("tokenIds", "int", [TEXTS, TOKENS]),
  mask: input("mask", "float", [TEXTS, TOKENS]),
  segmentIds: input("segmentIds", "int", [TEXTS, TOKENS]),
  bias: input("bias", "float", [TEXTS, 1, TOKENS, TOKENS]),
  poolMask: input("poolMask", "float", [TEXTS, TOKENS]),
  positions: input("positions", "int", [TEXTS, TOKENS]),
};

async function run(pooling: EncoderConfig["pooling"], groups: readonly (readonly [number, number])[]) {
  const context = new ForwardContext(true);
  const config = { ...CONFIG, pooling };
  const parts = groups.map((group) => encode(context, config, inputsOfGroup(INPUTS, group)));
  const { sequence, pooled } = joinGroups(parts);
  const weighted = (node: Node, name: string): Node => reduceSum(mul(node, input(name, "float", node.shape)));
  const loss = add(weighted(sequence, "sequenceWeights"), weighted(pooled, "pooledWeights"));
  const step = await compileTrainStep({ loss, metrics: { pooled } });
  const random = new SeededRandom(7);
  const real = (count: number): Float32Array => Float32Array.from(uniform(count, random));
  const whole = (count: number, below: number): Int32Array =>
    Int32Array.from({ length: count }, () => random.nextBelow(below));
  const cells = TEXTS * TOKENS;
  const feeds = {
    tokenIds: whole(cells, CONFIG.vocabSize),
    mask: Float32Array.from({ length: cells }, (_, k) => (k % TOKENS < 3 ? 1 : 0)),
    segmentIds: whole(cells, 2),
    bias: real(cells * TOKENS),
    poolMask: Float32Array.from({ length: cells }, (_, k) => (k % TOKENS < 2 ? 1 : 0)),
    positions: whole(cells, 9),
    sequenceWeights: real(cells * CONFIG.hiddenSize),
    pooledWeights: real(TEXTS * CONFIG.hiddenSize),
  };
  const result = await step.run(initializeParameters(context.specs(), 3), feeds, random);
  await step.release();
  return result;
}

test.each(["cls", "mean", "weighted"] as const)(
  "a batch encoded in groups has the same vectors and gradients to 1e-5: pooling by %s",
  async (pooling) => {
    const together = await run(pooling, [[0, TEXTS]]);
    const inGroups = await run(pooling, [
      [0, 2],
      [2, 3],
      [3, TEXTS],
    ]);
    expect(inGroups.loss).toBeCloseTo(together.loss, 4);
    inGroups.metrics.pooled!.forEach((value, k) => {
      expect(Number(value)).toBeCloseTo(Number(together.metrics.pooled![k]), 5);
    });
    expect([...inGroups.gradients.keys()].sort()).toEqual([...together.gradients.keys()].sort());
    for (const [name, { data }] of together.gradients) {
      inGroups.gradients.get(name)!.data.forEach((value, k) => {
        expect(Math.abs(value - data[k]!) / Math.max(1, Math.abs(data[k]!)), name).toBeLessThan(1e-5);
      });
    }
  },
);

test("a mask over as many tokens as there are texts is shared, not cut", () => {
  const square = {
    tokenIds: input("tokenIds", "int", [4, 4]),
    mask: input("mask", "float", [4, 4]),
    bias: input("bias", "float", [4, 4]),
    positions: input("positions", "int", [4]),
  };
  const group = inputsOfGroup(square, [1, 3]);
  expect(group.bias!.shape).toEqual([4, 4]);
  expect(group.positions!.shape).toEqual([4]);
  expect([group.tokenIds.shape, group.mask.shape]).toEqual([
    [2, 4],
    [2, 4],
  ]);
});

test("groups are of cache size in training, at most sixteen, and cover every text once", () => {
  const config = { ...CONFIG, hiddenSize: 256 };
  const groupsOf = (batch: number, seq: number, isTraining = true) =>
    rowGroups(new ForwardContext(isTraining), config, input("tokenIds", "int", [batch, seq]));
  expect(groupsOf(32, 128)).toEqual([
    [0, 16],
    [16, 32],
  ]);
  expect(groupsOf(32, 32)).toEqual([[0, 32]]);
  expect(groupsOf(1, 4096)).toEqual([[0, 1]]);
  expect(groupsOf(32, 128, false)).toEqual([[0, 32]]);
  const many = groupsOf(1000, 512);
  expect(many).toHaveLength(16);
  expect(many.flatMap(([start, end]) => Array.from({ length: end - start }, (_, k) => start + k))).toEqual(
    Array.from({ length: 1000 }, (_, k) => k),
  );
});
