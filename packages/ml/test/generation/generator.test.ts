import { SPECIAL_TOKENS, WordPieceTokenizer } from "@cool-papers/text";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../src/data/seeded-random.ts";
import { packBlock } from "../../src/data/token-store.ts";
import { generate, writeTexts } from "../../src/generation/generator.ts";
import { sampleTopP } from "../../src/generation/sample.ts";
import {
  fitPredictions,
  roFormerSimObjective,
  segmentPredictions,
  studentConfig,
} from "../../src/models/index.ts";
import { initializeParameters } from "../../src/nn/index.ts";
import { AdamW, constant } from "../../src/optim/index.ts";
import { Trainer, taskOf } from "../../src/train/index.ts";

describe("top-p sampling", () => {
  const logits = Float32Array.of(Math.log(0.5), Math.log(0.3), Math.log(0.15), Math.log(0.05));
  const counts = (topP: number, temperature = 1) => {
    const random = new SeededRandom(1);
    const result = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) result[sampleTopP(logits, topP, temperature, random)]!++;
    return result.map((count) => count / 4000);
  };

  test("keeps the smallest set that reaches p, in proportion", () => {
    const [a, b, c, d] = counts(0.75) as [number, number, number, number];
    expect([c, d]).toEqual([0, 0]);
    expect(a).toBeCloseTo(0.5 / 0.8, 1);
    expect(b).toBeCloseTo(0.3 / 0.8, 1);
  });

  test("p towards 0 takes the likeliest, p = 1 all; an excluded token never comes", () => {
    expect(counts(1e-6)).toEqual([1, 0, 0, 0]);
    expect(counts(1)[3]).toBeCloseTo(0.05, 1);
    expect(counts(1).every((share) => share > 0)).toBe(true);
    const excluded = Float32Array.of(Number.NEGATIVE_INFINITY, 0, Number.NEGATIVE_INFINITY, 0);
    const random = new SeededRandom(2);
    for (let i = 0; i < 50; i++) expect([1, 3]).toContain(sampleTopP(excluded, 1, 1, random));
  });

  test("a low temperature sharpens", () => {
    expect(counts(1, 0.25)[0]).toBeGreaterThan(0.85);
  });
});

describe("generation", () => {
  const letters = [..."abcdefgh"];
  const tokenizer = new WordPieceTokenizer([...SPECIAL_TOKENS, ...letters]);
  const config = studentConfig({
    vocabSize: tokenizer.vocabSize,
    hiddenSize: 32,
    numHiddenLayers: 2,
    numAttentionHeads: 2,
    typeVocabSize: 2,
    initializerStd: 0.1,
    hasZeroInitResidual: false,
  });

  test("a model trained to repeat its source in capitals' order repeats it, and ranks it first", async () => {
    const random = new SeededRandom(4);
    const length = 9;
    const batch = () => {
      const rows: Int32Array[] = [];
      const segments = new Int32Array(32 * length);
      for (let row = 0; row < 32; row++) {
        const words = [0, 1, 2].map(() => letters[random.nextBelow(8)]!);
        const { ids, segmentIds } = tokenizer.encode(words.join(" "), { pair: words.join(" ") });
        segments.set(segmentIds, row * length);
        rows.push(ids);
      }
      const texts = packBlock(rows, length, tokenizer.special.pad);
      const predictions = fitPredictions(segmentPredictions(texts, segments), 32 * length, 128, random);
      return { texts, segments, predictions, teacher: null };
    };
    const task = taskOf(roFormerSimObjective({ config, contrastiveScale: 5, distillationScale: 0 }));
    const parameters = initializeParameters(task.define(batch()).specs, 1);
    const optimizer = new AdamW({ weightDecay: 0 });
    const learningRate = constant(3e-3);
    const trainer = new Trainer({ task, parameters, optimizer, learningRate, seed: 1, maxGradientNorm: 1 });
    let last = Number.POSITIVE_INFINITY;
    for (let step = 0; step < 400 && last > 0.05; step++) {
      last = Number((await trainer.update([batch()])).metrics.seq2seq![0]);
    }
    await trainer.release();
    expect(last).toBeLessThan(0.3);
    const candidates = await generate({ config, parameters, tokenizer }, "c a f", {
      samples: 6,
      topP: 0.5,
      seed: 1,
    });
    expect(candidates[0]!.text).toBe("c a f");
    expect(candidates[0]!.similarity).toBeCloseTo(1, 3);
    const again = await generate({ config, parameters, tokenizer }, "c a f", {
      samples: 6,
      topP: 0.5,
      seed: 1,
    });
    expect(again).toEqual(candidates);

    // Sources of other lengths in one batch, more of them than rows: each has its own text.
    const sources = ["c a f", "b e d", "h h a", "g c b", "a d e"];
    let told = 0;
    const written = await writeTexts({ config, parameters, tokenizer }, [...sources, "f"], {
      rows: 4,
      topP: 1e-6,
      maxNewTokens: 8,
      seed: 1,
      onProgress: (count) => {
        told = count;
      },
    });
    expect(written.slice(0, 5)).toEqual(sources);
    expect(written).toHaveLength(6);
    expect(told).toBe(6);
  });

  test("a model without a language-model head says what to train", async () => {
    const parameters = initializeParameters([], 1);
    await expect(generate({ config, parameters, tokenizer }, "a", { seed: 1 })).rejects.toThrow(
      /npm run ml -- pretrain/,
    );
  });
});
