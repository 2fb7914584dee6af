import { trainVocabulary, WordCounter, WordPieceTokenizer } from "@cool-papers/text";
import { expect, test } from "vitest";
import { SeededRandom } from "../src/data/seeded-random.ts";
import { packBlock } from "../src/data/token-store.ts";
import { EncoderRunner, exportEncoder, quantizeInt8 } from "../src/export/index.ts";
import { type ContrastiveInput, contrastiveObjective, encoderConfig, POOLED } from "../src/models/index.ts";
import { initializeParameters } from "../src/nn/index.ts";
import { AdamW, warmupLinear } from "../src/optim/index.ts";
import { runTrainLoop, Trainer, taskOf } from "../src/train/index.ts";

interface Paper {
  readonly title: string;
  readonly abstract: string;
}

const CONCEPTS = 120;
const SYLLABLES = [
  "ba",
  "ne",
  "ti",
  "ro",
  "lu",
  "ka",
  "mi",
  "so",
  "ve",
  "da",
  "pho",
  "gra",
  "ster",
  "qui",
  "zon",
];

/**
 * Papers about three concepts each. Titles and abstracts name a concept by different words, so that no word of a title
 * occurs in its abstract: what belongs together has to be learned, and held-out papers combine concepts anew.
 */
function makePapers(count: number, random: SeededRandom): Paper[] {
  const pick = <T>(values: readonly T[]): T => values[random.nextBelow(values.length)]!;
  const names = new Set<string>();
  while (names.size < 3 * CONCEPTS)
    names.add(`${pick(SYLLABLES)}${pick(SYLLABLES)}${pick(SYLLABLES)}${pick(["", "ing", "al", "er"])}`);
  const words = [...names];
  const titleWord = (concept: number): string => words[concept]!;
  const abstractWord = (concept: number): string => words[CONCEPTS * (1 + random.nextBelow(2)) + concept]!;
  const openings = ["We study", "This paper presents", "Motivated by", "Recent work on"];
  const closings = [
    "Experiments show clear gains.",
    "We prove a tight bound.",
    "Code is available.",
    "The results hold across benchmarks.",
  ];
  return Array.from({ length: count }, () => {
    const [a, b, c] = [0, 1, 2].map(() => random.nextBelow(CONCEPTS)) as [number, number, number];
    const title = pick([
      `On ${titleWord(a)} ${titleWord(b)} for ${titleWord(c)}`,
      `${titleWord(a)}: a ${titleWord(b)} approach to ${titleWord(c)}`,
    ]);
    const abstract =
      `${pick(openings)} ${abstractWord(c)} under ${abstractWord(a)}. ` +
      `Our method combines ${abstractWord(b)} with ${abstractWord(pick([a, c]))}. ${pick(closings)}`;
    return { title, abstract };
  });
}

test("a two-layer model trained on papers finds the abstract of an unseen title, as float32 and as int8", {
  timeout: 600_000,
}, async () => {
  const random = new SeededRandom(2021);
  const papers = makePapers(3200, random);
  const [training, heldOut] = [papers.slice(200), papers.slice(0, 200)];
  const counter = new WordCounter();
  for (const { title, abstract } of training) {
    counter.add(title);
    counter.add(abstract);
  }
  const tokenizer = new WordPieceTokenizer(trainVocabulary(counter.counts, { vocabSize: 800 }));
  const tokensOf = (text: string): Int32Array => tokenizer.encode(text, { maxLength: 48 }).ids;

  const config = encoderConfig({
    vocabSize: tokenizer.vocabSize,
    hiddenSize: 64,
    numHiddenLayers: 2,
    numAttentionHeads: 2,
    typeVocabSize: 0,
    pooling: "weighted",
    hasZeroInitResidual: true,
    hiddenDropout: 0.05,
    attentionDropout: 0,
  });
  const task = taskOf(contrastiveObjective({ config, source: POOLED, scale: 20, isSymmetric: true }));
  const block = (texts: readonly string[], length: number) =>
    packBlock(texts.map(tokensOf), length, tokenizer.special.pad);
  const batchOf = (batch: readonly Paper[]): ContrastiveInput => ({
    queries: block(
      batch.map(({ title }) => title),
      20,
    ),
    documents: block(
      batch.map(({ abstract }) => abstract),
      44,
    ),
    negatives: block([], 1),
  });
  function* batches(): Generator<ContrastiveInput> {
    for (;;) yield batchOf(Array.from({ length: 48 }, () => training[random.nextBelow(training.length)]!));
  }
  const parameters = initializeParameters(task.define(batchOf(training.slice(0, 48))).specs, 1);
  const trainer = new Trainer({
    task,
    parameters,
    optimizer: new AdamW(),
    learningRate: warmupLinear(4e-3, 20, 130),
    seed: 1,
    maxGradientNorm: 1,
  });
  await runTrainLoop({ trainer, batches: batches(), maxSteps: 130 });
  await trainer.release();

  const model = exportEncoder(config, parameters);
  for (const variant of [model, quantizeInt8(model)]) {
    const runner = await EncoderRunner.create(variant);
    const titles = await runner.embed(heldOut.map(({ title }) => tokensOf(title)));
    const abstracts = await runner.embed(heldOut.map(({ abstract }) => tokensOf(abstract)));
    await runner.release();
    const cosine = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, value, k) => sum + value * b[k]!, 0);
    const found = titles.filter((title, i) => {
      const scores = abstracts.map((abstract) => cosine(title, abstract));
      return scores[i] === Math.max(...scores);
    });
    const chance = 1 / heldOut.length;
    expect(found.length / heldOut.length).toBeGreaterThanOrEqual(20 * chance);
  }
});
