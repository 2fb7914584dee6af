import { expect, test } from "vitest";
import { type LengthPerplexityOptions, lengthPerplexity } from "../../src/eval/length-perplexity.ts";
import { LengthReportError } from "../../src/eval/length-report.ts";
import { input } from "../../src/graph/index.ts";
import { encode, encoderConfig } from "../../src/models/index.ts";
import { lmBias, lmTransform } from "../../src/models/language-model.ts";
import { ForwardContext, initializeParameters, maskFromLengths } from "../../src/nn/index.ts";

const VOCAB_SIZE = 30;
const TRAINED = 16;

function toyOptions(lengths: readonly number[]): LengthPerplexityOptions {
  const config = encoderConfig({
    vocabSize: VOCAB_SIZE,
    hiddenSize: 16,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    pooling: "mean",
    initializerStd: 0.5,
    layerNormEpsilon: 1e-5,
  });
  const context = new ForwardContext(false);
  const tokenIds = input("ids", "int", [1, 4]);
  encode(context, config, { tokenIds, mask: maskFromLengths(tokenIds, input("lengths", "int", [1])) });
  lmTransform(context, config, input("hidden", "float", [1, 16]));
  lmBias(context, config);
  const text = (i: number, length: number) =>
    Int32Array.from({ length }, (_, k) => 5 + ((i * 7 + k * (i + 1)) % 25));
  return {
    config,
    parameters: initializeParameters(context.specs(), 3),
    sources: [0, 1, 2, 3, 4, 5].map((i) => text(i, 4)),
    targets: [0, 1, 2, 3, 4, 5].map((i) => text(i + 9, 60)),
    special: { cls: 2, sep: 3, pad: 0 },
    lengths,
    trainedLength: TRAINED,
    threads: 1,
  };
}

test("a head that ignores its input has the perplexity of the unigram it states", async () => {
  const options = toyOptions([24]);
  // Every logit is the bias alone: 1 for token 7, else 0.
  for (const name of ["embeddings.token", "lmHead.norm.scale"]) options.parameters.get(name).data.fill(0);
  options.parameters.get("lmHead.bias").data[7] = Math.log(9);
  const tokens = options.targets.flatMap((target) => [...target.subarray(0, 24 - 6)]);
  const total = 9 + (VOCAB_SIZE - 1);
  const nats = tokens.map((token) => Math.log(total / (token === 7 ? 9 : 1)));
  const expected = Math.exp(nats.reduce((a, b) => a + b, 0) / nats.length);
  const measures = await lengthPerplexity(options);
  for (const { perplexity } of measures) expect(perplexity).toBeCloseTo(expected, 3);
  const ends = options.targets.flatMap((target) => [...target.subarray(24 - 6 - 16, 24 - 6)]);
  const atEnd = ends.reduce((sum, token) => sum + Math.log(total / (token === 7 ? 9 : 1)), 0) / ends.length;
  expect(measures[0]!.perplexityAtEnd).toBeCloseTo(Math.exp(atEnd), 3);
});

test("a source that is longer than half of the row is cut, and the target fills the rest", async () => {
  const options = toyOptions([24]);
  const long = options.sources.map((source) => Int32Array.from({ length: 40 }, (_, k) => source[k % 4]!));
  const cut = long.map((source) => source.subarray(0, 10));
  expect(await lengthPerplexity({ ...options, sources: long })).toEqual(
    await lengthPerplexity({ ...options, sources: cut }),
  );
});

test("up to the trained length the variants agree; beyond it each differs from the plain model", async () => {
  const measures = await lengthPerplexity(toyOptions([TRAINED, 40]));
  const [plain, log, ntk, longPlain, longLog, longNtk] = measures.map(({ perplexity }) => perplexity);
  expect(log).toBeCloseTo(plain!, 3);
  expect(ntk).toBe(plain);
  expect(Math.abs(longLog! - longPlain!)).toBeGreaterThan(1e-3);
  expect(Math.abs(longNtk! - longPlain!)).toBeGreaterThan(1e-3);
});

test("a model without the head and texts that are too short are refused with a sentence", async () => {
  await expect(lengthPerplexity(toyOptions([80]))).rejects.toThrow(/Text 0 ends after 66 tokens; rows of 80/);
  const { parameters, ...rest } = toyOptions([16]);
  const headless = { ...parameters, has: (name: string) => name !== "lmHead.bias" };
  await expect(lengthPerplexity({ ...rest, parameters: headless })).rejects.toThrow(LengthReportError);
});
