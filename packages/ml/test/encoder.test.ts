import { describe, expect, test } from "vitest";
import { compileForward } from "../src/backend/cpu-step.ts";
import { SeededRandom } from "../src/data/seeded-random.ts";
import { EncoderRunner, exportEncoder } from "../src/export/index.ts";
import { cast, input, matmul, rotary } from "../src/graph/index.ts";
import { type EncoderConfig, encode, encoderConfig, studentConfig } from "../src/models/index.ts";
import { localHeadBias } from "../src/models/local-heads.ts";
import {
  ForwardContext,
  initializeParameters,
  maskFromLengths,
  rotaryFrequencies,
  rotaryTables,
  uniLmBias,
} from "../src/nn/index.ts";
import type { ParameterSet } from "../src/parameters.ts";
import { referenceEncode } from "./encoder-reference.ts";
import { evaluate } from "./gradient-check.ts";

const VOCAB = 40;
const SIZES = {
  vocabSize: VOCAB,
  hiddenSize: 16,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  initializerStd: 0.4,
};
const BATCH = 3;
const SEQ = 7;

function randomInputs(seed: number) {
  const random = new SeededRandom(seed);
  const lengths = Int32Array.of(7, 4, 1);
  const ids = Int32Array.from({ length: BATCH * SEQ }, () => random.nextBelow(VOCAB));
  const segments = Int32Array.from({ length: BATCH * SEQ }, (_, k) =>
    k % SEQ >= 2 + Math.floor(k / SEQ) ? 1 : 0,
  );
  return { ids, lengths, segments };
}

async function runEncoder(config: EncoderConfig, isUniLm: boolean, isTraining = false) {
  const { ids, lengths, segments } = randomInputs(5);
  const tokenIds = input("ids", "int", [BATCH, SEQ]);
  const lengthsNode = input("lengths", "int", [BATCH]);
  const segmentIds = input("segments", "int", [BATCH, SEQ]);
  const context = new ForwardContext(isTraining);
  const encoded = encode(context, config, {
    tokenIds,
    mask: maskFromLengths(tokenIds, lengthsNode),
    segmentIds,
    ...(isUniLm ? { bias: uniLmBias(segmentIds) } : {}),
  });
  const parameters = initializeParameters(context.specs(), 11);
  const graph = await compileForward({ sequence: encoded.sequence, pooled: encoded.pooled });
  const outputs = await graph.run(parameters, { ids, lengths, segments });
  await graph.release();
  return { parameters, outputs, ids, lengths, segments };
}

/** Largest difference between the compiled encoder and the plain loops, over real tokens and pooled vectors. */
async function referenceDifference(config: EncoderConfig, isUniLm: boolean): Promise<number> {
  const { parameters, outputs, ids, lengths, segments } = await runEncoder(config, isUniLm);
  let worst = 0;
  for (let text = 0; text < BATCH; text++) {
    const segmentsOfText = Array.from(segments.subarray(text * SEQ, (text + 1) * SEQ));
    const sums = segmentsOfText.map((_, i) => segmentsOfText.slice(0, i + 1).reduce((a, b) => a + b, 0));
    const expected = referenceEncode(config, parameters, {
      ids: Array.from(ids.subarray(text * SEQ, (text + 1) * SEQ)),
      mask: Array.from({ length: SEQ }, (_, i) => (i < lengths[text]! ? 1 : 0)),
      segments: segmentsOfText,
      ...(isUniLm ? { sees: (i: number, j: number) => sums[j]! <= sums[i]! } : {}),
    });
    for (let i = 0; i < lengths[text]!; i++) {
      expected.sequence[i]!.forEach((value, k) => {
        worst = Math.max(
          worst,
          Math.abs(value - Number(outputs.sequence![(text * SEQ + i) * config.hiddenSize + k])),
        );
      });
    }
    expected.pooled.forEach((value, k) => {
      worst = Math.max(worst, Math.abs(value - Number(outputs.pooled![text * config.hiddenSize + k])));
    });
  }
  return worst;
}

describe("the encoder equals plain loops to 1e-5", () => {
  const cases: [string, Partial<EncoderConfig>, boolean][] = [
    ["post-norm, CLS pooling", { pooling: "cls" }, false],
    ["post-norm, mean pooling, UniLM mask", { pooling: "mean" }, true],
    ["pre-norm, weighted pooling", { normPlacement: "pre", pooling: "weighted" }, false],
    ["DeepNorm", { normPlacement: "deep", pooling: "mean" }, true],
    ["no segments, no embedding norm", { typeVocabSize: 0, hasEmbeddingNorm: false, pooling: "mean" }, false],
    ["bag of tokens", { numHiddenLayers: 0, pooling: "weighted" }, false],
  ];
  test.each(cases)("%s", async (_, values, isUniLm) => {
    const config = encoderConfig({ ...SIZES, layerNormEpsilon: 1e-6, ...values });
    expect(await referenceDifference(config, isUniLm)).toBeLessThan(1e-5);
  });
});

test("attention scores depend on the distance of two positions only", async () => {
  const [query, key] = [input("q", "float", [1, 1, 1, 8]), input("k", "float", [1, 1, 1, 8])];
  const at = (name: string) => rotaryTables(input(name, "float", [1]), 8, 10_000);
  const [left, right] = [at("m"), at("n")];
  const score = matmul(rotary(query, left.cosines, left.sines), rotary(key, right.cosines, right.sines), {
    transposeB: true,
  });
  const random = new SeededRandom(2);
  const vectors = {
    q: Array.from({ length: 8 }, () => random.next() - 0.5),
    k: Array.from({ length: 8 }, () => random.next() - 0.5),
  };
  const scoreAt = async (m: number, n: number): Promise<number> =>
    (await evaluate({ score }, { ...vectors, m: [m], n: [n] })).score![0]!;
  const [near, shifted, other] = [await scoreAt(3, 1), await scoreAt(103, 101), await scoreAt(3, 2)];
  expect(Math.abs(near - shifted)).toBeLessThan(1e-5);
  expect(Math.abs(near - other)).toBeGreaterThan(1e-3);
});

test("the UniLM mask lets segment 0 see itself both ways and segment 1 its past", async () => {
  const segmentIds = input("segments", "int", [1, 5]);
  const { bias } = await evaluate({ bias: uniLmBias(segmentIds) }, { segments: [0, 0, 0, 1, 1] });
  const sees = Array.from({ length: 5 }, (_, i) =>
    bias!.slice(i * 5, i * 5 + 5).map((value) => (value === 0 ? 1 : 0)),
  );
  expect(sees).toEqual([
    [1, 1, 1, 0, 0],
    [1, 1, 1, 0, 0],
    [1, 1, 1, 0, 0],
    [1, 1, 1, 1, 0],
    [1, 1, 1, 1, 1],
  ]);
});

test("padding never changes a text's vector", async () => {
  const config = studentConfig({ ...SIZES, hasZeroInitResidual: false });
  const parameters = await parametersOf(config);
  const runner = await EncoderRunner.create(exportEncoder(config, parameters));
  const text = Int32Array.of(3, 9, 27);
  const [alone] = await runner.embed([text]);
  const together = await runner.embed([text, Int32Array.from({ length: 30 }, (_, k) => k % VOCAB)]);
  await runner.release();
  alone!.forEach((value, k) => {
    expect(together[0]![k]).toBeCloseTo(value, 5);
  });
});

test("layers whose last projections are zero leave the student's vectors as they were", async () => {
  const bag = studentConfig({ vocabSize: VOCAB, hiddenSize: 16, numAttentionHeads: 2 });
  const grown = { ...bag, numHiddenLayers: 2 };
  const texts = [Int32Array.of(1, 2, 3), Int32Array.of(7, 7, 20, 30)];
  const vectors = await Promise.all([bag, grown].map((config) => embedTexts(config, texts)));
  vectors[0]!.forEach((vector, row) => {
    vector.forEach((value, k) => {
      expect(vectors[1]![row]![k]).toBeCloseTo(value, 5);
    });
  });
});

test("heads that begin local give the highest score to the token at their distance, wherever it stands", async () => {
  const config = studentConfig({
    vocabSize: VOCAB,
    hiddenSize: 256,
    numAttentionHeads: 4,
    hasLocalHeads: true,
  });
  const [query, key] = (["query", "key"] as const).map((part) =>
    localHeadBias(config, part)([config.hiddenSize], new SeededRandom(1)),
  );
  const [headDim, length] = [64, 12];
  /** Σᵢ qᵢ·R((n − m)θᵢ)·kᵢ / √d by plain loops. */
  const score = (head: number, m: number, n: number): number =>
    rotaryFrequencies(headDim, config.rotaryBase).reduce((sum, frequency, pair) => {
      const at = head * headDim + 2 * pair;
      const [cosine, sine] = [Math.cos((n - m) * frequency), Math.sin((n - m) * frequency)];
      const [x, y] = [key![at]! * cosine - key![at + 1]! * sine, key![at]! * sine + key![at + 1]! * cosine];
      return sum + (query![at]! * x + query![at + 1]! * y) / Math.sqrt(headDim);
    }, 0);
  const offsets = [-1, 1, 0];
  for (const [head, offset] of offsets.entries()) {
    for (let m = 2; m < length - 2; m++) {
      const scores = Array.from({ length }, (_, n) => score(head, m, n));
      expect(scores.indexOf(Math.max(...scores)), `head ${head}, token ${m}`).toBe(m + offset);
    }
  }
  expect(score(0, 5, 4) - score(0, 5, 5)).toBeCloseTo(3, 4);
  expect([0, 3, 9].map((n) => score(3, 4, n))).toEqual([0, 0, 0]);
  expect(() => studentConfig({ vocabSize: VOCAB, hasLocalHeads: true, isBiasFree: true })).toThrow(
    /hasLocalHeads begins heads by their biases/,
  );
});

async function parametersOf(config: EncoderConfig): Promise<ParameterSet> {
  const context = new ForwardContext(false);
  const tokenIds = input("ids", "int", [1, 2]);
  encode(context, config, { tokenIds, mask: cast(tokenIds, "float") });
  return initializeParameters(context.specs(), 4);
}

async function embedTexts(config: EncoderConfig, texts: readonly Int32Array[]): Promise<Float32Array[]> {
  const runner = await EncoderRunner.create(exportEncoder(config, await parametersOf(config)));
  const vectors = await runner.embed(texts);
  await runner.release();
  return vectors;
}
