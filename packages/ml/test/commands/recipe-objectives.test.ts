import { expect, test } from "vitest";
import { compileTrainStep } from "../../src/backend/cpu-step.ts";
import { recipeObjectives } from "../../src/commands/recipe-objectives.ts";
import { SeededRandom } from "../../src/data/seeded-random.ts";
import { type ContrastiveInput, studentConfig } from "../../src/models/index.ts";
import { initializeParameters } from "../../src/nn/index.ts";
import { slowerOutsideLayers } from "../../src/optim/index.ts";
import type { RecipeParts } from "../../src/recipe.ts";
import { taskOf } from "../../src/train/index.ts";

const config = studentConfig({ vocabSize: 20, hiddenSize: 8, numAttentionHeads: 2, initializerStd: 0.5 });
const rows = (count: number, first: number) => ({
  rows: count,
  length: 2,
  ids: Int32Array.from({ length: count * 2 }, (_, k) => (first + 3 * k) % 20),
  lengths: new Int32Array(count).fill(2),
});
const batch: ContrastiveInput = { queries: rows(3, 1), documents: rows(3, 8), negatives: rows(0, 0) };

async function lossOf(matryoshkaDims?: readonly number[]): Promise<{ loss: number; whole: number }> {
  const contrast = { weight: 1, scale: 5, ...(matryoshkaDims ? { matryoshkaDims } : {}) };
  const parts = { contrast } as unknown as RecipeParts;
  const task = taskOf(recipeObjectives(parts, config).contrast!.objective);
  const definition = task.define(batch);
  const step = await compileTrainStep(definition);
  const parameters = initializeParameters(definition.specs, 2);
  const { loss, metrics } = await step.run(parameters, task.feeds(batch), new SeededRandom(1));
  await step.release();
  return { loss, whole: Number(metrics.whole![0]) };
}

test("a recipe's Matryoshka widths enter its contrastive loss, which is then their mean with the whole", async () => {
  const plain = await lossOf();
  expect(plain.loss).toBeCloseTo(plain.whole, 5);
  const [four, both] = [await lossOf([4]), await lossOf([2, 4])];
  expect(four.whole).toBeCloseTo(plain.whole, 5);
  const atFour = 2 * four.loss - four.whole;
  expect(atFour).not.toBeCloseTo(four.whole, 2);
  const atTwo = 3 * both.loss - atFour - both.whole;
  expect(atTwo).not.toBeCloseTo(atFour, 2);
  expect(atTwo).toBeGreaterThan(0);
});

test("outside the layers a grown model learns at the factor; biases still do not decay", () => {
  const policy = slowerOutsideLayers(0.1);
  const [matrix, bias] = [[2, 2], [2]].map((shape) => ({ shape, data: new Float32Array(4) }));
  expect(policy.rateScale("layers.0.attention.query.weight", matrix!)).toBe(1);
  expect(policy.rateScale("embeddings.token", matrix!)).toBe(0.1);
  expect([policy.decayScale("heads.m.weight", matrix!), policy.decayScale("layers.0.x.bias", bias!)]).toEqual(
    [1, 0],
  );
});
