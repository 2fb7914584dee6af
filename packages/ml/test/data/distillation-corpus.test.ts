/** What teachers embedded, beside sentences of one's own, on invented data. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { SPECIAL_TOKENS, WordPieceTokenizer } from "@cool-papers/text";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DistillationBatches } from "../../src/data/distillation-batches.ts";
import { loadDistillationCorpus } from "../../src/data/distillation-corpus.ts";
import { HeldOutGuard } from "../../src/data/held-out.ts";
import { TEACHER_DIMENSIONS } from "../../src/data/teacher-vectors.ts";

const tokenizer = new WordPieceTokenizer([...SPECIAL_TOKENS, "a", "b", ..."什么是花好看手机"]);
const lines = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
/** Row i points mostly along direction i. */
const vectors = (rows: number) => {
  const bytes = new Int8Array(rows * TEACHER_DIMENSIONS).fill(1);
  for (let row = 0; row < rows; row++) bytes[row * TEACHER_DIMENSIONS + row] = 100;
  return bytes;
};
const parallel = Array.from({ length: 501 }, (_, i) => ({
  id: `2402.${String(i).padStart(5, "0")}`,
  title_en: `a ${i}`,
  title_zh: `花 ${i}`,
  abstract_en: `b ${i}`,
  abstract_zh: `好 ${i}`,
}));
const wideVectors = (rows: number) => new Int8Array(rows * TEACHER_DIMENSIONS).fill(3);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "distillation-"));
  const files: Record<string, string | Int8Array> = {
    "arxiv.jsonl.gz": lines([{ id: "2401.00001", title: "a b", abstract: "b a", primary: "cs.CL" }]),
    "venues.jsonl.gz": "",
    "zh/arxiv_en_zh_parallel.jsonl.gz": lines(parallel),
    "teacher/docs.ids": "arxiv:2401.00001\n",
    "teacher/titles.ids": "arxiv:2401.00001\n",
    "teacher/zh.txt": "什么是花\n好看\n",
    "teacher/zh.e.i8": vectors(2),
    ...Object.fromEntries(
      ["docs.m", "docs.e", "titles.m", "titles.e"].map((name) => [`teacher/${name}.i8`, vectors(1)]),
    ),
    ...Object.fromEntries(
      ["title_en.m", "title_en.e", "doc_en.m", "doc_en.e", "title_zh.e", "doc_zh.e"].map((name) => [
        `teacher/parallel.${name}.i8`,
        wideVectors(parallel.length),
      ]),
    ),
    "more.txt": "手机好看\n不可\n花是花\n",
    "more.e.i8": vectors(3),
    "short.txt": "手机\n",
    "short.e.i8": vectors(2),
  };
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, path.endsWith(".gz") ? gzipSync(content) : content);
  }
});
afterAll(() => rm(folder, { recursive: true }));

function load(sentences: string | null) {
  const guard = new HeldOutGuard();
  guard.add({ text: "不可" });
  const sentencesPath = sentences === null ? null : join(folder, sentences);
  return loadDistillationCorpus({
    dataDir: folder,
    tokenizer,
    guard,
    maxShortLength: 8,
    maxLongLength: 8,
    sentencesPath,
  });
}

test("own sentences make a stream of their own, with their vectors and without held-out ones", async () => {
  const corpus = await load("more.txt");
  expect(corpus.groups.chinese).toHaveLength(2);
  expect(corpus.groups.sentences.map(([text]) => [text!.row, text!.isTitle, text!.m])).toEqual([
    [0, false, null],
    [2, false, null],
  ]);
  expect(corpus.heldOutGroups).toBe(1);
  const composition = { papers: 1, titles: 0, parallel: 0, chinese: 1, sentences: 2 };
  const batches = new DistillationBatches(corpus, {
    composition,
    shortLength: 8,
    longLength: 8,
    tokenizer,
    questionShare: 0,
    seed: 1,
  });
  const { short, texts, mMask, e } = batches.next();
  expect([short.rows, texts]).toEqual([4, 5]);
  expect([...mMask]).toEqual([1, 0, 0, 0, 1]);
  // Both sentences, each along its own direction once the mean of the two is gone.
  const largest = [2, 3].map((row) => {
    const vector = e.subarray(row * TEACHER_DIMENSIONS, (row + 1) * TEACHER_DIMENSIONS);
    return vector.indexOf(Math.max(...vector));
  });
  expect(largest.sort()).toEqual([0, 2]);
});

test("without a file there are none", async () => {
  expect((await load(null)).groups.sentences).toEqual([]);
});

test("vectors that do not belong to the lines, or are not there, are refused by name", async () => {
  await expect(load("short.txt")).rejects.toThrow(/short\.e\.i8 has 2 rows, but its key file 1 lines/);
  await rm(join(folder, "short.e.i8"));
  await expect(load("short.txt")).rejects.toThrow(/Cannot read .*short\.e\.i8/);
});
