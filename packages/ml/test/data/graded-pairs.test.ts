import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { SPECIAL_TOKENS, WordPieceTokenizer } from "@cool-papers/text";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GRADED_TRAINING_FILES, GradedBatches, loadGradedPairs } from "../../src/data/graded-pairs.ts";
import { HeldOutGuard } from "../../src/data/held-out.ts";

const letters = [..."abcdefghij"];
const tokenizer = new WordPieceTokenizer([...SPECIAL_TOKENS, ...letters]);
/** Sets of one pair each, told apart by their first letter. */
const SET_LETTERS = ["a", "b", "c"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graded-"));
  for (const [i, file] of GRADED_TRAINING_FILES.entries()) {
    const path = join(folder, "zh", `${file}.tsv.gz`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, gzipSync(`a\tb\tlabel\n${SET_LETTERS[i]}\td\t1\n`));
  }
});
afterAll(() => rm(folder, { recursive: true }));

const paraphrases = async (rows: readonly object[]) => {
  const path = join(folder, "paraphrases.jsonl");
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
};

function load(paraphrasesPath: string | null, guard = new HeldOutGuard()) {
  return loadGradedPairs({ dataDir: folder, tokenizer, guard, maxLength: 8, paraphrasesPath });
}

describe("graded pairs", () => {
  test("every other batch is of paraphrases, the sets taking turns between; a position goes on there", async () => {
    const path = await paraphrases([{ query: "e", positive: "f", negatives: ["g", "h"] }]);
    const corpus = await load(path);
    const options = { pairs: 3, length: 4, padId: tokenizer.special.pad, seed: 1 };
    const batches = new GradedBatches(corpus, options);
    const seen = Array.from({ length: 8 }, () => batches.next());
    const lefts = seen.map(({ left }) => tokenizer.decode(left.ids.subarray(0, left.lengths[0]!)));
    expect(lefts).toEqual(["e", "a", "e", "b", "e", "c", "e", "a"]);
    const [first] = seen;
    const rights = [0, 1, 2].map((row) => tokenizer.decode(first!.right.ids.subarray(4 * row, 4 * row + 3)));
    expect(rights.map((text, row) => [text, first!.labels[row]]).sort()).toEqual([
      ["f", 1],
      ["g", 0],
      ["h", 0],
    ]);
    const later = new GradedBatches(corpus, options, batches.position());
    expect(later.next()).toEqual(batches.next());
  });

  test("without a file of paraphrases the sets take turns alone", async () => {
    const batches = new GradedBatches(await load(null), {
      pairs: 1,
      length: 4,
      padId: tokenizer.special.pad,
      seed: 1,
    });
    const lefts = Array.from({ length: 4 }, () => tokenizer.decode(batches.next().left.ids));
    expect(lefts).toEqual(["a", "b", "c", "a"]);
  });

  test("held-out texts stay out, and a file without negatives is named", async () => {
    const guard = new HeldOutGuard();
    guard.add({ text: "g" });
    guard.add({ text: "i" });
    const path = await paraphrases([
      { query: "e", positive: "f", negatives: ["g", "h"] },
      { query: "i", positive: "f", negatives: ["h"] },
    ]);
    expect((await load(path, guard)).paraphrases).toHaveLength(2);
    await expect(load(await paraphrases([{ query: "e", positive: "f" }]))).rejects.toThrow(
      /paraphrases\.jsonl has no negatives/,
    );
  });
});
