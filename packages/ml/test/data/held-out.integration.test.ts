import { fileURLToPath } from "node:url";
import { SPECIAL_TOKENS, WordPieceTokenizer } from "@cool-papers/text";
import { beforeAll, describe, expect, test } from "vitest";
import { type DistillationCorpus, loadDistillationCorpus } from "../../src/data/distillation-corpus.ts";
import {
  HeldOutGuard,
  HeldOutLeakError,
  hasSharedData,
  loadHeldOut,
  textKey,
} from "../../src/data/held-out.ts";
import { readJsonLines, readLines } from "../../src/data/json-lines.ts";
import { readArxiv } from "../../src/data/papers.ts";
import { readParallel } from "../../src/data/parallel.ts";
import { readTeacherKeys } from "../../src/data/teacher-vectors.ts";
import { readTsv } from "../../src/data/tsv.ts";

describe("the guard", () => {
  const guard = new HeldOutGuard();
  guard.add({
    id: "arxiv:2301.00001",
    title: "Learning to Fold Paper Cranes",
    abstract: "We fold cranes. ".repeat(30),
  });
  guard.add({ text: "怎么开通花呗？" });

  test.each([
    ["the id", { id: "arxiv:2301.00001" }],
    ["the id with a version", { id: "arxiv:2301.00001v3" }],
    ["the title of another id", { id: "openreview:x", title: "Learning to Fold Paper Cranes" }],
    ["the title in other case, spacing and punctuation", { title: "learning to fold  paper-cranes!" }],
    ["the title as a text", { text: "Learning to fold paper cranes." }],
    ["the beginning of the abstract", { abstract: `${"We fold cranes. ".repeat(15)}And more.` }],
    ["the abstract as a text", { text: "We fold cranes. ".repeat(30) }],
    ["a sentence without its question mark", { text: "怎么开通花呗" }],
  ])("refuses %s", (_what, row) => {
    expect(guard.allows(row)).toBe(false);
    expect(() => guard.assertAllowed(row)).toThrow(HeldOutLeakError);
  });

  test("lets everything else pass", () => {
    const row = {
      id: "arxiv:2301.00002",
      title: "Folding Paper Planes",
      abstract: "We fold planes.",
      text: "花呗",
    };
    expect(guard.allows(row)).toBe(true);
    expect(() => guard.assertAllowed(row)).not.toThrow();
  });

  test("texts without letters hold nothing out", () => {
    const empty = new HeldOutGuard();
    empty.add({ text: "???", title: "" });
    expect(empty.allows({ text: "!", title: "—" })).toBe(true);
  });
});

const dataDir = fileURLToPath(new URL("../../../../../shared/data", import.meta.url));

describe.skipIf(!hasSharedData(dataDir))("on ../shared/data (skipped: no ../shared/data)", () => {
  let guard: HeldOutGuard;
  let corpus: DistillationCorpus;
  beforeAll(async () => {
    guard = await loadHeldOut(dataDir);
    const tokenizer = new WordPieceTokenizer([...SPECIAL_TOKENS, "a"]);
    corpus = await loadDistillationCorpus({
      dataDir,
      tokenizer,
      guard,
      maxShortLength: 3,
      maxLongLength: 3,
      sentencesPath: null,
    });
  });

  test("every autoscholar question, gold paper and known-item paper is refused", async () => {
    for await (const { text } of readJsonLines(`${dataDir}/eval/autoscholar/queries.jsonl`)) {
      expect(guard.allows({ text: String(text) })).toBe(false);
    }
    for await (const { id, title } of readJsonLines(`${dataDir}/eval/autoscholar/gold_corpus.jsonl.gz`)) {
      expect(guard.allows({ id: `arxiv:${id}` })).toBe(false);
      expect(guard.allows({ title: String(title) })).toBe(false);
    }
    const known = new Set<string>();
    for await (const id of readLines(`${dataDir}/eval/known-item.ids`))
      if (id !== "") known.add(`arxiv:${id}`);
    let seen = 0;
    for await (const { id, title, abstract } of readArxiv(dataDir)) {
      if (!known.has(id)) continue;
      seen++;
      expect([guard.allows({ id }), guard.allows({ title }), guard.allows({ text: abstract })]).toEqual([
        false,
        false,
        false,
      ]);
    }
    expect(seen).toBe(3000);
  });

  test("every Chinese dev sentence and every parallel dev row is refused", async () => {
    for (const file of ["STS-B/valid", "LCQMC/valid", "ATEC/valid", "BQ/valid", "PAWSX/valid", "AFQMC/dev"]) {
      for await (const { a, b } of readTsv(`${dataDir}/zh/${file}.tsv.gz`)) {
        for (const text of [a!, b!]) expect(guard.allows({ text }), text).toBe(textKey(text) === "");
      }
    }
    for (const row of (await readParallel(dataDir)).slice(-500)) {
      expect(guard.allows({ id: `arxiv:${row.id}` })).toBe(false);
      expect(guard.allows({ text: row.titleZh })).toBe(false);
      expect(guard.allows({ abstract: row.abstractEn })).toBe(false);
    }
  });

  test("the teacher files hold such rows, and the distillation corpus leaves exactly these out", async () => {
    const sentences = await readTeacherKeys(dataDir, "zh.txt");
    const allowed = sentences.filter((text) => guard.allows({ text })).length;
    expect(allowed).toBeLessThan(sentences.length - 10_000);
    expect(corpus.groups.chinese).toHaveLength(allowed);
    const titles = [...new Set(await readTeacherKeys(dataDir, "titles.ids"))];
    const refusedIds = titles.filter((id) => !guard.allows({ id })).length;
    expect(refusedIds).toBeGreaterThan(50);
    expect(corpus.groups.papers.length + corpus.groups.titles.length).toBeLessThanOrEqual(
      titles.length - refusedIds,
    );
    expect(corpus.groups.parallel.length).toBeLessThanOrEqual(5000);
    expect(corpus.heldOutGroups).toBe(
      sentences.length +
        titles.length +
        5000 -
        corpus.groups.chinese.length -
        corpus.groups.papers.length -
        corpus.groups.titles.length -
        corpus.groups.parallel.length,
    );
  });
});
