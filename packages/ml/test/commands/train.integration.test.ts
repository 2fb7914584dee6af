/** RoFormer-Sim's three stages and one's own pairs by recipe, from data files to checkpoints, on invented data. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { SPECIAL_TOKENS, WordPieceTokenizer, writeTokenizerJson } from "@cool-papers/text";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import ownPairsLora from "../../recipes/own-pairs-lora.ts";
import simDistill from "../../recipes/roformer-sim-distill.ts";
import simFinetune from "../../recipes/roformer-sim-finetune.ts";
import simPretrain from "../../recipes/roformer-sim-pretrain.ts";
import tinyNear from "../../recipes/tiny-near.ts";
import tinyQuestions from "../../recipes/tiny-questions.ts";
import tokenMatch from "../../recipes/token-match.ts";
import { giveCommonDirection } from "../../src/commands/common-direction.ts";
import { writeQuestions } from "../../src/commands/questions.ts";
import { train } from "../../src/commands/train.ts";
import { openCheckpointEncoder } from "../../src/eval/checkpoint-encoder.ts";
import type { Encoder } from "../../src/eval/encoder.ts";
import { generate } from "../../src/generation/generator.ts";
import { readModel } from "../../src/interchange/checkpoint.ts";
import { EMBEDDING_NORM_PARAMETERS, type EncoderConfig, POOLED } from "../../src/models/index.ts";
import type { Recipe } from "../../src/recipe.ts";

const words = Array.from({ length: 60 }, (_, i) => `word${i}`);
const sentence = (from: number, length: number) =>
  Array.from({ length }, (_, k) => words[(from + k * 7) % words.length]).join(" ");
const tokenizer = new WordPieceTokenizer([...SPECIAL_TOKENS, ".", "?", ..."好的吗", ...words]);

const paper = (i: number) => ({
  id: `2401.${String(i).padStart(5, "0")}`,
  title: sentence(i, 5),
  abstract: Array.from({ length: 4 }, (_, s) => `${sentence(i + s, 11)}.`).join(" "),
  primary: "cs.CL",
});
const lines = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
/** Begins with other words than the papers do, and each its own: the last 500 rows, and whatever equals them, are held out. */
const parallelRow = (i: number) => {
  const { id, title, abstract } = paper(i + 1000);
  return {
    id,
    title_en: `the ${i} ${title}`,
    title_zh: `好 ${i} ${title}`,
    abstract_en: `the ${i} ${abstract}`,
    abstract_zh: `好 ${i} ${abstract}`,
  };
};
const labelled = (labels: number) =>
  `a\tb\tlabel\n${Array.from({ length: 20 }, (_, i) => `${sentence(i, 3)} 吗\t${sentence(i + 1, 3)}\t${i % labels}\n`).join("")}`;

/** What the readers ask for, by path. */
const DATA: Record<string, string> = {
  "arxiv.jsonl.gz": lines(Array.from({ length: 40 }, (_, i) => paper(i))),
  "venues.jsonl.gz": lines([{ ...paper(50), id_scheme: "acl", id: "2024.x-long.1", venue: "ACL" }]),
  "terms.tsv": "en\tzh\nword1\t好的\n",
  "eval/known-item.ids": "2401.00001\n",
  "eval/autoscholar/qrels.tsv": "query-id\tcorpus-id\tscore\n",
  "eval/autoscholar/gold_corpus.jsonl.gz": "",
  ...Object.fromEntries(["autoscholar", "cacm", "cranfield"].map((set) => [`eval/${set}/queries.jsonl`, ""])),
  "zh/arxiv_en_zh_parallel.jsonl.gz": lines(Array.from({ length: 504 }, (_, i) => parallelRow(i))),
  "zh/CSL/ts_test.jsonl.gz": lines([{ title: sentence(3, 4), abstract: paper(70).abstract }]),
  "zh/ATEC/train_part.tsv.gz": labelled(2),
  "zh/AFQMC/train.tsv.gz": labelled(2),
  "zh/STS-B/train.tsv.gz": labelled(5),
};

let folder: string;
let tokenizerPath: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "train-"));
  for (const [path, text] of Object.entries(DATA)) {
    const file = join(folder, "data", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, path.endsWith(".gz") ? gzipSync(text) : text);
  }
  tokenizerPath = join(folder, "tokenizer.json");
  await writeFile(tokenizerPath, writeTokenizerJson(tokenizer));
});
afterAll(() => rm(folder, { recursive: true }));

const STEPS = 3;

interface Stage {
  readonly layers?: number;
  readonly from?: string;
  readonly teacher?: string;
  readonly pairs?: string;
  readonly sentences?: string;
  readonly paraphrases?: string;
  readonly nearModel?: string;
}

/** Runs three steps at a size for tests and returns the checkpoint and the losses. */
async function run(name: string, recipe: Recipe, stage: Stage) {
  const { from, teacher, pairs, sentences, paraphrases, nearModel, layers = 1 } = stage;
  const losses: Record<string, number>[] = [];
  const small = { hiddenSize: 16, numHiddenLayers: layers, numAttentionHeads: 2, intermediateSize: 32 };
  const result = await train({
    recipe: {
      ...recipe,
      model: { ...recipe.model, ...small },
      learningRate: { peak: 1e-3, warmupSteps: 1, totalSteps: STEPS, floor: 0 },
    },
    recipeName: name,
    dataDir: join(folder, "data"),
    tokenizerPath,
    ownPairsPath: pairs ?? null,
    sentencesPath: sentences ?? null,
    paraphrasesPath: paraphrases ?? null,
    nearModelPath: nearModel ?? null,
    teacherPath: teacher ?? null,
    runDir: join(folder, name),
    resume: false,
    from: from ?? null,
    maxMinutes: 30,
    checkpointMinutes: 30,
    threads: 1,
    signal: new AbortController().signal,
    onReport: ({ loss, metrics }) => {
      const values = Object.entries(metrics).map(([key, value]) => [key, Number(value[0])]);
      losses.push({ loss, ...Object.fromEntries(values) });
    },
  });
  expect(result).toEqual({ step: STEPS, end: "steps" });
  for (const each of losses) for (const value of Object.values(each)) expect(value).toBeGreaterThanOrEqual(0);
  return { checkpoint: join(folder, name, "checkpoint.safetensors"), losses };
}

const segments = {
  ...simPretrain.parts.segments,
  batch: { pairs: 4, maxTextTokens: 10, predictions: 32, corruptedShare: 0.5 },
};

describe("recipes from data to checkpoints", () => {
  test("RoFormer-Sim: pretrained, distilled from a teacher, fine-tuned; what was pretrained can write", async () => {
    const first = await run("pretrain", { ...simPretrain, parts: { segments } }, {});
    expect(Object.keys(first.losses[0]!)).toEqual([
      "loss",
      "segments/loss",
      "segments/seq2seq",
      "segments/similarity",
    ]);
    // The teacher is the student itself without dropout: its cosines are nearly its own.
    const distilled = { ...simDistill, parts: { segments: { ...segments, hasTeacher: true } } };
    const model = { ...simPretrain.model, hiddenDropout: 0, attentionDropout: 0 };
    const uncorrupted = { ...segments.batch, corruptedShare: 0 };
    const second = await run(
      "distill",
      { ...distilled, model, parts: { segments: { ...segments, batch: uncorrupted, hasTeacher: true } } },
      { from: first.checkpoint, teacher: first.checkpoint },
    );
    expect(second.losses[0]!["segments/similarity"]).toBeLessThan(1e-3);
    const { classified } = simFinetune.parts;
    const third = await run(
      "finetune",
      { ...simFinetune, parts: { classified: { ...classified, pairs: 4, length: 8 } } },
      { from: second.checkpoint },
    );
    expect(third.losses[0]!["classified/loss"]).toBeLessThan(3);
    const { parameters, config } = await readModel(second.checkpoint);
    const texts = await generate({ parameters, config: config as EncoderConfig, tokenizer }, "word1 word2", {
      samples: 2,
      maxNewTokens: 4,
      seed: 1,
    });
    expect(texts.length).toBeGreaterThan(0);
  });

  test("questions are written about papers that may be trained on, and the checker keeps those that find theirs", async () => {
    const writer = await run(
      "writer",
      {
        ...simPretrain,
        parts: { segments: { ...segments, batch: { ...segments.batch, questionShare: 1 } } },
      },
      {},
    );
    const outPath = join(folder, "questions.jsonl");
    const options = {
      checkpointPath: writer.checkpoint,
      tokenizerPath,
      dataDir: join(folder, "data"),
      outPath,
      papers: 100,
      maxRank: 1,
      topP: 1,
      maxNewTokens: 6,
      seed: 1,
      onProgress: () => {},
    };
    const read = async () =>
      (await readFile(outPath, "utf8"))
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { query: string; positive: string });
    const all = await writeQuestions(null, options);
    const lines = await read();
    // 40 papers, of which one is held out; a text may be empty.
    expect(all.kept).toBe(all.written);
    expect(lines).toHaveLength(all.kept);
    expect(all.kept).toBeGreaterThan(30);
    expect(all.kept).toBeLessThan(40);
    const abstracts = new Set(Array.from({ length: 40 }, (_, i) => paper(i).abstract));
    for (const { query, positive } of lines) {
      expect(query).not.toBe("");
      expect(abstracts.has(positive)).toBe(true);
      expect(positive).not.toBe(paper(1).abstract);
    }
    // A checker to which the first question alone is near its abstract, and all others are near that one.
    const [first] = lines;
    const checker: Encoder = {
      name: "first",
      embed: async (texts) =>
        texts.map((text) =>
          text === first!.positive || (text !== "" && lines.some(({ query }) => query === text))
            ? Float32Array.of(1, 0)
            : Float32Array.of(0, 1),
        ),
    };
    const checked = await writeQuestions(checker, options);
    const kept = await read();
    expect(checked).toEqual({ written: all.written, kept: kept.length });
    expect(kept).toEqual(lines.filter(({ positive }) => positive === first!.positive));
  });

  test("own pairs by adapters in virtual batches leave the model and read as one", async () => {
    const pairs = join(folder, "pairs.jsonl");
    await writeFile(
      pairs,
      lines(Array.from({ length: 9 }, (_, i) => ({ query: words[i], positive: sentence(i, 6) }))),
    );
    const own = { ...ownPairsLora.parts.own, pairs: 3, queryLength: 4, documentLength: 8 };
    const { lora: _, ...plain } = ownPairsLora;
    const first = await run("base", { ...plain, parts: { own } }, { pairs });
    const adapted = await run("lora", { ...ownPairsLora, parts: { own } }, { pairs, from: first.checkpoint });
    expect(Object.keys(adapted.losses[0]!)).toEqual(["loss", "own/loss"]);
    const [base, merged] = [await readModel(first.checkpoint), await readModel(adapted.checkpoint)];
    const moved = base.parameters.names.filter(
      (name) => base.parameters.get(name).data.join() !== merged.parameters.get(name).data.join(),
    );
    expect(moved.sort()).toEqual(["layers.0.attention.query.weight", "layers.0.attention.value.weight"]);
  });

  test("own sentences have to be named where a recipe learns from them, and only there", async () => {
    const { lora: _, ...plain } = ownPairsLora;
    const { own } = plain.parts;
    const { distil } = tinyQuestions.parts;
    const composition = { ...distil.composition, sentences: 4 };
    const learner = { ...plain, parts: { distil: { ...distil, composition } } };
    await expect(run("no-sentences", learner, {})).rejects.toThrow(/name their file with --sentences/);
    const stage = { pairs: join(folder, "pairs.jsonl"), sentences: join(folder, "any.txt") };
    await expect(run("needless", { ...plain, parts: { own } }, stage)).rejects.toThrow(
      /has no use for --sentences/,
    );
  });

  test("paraphrases teach Chinese alone: other tokens keep their rows to the last bit", async () => {
    const paraphrases = join(folder, "paraphrases.jsonl");
    const row = { query: "好 w1", positive: "的 w1", negatives: ["好 w2"] };
    await writeFile(paraphrases, lines([row, row, row]));
    const graded = { weight: 1, scale: 20, pairs: 2, length: 8 };
    const { lora: _, earlyStop: __, ...plain } = ownPairsLora;
    const model = { ...plain.model, pooling: "weighted" as const };
    const first = await run("before", { ...plain, model, parts: { graded } }, { layers: 0 });
    const learner: Recipe = {
      ...plain,
      model,
      parts: { graded: { ...graded, hasParaphrases: true } },
      trainedTokens: "chinese",
    };
    const stage = { layers: 0, from: first.checkpoint, paraphrases };
    const second = await run("paraphrased", learner, stage);
    const before = await readModel(first.checkpoint);
    const moved = async (checkpoint: string) => {
      const after = await readModel(checkpoint);
      return before.parameters.names.flatMap((name) => {
        const [old, now] = [before.parameters.get(name), after.parameters.get(name)];
        const width = old.data.length / old.shape[0]!;
        const changed = [...old.data.keys()].filter((at) => old.data[at] !== now.data[at]);
        return [...new Set(changed.map((at) => `${name} ${tokenizer.vocabulary[Math.floor(at / width)]}`))];
      });
    };
    expect(await moved(second.checkpoint)).toEqual([
      "embeddings.token 好",
      "embeddings.token 的",
      "embeddings.token 吗",
      "pooling.tokenWeights 好",
      "pooling.tokenWeights 的",
      "pooling.tokenWeights 吗",
    ]);
    const addedFrom = tokenizer.idOf("吗")!;
    const added = await run("added", { ...learner, trainedTokens: { addedFrom } }, stage);
    expect(new Set((await moved(added.checkpoint)).map((name) => name.at(-1)))).not.toContain("好");
    const none = { ...learner, trainedTokens: { addedFrom: tokenizer.vocabSize } };
    await expect(run("none", none, stage)).rejects.toThrow(/`ml extend-vocab` makes it/);
    await expect(run("anew", learner, { layers: 0, paraphrases })).rejects.toThrow(/name it with --from/);
    const adapted = { ...learner, lora: ownPairsLora.lora };
    await expect(run("adapted", adapted, stage)).rejects.toThrow(/leave lora or trainedTokens out/);
    await expect(run("paraphrased", learner, { layers: 0, from: first.checkpoint })).rejects.toThrow(
      /name their file with --paraphrases/,
    );
    await expect(run("before", { ...plain, parts: { graded } }, { paraphrases })).rejects.toThrow(
      /has no use for --paraphrases/,
    );
    await writeFile(paraphrases, lines([{ query: "好", positive: "的" }]));
    await expect(run("paraphrased", learner, stage)).rejects.toThrow(/paraphrases\.jsonl has no negatives/);
  });

  test("a bag's Chinese texts get a direction in common by command, its English ones keep their vectors", async () => {
    const { lora: _, earlyStop: __, ...plain } = ownPairsLora;
    const model = { ...plain.model, pooling: "weighted" as const };
    const graded = { weight: 1, scale: 20, pairs: 2, length: 8 };
    const bag = { ...plain, model, parts: { graded }, frozen: [...EMBEDDING_NORM_PARAMETERS] };
    const { checkpoint } = await run("plain", bag, { layers: 0 });
    const outPath = join(folder, "directed.safetensors");
    const dataDir = join(folder, "data");
    await giveCommonDirection({ modelPath: checkpoint, tokenizerPath, dataDir, size: 12, from: 4, outPath });
    const vectors = async (path: string) => {
      const options = { tokenizerPath, maxTokens: 16, threads: 1, source: POOLED };
      const encoder = await openCheckpointEncoder(path, options);
      const result = await encoder.embed(["好 吗", "的", sentence(1, 6)], "query");
      await encoder.release();
      return result;
    };
    const [before, after] = [await vectors(checkpoint), await vectors(outPath)];
    const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, k) => sum + value * b[k]!, 0);
    expect(cosine(before[0]!, before[1]!)).toBeLessThan(0.6);
    expect(cosine(after[0]!, after[1]!)).toBeGreaterThan(0.8);
    expect(cosine(before[2]!, after[2]!)).toBeGreaterThan(0.95);
  });

  test("pairs beside near papers need the model that finds them, and only they do", async () => {
    const { batch, ...contrast } = tinyNear.parts.contrast;
    const small = { ...batch, pairs: 10, parallelPairs: 2, chunk: 4, queryLength: 8, documentLength: 24 };
    const far = { ...tinyNear, parts: { contrast: { ...contrast, batch: { ...small, nearShare: 0 } } } };
    const near = { ...tinyNear, parts: { contrast: { ...contrast, batch: { ...small, nearShare: 0.5 } } } };
    const first = await run("far", far, {});
    const second = await run("near", near, { from: first.checkpoint, nearModel: first.checkpoint });
    expect(second.losses.map(({ loss }) => Number.isFinite(loss))).toEqual([true, true, true]);
    await expect(run("near", near, {})).rejects.toThrow("name its weights with --near-model");
    await expect(run("far", far, { nearModel: first.checkpoint })).rejects.toThrow(
      "no use for a --near-model",
    );
  });

  test("a share of the pairs' target from a teacher: the student itself is no news, and the teacher has to be named", async () => {
    const { batch, ...contrast } = tinyQuestions.parts.contrast;
    const small = {
      ...batch,
      pairs: 10,
      parallelPairs: 2,
      chunk: 4,
      nearShare: 0,
      queryLength: 8,
      documentLength: 24,
    };
    const part = { ...contrast, batch: small, matryoshkaDims: [] };
    const taught = (teacherShare: number) => ({
      ...tinyQuestions,
      parts: { contrast: { ...part, teacherShare } },
    });
    const first = await run("untaught", taught(0), {});
    const alone = await run("taught", taught(1), { from: first.checkpoint, teacher: first.checkpoint });
    // Nothing but the teacher's say, and the teacher is the student: cross-entropy is entropy, which no step lowers much.
    const [before] = alone.losses;
    expect(before!["contrast/loss"]).toBeCloseTo(before!["contrast/taught"]!, 5);
    expect(before!["contrast/taught"]).toBeLessThanOrEqual(Math.log(10));
    await expect(run("taught", taught(0.5), {})).rejects.toThrow(
      "name its checkpoint or weights with --teacher",
    );
    await expect(run("untaught", taught(0), { teacher: first.checkpoint })).rejects.toThrow(
      "its part `contrast` teacherShare",
    );
    await expect(run("taught", taught(1.5), {})).rejects.toThrow("teacherShare is 1.5");
    const grouped = { contrast: { ...part, teacherShare: 0.5, virtualBatches: 2 } };
    await expect(run("taught", { ...tinyQuestions, parts: grouped }, {})).rejects.toThrow(
      "without virtualBatches only",
    );
  });

  test("tokens are compared with tokens among the texts of whole chunks, each token once", async () => {
    const { batch, ...late } = tokenMatch.parts.late;
    const small = { ...batch, pairs: 12, parallelPairs: 4, chunk: 4, queryLength: 8, documentLength: 24 };
    const recipe = (changes: object): Recipe => ({
      ...tokenMatch,
      parts: { late: { ...late, scale: 4, batch: { ...small, nearShare: 0, ...changes } } },
    });
    const first = await run("late", recipe({}), { layers: 0 });
    // One of four is found by chance at a loss of ln 4; words that both texts say find most.
    expect(first.losses[0]!["late/loss"]).toBeLessThan(Math.log(4));
    const { parameters } = await readModel(first.checkpoint);
    expect(parameters.names.toSorted()).toEqual([
      "embeddings.norm.bias",
      "embeddings.norm.scale",
      "embeddings.token",
      "pooling.tokenWeights",
    ]);
    await expect(run("late", recipe({ nearShare: 0.5 }), { layers: 0 })).rejects.toThrow("with --near-model");
    await expect(run("late", recipe({ pairs: 10 }), { layers: 0 })).rejects.toThrow(
      "pairs (10) and parallelPairs (4) have to be multiples of chunk (4)",
    );
  });
});
