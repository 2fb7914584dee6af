import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SPECIAL_TOKENS, WordPieceTokenizer, writeTokenizerJson } from "@cool-papers/text";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { evaluateModel } from "../../src/commands/evaluate.ts";
import { openBundleEncoder } from "../../src/eval/bundle-encoder.ts";
import { openCheckpointEncoder } from "../../src/eval/checkpoint-encoder.ts";
import { type Encoder, truncated } from "../../src/eval/encoder.ts";
import { type Measure, measureHybrid, printComparison, printMeasures } from "../../src/eval/evaluate.ts";
import { dot } from "../../src/eval/metrics.ts";
import { readBeirFolder } from "../../src/eval/retrieval-set.ts";
import { measurePairs } from "../../src/eval/sentence-pairs.ts";
import { exportBundle } from "../../src/export/index.ts";
import { writeCheckpoint } from "../../src/interchange/checkpoint.ts";
import { distillationTask, type EncoderConfig, POOLED, studentConfig } from "../../src/models/index.ts";
import { initializeParameters } from "../../src/nn/index.ts";

const letters = [..."abcdefghij"];
const tokenizer = new WordPieceTokenizer([...SPECIAL_TOKENS, ...letters]);
const defaultConfig = studentConfig({
  vocabSize: tokenizer.vocabSize,
  hiddenSize: 16,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  hasZeroInitResidual: false,
});
const texts = ["a b c", "j", "d e f g h i j a b c", "a", "b c d", "e e e e"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "encoders-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A drawn model as a checkpoint with its tokenizer. */
async function storedModel(config: EncoderConfig = defaultConfig) {
  const rows = { ids: new Int32Array(1), lengths: Int32Array.of(1), rows: 1, length: 1 };
  const empty = { ids: new Int32Array(0), lengths: new Int32Array(0), rows: 0, length: 0 };
  const vector = new Float32Array(192);
  const task = distillationTask({
    config,
    headWeightM: 1,
    headWeightE: 1,
    similarityScale: 1,
    teacherShareM: 0.5,
  });
  const batch = { short: rows, long: empty, m: vector, mMask: new Float32Array(1), e: vector };
  const parameters = initializeParameters(task.define(batch).specs, 3);
  const checkpointPath = join(folder, "checkpoint.safetensors");
  await writeCheckpoint(checkpointPath, {
    parameters,
    config,
    trainer: { step: 1, random: [0, 0, 0, 0], optimizer: { counters: {}, tensors: new Map() } },
    dataPosition: null,
    elapsedSeconds: 0,
    recipe: "test",
    earlyStop: null,
  });
  const tokenizerPath = join(folder, "tokenizer.json");
  await writeFile(tokenizerPath, writeTokenizerJson(tokenizer));
  return { parameters, checkpointPath, tokenizerPath };
}

/** What export asks for beside the model. */
const bundleParts = {
  source: POOLED,
  variants: ["float32"],
  parityTexts: [],
  tokenizerJson: writeTokenizerJson(tokenizer),
  modelCard: "# test",
  description: {
    id: "test",
    matryoshkaDims: [16],
    maxTokens: 8,
    prefixes: { query: "", document: "" },
    metrics: {},
    dataStatement: "none",
    license: "Apache-2.0",
  },
} as const;

test("a bundle and the checkpoint it was made of give the same vectors, in the order asked", async () => {
  const { parameters, checkpointPath, tokenizerPath } = await storedModel();
  await exportBundle({ ...bundleParts, folder: join(folder, "bundle"), config: defaultConfig, parameters });
  const ofBundle = await openBundleEncoder(join(folder, "bundle"), { variant: "float32" });
  const options = { tokenizerPath, maxTokens: 8, threads: 1, source: POOLED };
  const ofCheckpoint = await openCheckpointEncoder(checkpointPath, options);
  const [first, second] = [
    await ofBundle.embed(texts, "document"),
    await ofCheckpoint.embed(texts, "document"),
  ];
  first.forEach((row, i) => {
    expect(dot(row, row)).toBeCloseTo(1, 5);
    for (let d = 0; d < 16; d++) expect(row[d]).toBeCloseTo(second[i]![d]!, 5);
  });
  const [alone] = await ofBundle.embed([texts[4]!], "query");
  for (let d = 0; d < 16; d++) expect(alone![d]).toBeCloseTo(first[4]![d]!, 5);
  const [short] = await truncated(ofBundle, 4).embed(["a b c"], "query");
  expect(short).toHaveLength(4);
  expect(dot(short!, short!)).toBeCloseTo(1, 6);
  await ofBundle.release();
  await ofCheckpoint.release();
});

test("where documents are a bag's, both encoders read them without layers and queries with them", async () => {
  const config = studentConfig({ ...defaultConfig, hasBagDocuments: true, initializerStd: 0.5 });
  const { parameters, checkpointPath, tokenizerPath } = await storedModel(config);
  const [two, bag, whole] = ["two", "bag", "whole"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const exported = (path: string, changed: Partial<EncoderConfig>) =>
    exportBundle({ ...bundleParts, folder: path, config: { ...config, ...changed }, parameters });
  await exported(two, {});
  await exported(bag, { hasBagDocuments: false, numHiddenLayers: 0 });
  await exported(whole, { hasBagDocuments: false });
  const vectors = async (path: string, kind: "query" | "document") => {
    const encoder = path.endsWith(".safetensors")
      ? await openCheckpointEncoder(path, { tokenizerPath, maxTokens: 8, threads: 1, source: POOLED })
      : await openBundleEncoder(path, { variant: "float32" });
    const result = await encoder.embed(texts, kind);
    await encoder.release();
    return result;
  };
  const [documents, queries] = [await vectors(bag, "document"), await vectors(whole, "document")];
  expect(dot(documents[0]!, queries[0]!)).toBeLessThan(0.99);
  for (const path of [two, checkpointPath]) {
    const own = { query: await vectors(path, "query"), document: await vectors(path, "document") };
    texts.forEach((_, i) => {
      expect(dot(own.query[i]!, queries[i]!)).toBeCloseTo(1, 5);
      expect(dot(own.document[i]!, documents[i]!)).toBeCloseTo(1, 5);
    });
  }
});

/** Counts of letters: texts that share letters are alike. */
const letterCounts: Encoder = {
  name: "letters",
  embed: async (all) =>
    all.map((text) => {
      const counts = Float32Array.from(letters, (letter) => text.split(letter).length - 1);
      const length = Math.hypot(...counts) || 1;
      return counts.map((count) => count / length);
    }),
};

describe("evaluation", () => {
  test("a BEIR folder is read; judgements of unknown documents and queries without any do not count", async () => {
    const root = join(folder, "beir");
    await mkdir(join(root, "qrels"), { recursive: true });
    const lines = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    await writeFile(
      join(root, "corpus.jsonl"),
      lines([
        { _id: "d1", title: "a b", text: "c" },
        { _id: "d2", title: "", text: "d e" },
      ]),
    );
    await writeFile(
      join(root, "queries.jsonl"),
      lines([
        { _id: "q1", text: "d" },
        { _id: "q2", text: "a" },
        { _id: "q3", text: "j" },
      ]),
    );
    await writeFile(
      join(root, "qrels/test.tsv"),
      "query-id\tcorpus-id\tscore\nq1\td2\t1\nq2\td1\t2\nq2\td9\t1\nq3\td1\t0\n",
    );
    const set = await readBeirFolder(root);
    expect([set.name, set.queries, set.relevant]).toEqual([
      "beir",
      ["d", "a"],
      [new Map([[1, 1]]), new Map([[0, 2]])],
    ]);
    const measures: Measure[] = [];
    await measureHybrid(set, letterCounts, { shares: [0.5] }, (measure) => measures.push(measure));
    expect(measures.map(({ ranking }) => ranking)).toEqual(["bm25", "model", "mixed 0.5", "rrf 60"]);
    for (const { values } of measures) expect(values["recall@5"]).toBe(1);
    expect(printMeasures(measures).split("\n")[2]).toMatch(/^\| beir +\| bm25 +\| 1\.0000 /);
  });

  test("sentence pairs are measured by rank correlation of cosine and label", async () => {
    const pairs = [
      { a: "a b", b: "a b", label: 5 },
      { a: "a b", b: "a c", label: 3 },
      { a: "a b", b: "c d", label: 0 },
    ];
    expect(await measurePairs(pairs, letterCounts)).toBeCloseTo(1, 12);
    const reversed = pairs.map((pair) => ({ ...pair, label: -pair.label }));
    expect(await measurePairs(reversed, letterCounts)).toBeCloseTo(-1, 12);
  });

  test("a comparison shows what both have, before, after and the change", () => {
    const cosine = (value: number): Measure => ({
      set: "negation",
      ranking: "model",
      values: { cosine: value },
    });
    const before = [
      cosine(0.976),
      { set: "s", ranking: "model", values: { "R@1": 0.5, mrr: 0.6 } },
      { set: "s", ranking: "bm25", values: { "R@1": 0.4 } },
    ];
    const after = [
      cosine(0.75),
      { set: "s", ranking: "model", values: { "R@1": 0.625 } },
      { set: "s", ranking: "bm25", values: { "R@1": 0.4 } },
      { set: "new", ranking: "model", values: { "R@1": 0.1 } },
    ];
    expect(printComparison(before, after).split("\n").slice(2)).toEqual([
      "| negation | model   | cosine  | 0.9760 | 0.7500 | −0.2260 |",
      "| s        | model   | R@1     | 0.5000 | 0.6250 | +0.1250 |",
    ]);
  });

  test("a model is compared by command with another model, or with what was written about it", async () => {
    const beir = join(folder, "beir-again");
    await mkdir(join(beir, "qrels"), { recursive: true });
    await writeFile(
      join(beir, "corpus.jsonl"),
      '{"_id":"d1","title":"","text":"a"}\n{"_id":"d2","title":"","text":"b"}\n',
    );
    await writeFile(join(beir, "queries.jsonl"), '{"_id":"q1","text":"a"}\n');
    await writeFile(join(beir, "qrels/test.tsv"), "query-id\tcorpus-id\tscore\nq1\td1\t1\n");
    const { checkpointPath, tokenizerPath } = await storedModel();
    const printed = vi.spyOn(console, "log").mockImplementation(() => {});
    const options = {
      ...{ dataDir: "", isQuick: false, beirFolder: beir, bundleDir: null, variant: "int8" as const },
      ...{ checkpointPath, tokenizerPath, headShareM: null, maxTokens: null, threads: 1 },
      dimensions: null,
    };
    const jsonPath = join(folder, "before.json");
    await evaluateModel({ ...options, jsonPath, baselinePath: checkpointPath });
    await evaluateModel({ ...options, jsonPath: null, baselinePath: jsonPath });
    const cut = { ...options, jsonPath: null, baselinePath: null };
    await evaluateModel({ ...cut, dimensions: 2 });
    await expect(evaluateModel({ ...cut, dimensions: 4096 })).rejects.toThrow(/it cannot be cut to 4096/);
    const text = printed.mock.calls.join("\n");
    printed.mockRestore();
    expect(text).toMatch(/@2, \d+ s/);
    expect(text.match(/^\| beir-again \| model +\| mrr +\| (\S+) \| \1 \| \+0\.0000 \|$/gm)).toHaveLength(2);
    await expect(
      evaluateModel({ ...options, jsonPath: null, baselinePath: join(folder, "absent.json") }),
    ).rejects.toThrow(/absent\.json holds no measures: write it with/);
  });
});
