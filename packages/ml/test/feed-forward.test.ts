import { expect, test } from "vitest";
import { compileTrainStep } from "../src/backend/cpu-step.ts";
import { SeededRandom } from "../src/data/seeded-random.ts";
import { input, mul, type Node, reduceSum, topologicalOrder } from "../src/graph/index.ts";
import { feedForward, feedForwardInBlocks } from "../src/models/feed-forward.ts";
import { type EncoderConfig, encoderConfig } from "../src/models/index.ts";
import { ForwardContext, initializeParameters } from "../src/nn/index.ts";
import { gradientError, uniform } from "./gradient-check.ts";

const SIZES = { vocabSize: 10, hiddenSize: 4, numHiddenLayers: 1, numAttentionHeads: 2, initializerStd: 0.5 };
const ROWS = [3, 5, 4];

type Build = (context: ForwardContext, config: EncoderConfig, name: string, x: Node) => Node;

/** Loss and gradients where x is used twice, so that every weight gets two contributions. */
async function run(config: EncoderConfig, build: Build) {
  const context = new ForwardContext(true);
  const x = input("x", "float", ROWS);
  const weights = input("weights", "float", ROWS);
  const result = build(context, config, "part", build(context, config, "part", x));
  const parameters = initializeParameters(context.specs(), 3);
  const step = await compileTrainStep({ loss: reduceSum(mul(result, weights)) });
  const random = new SeededRandom(5);
  const feed = (): Float32Array => Float32Array.from(uniform(60, random));
  const found = await step.run(parameters, { x: feed(), weights: feed() }, random);
  await step.release();
  return { specs: context.specs().map(({ name, shape }) => `${name} [${shape}]`), ...found };
}

const blocked: Build = (context, config, name, x) => feedForwardInBlocks(context, config, name, x, 4);

test.each([
  ["with biases", encoderConfig(SIZES)],
  ["tanh GELU", encoderConfig({ ...SIZES, isGeluApproximate: true })],
  ["without biases", encoderConfig({ ...SIZES, isBiasFree: true })],
])(
  "the feed-forward part in blocks has the same parameters, value and gradients to 1e-5: %s",
  async (_, config) => {
    const [whole, inBlocks] = [await run(config, feedForward), await run(config, blocked)];
    expect(inBlocks.specs).toEqual(whole.specs);
    expect(inBlocks.loss).toBeCloseTo(whole.loss, 5);
    expect(inBlocks.gradients.size).toBe(whole.gradients.size);
    for (const [name, { data }] of whole.gradients) {
      inBlocks.gradients.get(name)!.data.forEach((value, k) => {
        expect(Math.abs(value - data[k]!) / Math.max(1, Math.abs(data[k]!)), name).toBeLessThan(1e-5);
      });
    }
  },
);

test("the gradient of the feed-forward part in blocks equals central differences in float64 to 1e-6", async () => {
  const config = encoderConfig({ ...SIZES, isGeluApproximate: true });
  const error = await gradientError([[2, 4], [4, 16], [16], [16, 4], [4]], (x, ...weights) => {
    const names = ["inner.weight", "inner.bias", "output.weight", "output.bias"];
    const context = {
      isTraining: true,
      adapter: null,
      parameter: (name: string) => weights[names.findIndex((known) => name.endsWith(known))]!,
    } as unknown as ForwardContext;
    return feedForwardInBlocks(context, config, "part", x!, 4);
  });
  expect(error).toBeLessThan(1e-6);
});

test("wide layers are computed in blocks in training, whole in inference graphs", () => {
  const config = encoderConfig({ ...SIZES, hiddenSize: 256, intermediateSize: 1024 });
  const geluCount = (isTraining: boolean): number => {
    const result = feedForward(new ForwardContext(isTraining), config, "part", input("x", "float", [2, 256]));
    return topologicalOrder([result]).filter(({ op }) => op.kind === "gelu").length;
  };
  expect([geluCount(true), geluCount(false)]).toEqual([4, 1]);
});

test("gradients of a wide layer in blocks are the same bit for bit in every session, on two threads", async () => {
  const config = encoderConfig({
    ...SIZES,
    hiddenSize: 256,
    intermediateSize: 1024,
    isGeluApproximate: true,
  });
  const context = new ForwardContext(true);
  const x = input("x", "float", [256, 256]);
  const loss = reduceSum(mul(feedForward(context, config, "part", x), input("weights", "float", [256, 256])));
  const parameters = initializeParameters(context.specs(), 3);
  const random = new SeededRandom(5);
  const [values, weights] = [0, 1].map(() => Float32Array.from(uniform(256 * 256, random)));
  const runs = [];
  for (let session = 0; session < 2; session++) {
    const step = await compileTrainStep({ loss }, { threads: 2 });
    for (let k = 0; k < 2; k++)
      runs.push(await step.run(parameters, { x: values!, weights: weights! }, random));
    await step.release();
  }
  const [first, ...others] = runs;
  for (const other of others) {
    for (const [name, { data }] of first!.gradients) {
      const repeated = other.gradients.get(name)!.data;
      expect(Buffer.from(repeated.buffer).equals(Buffer.from(data.buffer)), name).toBe(true);
    }
  }
});
