import { expect, test } from "vitest";
import {
  LENGTH_VARIANTS,
  LengthReportError,
  type LengthReportOptions,
  lengthReport,
} from "../../src/eval/length-report.ts";
import { input } from "../../src/graph/index.ts";
import { encode, encoderConfig, POOLED } from "../../src/models/index.ts";
import { ForwardContext, initializeParameters } from "../../src/nn/index.ts";

const VOCAB_SIZE = 50;
const TRAINED = 8;

function toyOptions(numHiddenLayers: number, lengths: readonly number[]): LengthReportOptions {
  const config = encoderConfig({
    vocabSize: VOCAB_SIZE,
    hiddenSize: 16,
    numHiddenLayers,
    numAttentionHeads: 2,
    typeVocabSize: 0,
    pooling: "mean",
    // Large weights, so that attention is far from uniform and positions matter.
    initializerStd: 0.5,
  });
  const context = new ForwardContext(false);
  encode(context, config, { tokenIds: input("ids", "int", [1, 4]), mask: input("mask", "float", [1, 4]) });
  const parameters = initializeParameters(context.specs(), 3);
  const text = (paper: number, length: number) =>
    Int32Array.from({ length }, (_, k) => (paper * 7 + k * (paper + 1)) % VOCAB_SIZE);
  const papers = Array.from({ length: 6 }, (_, paper) => paper);
  return {
    config,
    parameters,
    source: POOLED,
    queries: papers.map((paper) => text(paper, 4)),
    documents: papers.map((paper) => text(paper, 32)),
    lengths,
    trainedLength: TRAINED,
    scale: 20,
    threads: 1,
  };
}

test("up to the trained length the variants are the plain model; beyond it each differs from it", async () => {
  const measures = await lengthReport(toyOptions(2, [TRAINED, 32]));
  expect(measures.map(({ length, variant }) => `${length} ${variant}`)).toEqual(
    [TRAINED, 32].flatMap((length) => LENGTH_VARIANTS.map((variant) => `${length} ${variant}`)),
  );
  const [plain, log, ntk, longPlain, longLog, longNtk] = measures.map(({ loss }) => loss);
  expect(log).toBeCloseTo(plain!, 5);
  expect(ntk).toBe(plain);
  expect(Math.abs(longLog! - longPlain!)).toBeGreaterThan(1e-4);
  expect(Math.abs(longNtk! - longPlain!)).toBeGreaterThan(1e-4);
});

test("documents that are their queries are found first at every length up to the query's", async () => {
  const options = toyOptions(1, [4]);
  const { documents } = options;
  const queries = documents.map((ids) => ids.subarray(0, 4));
  const measures = await lengthReport({ ...options, queries });
  for (const { recallAt1, mrr, loss } of measures) {
    expect([recallAt1, mrr]).toEqual([1, 1]);
    expect(loss).toBeLessThan(Math.log(documents.length));
  }
});

test("a model without layers and documents that are too short are refused with a sentence", async () => {
  await expect(lengthReport(toyOptions(0, [8]))).rejects.toThrow(/no layers/);
  await expect(lengthReport(toyOptions(1, [40]))).rejects.toThrow(LengthReportError);
  await expect(lengthReport(toyOptions(1, [40]))).rejects.toThrow(/at least 40 tokens.*number 0 with 32/);
});
