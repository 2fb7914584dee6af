import { expect, test } from "vitest";
import { compileTrainStep } from "../src/backend/cpu-step.ts";
import { SeededRandom } from "../src/data/seeded-random.ts";
import { constant, input } from "../src/graph/index.ts";
import { encode, encoderConfig, languageModelLoss, type NormPlacement } from "../src/models/index.ts";
import { ForwardContext, initializeParameters } from "../src/nn/index.ts";
import { AdamW } from "../src/optim/index.ts";

const [LAYERS, BATCH, SEQ, VOCAB, STEPS] = [200, 4, 4, 12, 24];

/** Mean loss of the last steps of a short run in which every position has to name its own token. */
async function finalLoss(normPlacement: NormPlacement): Promise<number> {
  const tokens = BATCH * SEQ;
  const config = encoderConfig({
    vocabSize: VOCAB,
    hiddenSize: 16,
    intermediateSize: 16,
    numHiddenLayers: LAYERS,
    numAttentionHeads: 2,
    typeVocabSize: 0,
    normPlacement,
    pooling: "mean",
    initializerStd: 0.25,
    layerNormEpsilon: 1e-6,
    hiddenDropout: 0,
    attentionDropout: 0,
  });
  const context = new ForwardContext(true);
  const ids = input("ids", "int", [BATCH, SEQ]);
  const { sequence } = encode(context, config, {
    tokenIds: ids,
    mask: constant(new Array(tokens).fill(1), [BATCH, SEQ]),
  });
  const loss = languageModelLoss(context, config, sequence, {
    positions: constant(
      Array.from({ length: tokens }, (_, k) => k),
      [tokens],
      "int",
    ),
    labels: input("labels", "int", [tokens]),
    weights: constant(new Array(tokens).fill(1), [tokens]),
  });
  const parameters = initializeParameters(context.specs(), 1);
  // onnxruntime's graph rewriting takes quadratic time in the number of nodes (28,000 here).
  const step = await compileTrainStep({ loss }, { optimization: "disabled", threads: 1 });
  const optimizer = new AdamW({ weightDecay: 0 });
  const random = new SeededRandom(1);
  const losses: number[] = [];
  for (let k = 0; k < STEPS; k++) {
    const batch = Int32Array.from({ length: tokens }, () => random.nextBelow(VOCAB));
    const result = await step.run(parameters, { ids: batch, labels: batch }, random);
    losses.push(result.loss);
    optimizer.update(parameters, result.gradients, 2e-3);
  }
  await step.release();
  return losses.slice(-6).reduce((sum, value) => sum + value, 0) / 6;
}

test("a narrow model of 200 layers learns with DeepNorm where plain post-norm stays at chance", {
  timeout: 600_000,
}, async () => {
  const chance = Math.log(VOCAB);
  expect(await finalLoss("deep")).toBeLessThan(0.75 * chance);
  expect(await finalLoss("post")).toBeGreaterThan(0.9 * chance);
});
