import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { SPECIAL_TOKENS, WordPieceTokenizer, writeTokenizerJson } from "@cool-papers/text";
import { mo } from "gettext-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeSentences } from "../../src/commands/sentences.ts";
import { gb2312Characters, textsOfCharacters } from "../../src/data/character-texts.ts";
import { everydaySentences } from "../../src/data/everyday-sentences.ts";
import { frequentWords } from "../../src/data/everyday-words.ts";
import type { OwnRow } from "../../src/data/own-pairs.ts";
import { PARAPHRASE_TEMPLATES } from "../../src/data/paraphrase-templates.ts";
import { paraphrases } from "../../src/data/paraphrases.ts";
import { plainText } from "../../src/data/translation-catalogs.ts";

let folder: string;
const read = async (name: string) => (await readFile(join(folder, name), "utf8")).split("\n").slice(0, -1);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sentences-"));
  const entry = (msgid: string, msgstr: string) => ({ [msgid]: { msgid, msgstr: [msgstr] } });
  const catalog = mo.compile({
    charset: "utf-8",
    headers: { "content-type": "text/plain; charset=utf-8" },
    translations: {
      "": Object.assign(
        {},
        entry("_Open the file “%s”", "打开文件 “%s”(&O)"),
        entry("The weather is <b>nice</b>.", "天气<b>很好</b>。"),
        entry("Not translated", "Not translated"),
        entry("What may not be learned", "花呗怎么还款"),
      ),
      menu: entry("Open the file", "打开文件"),
    },
  });
  const files: Record<string, string | Buffer> = {
    "eval/known-item.ids": "2401.00001\n",
    "eval/autoscholar/qrels.tsv": "query-id\tcorpus-id\tscore\n",
    "eval/autoscholar/gold_corpus.jsonl.gz": "",
    "eval/autoscholar/queries.jsonl": "",
    "eval/cacm/queries.jsonl": "",
    "eval/cranfield/queries.jsonl": "",
    "arxiv.jsonl.gz": "",
    "zh/arxiv_en_zh_parallel.jsonl.gz": `${JSON.stringify({ id: "1", title_en: "a", title_zh: "好", abstract_en: "b", abstract_zh: "坏" })}\n`,
    "zh/LCQMC/valid.tsv.gz": "a\tb\tlabel\n花呗怎么还款？\t我们\t1\n",
    "locale/zh_CN/LC_MESSAGES/program.mo": catalog,
    "locale/zh_CN/LC_MESSAGES/damaged.mo": "no catalogue",
    "locale/zh_TW/LC_MESSAGES/program.mo": catalog,
  };
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, path.endsWith(".gz") ? gzipSync(content) : content);
  }
});
afterAll(() => rm(folder, { recursive: true }));

describe("everyday Chinese", () => {
  test("sentences by rules differ, fill every gap and are the same for one seed", () => {
    const sentences = everydaySentences(3000, 5);
    expect(new Set(sentences).size).toBe(3000);
    expect(everydaySentences(3000, 5)).toEqual(sentences);
    expect(everydaySentences(3000, 6)).not.toEqual(sentences);
    for (const sentence of sentences) expect(sentence).toMatch(/^\p{Script=Han}+[？?]?$/u);
    // Only questions end like one.
    for (const sentence of sentences.filter((text) => /[？?啊]$|呢？$/.test(text)))
      expect(sentence).toMatch(/[么吗哪谁求何样啊呢]/);
  });

  test("frequent words are words", () => {
    const words = frequentWords(500);
    expect(words).toHaveLength(500);
    expect(words).toContain("我们");
    for (const word of words) expect([...word].length).toBeGreaterThan(1);
  });

  test.each([
    ["打开文件(&O)…", "打开文件"],
    ["_Save as", "Save as"],
    ["AT&T's file_name", "AT&T's file_name"],
    ["找到 %d 个 <i>文件</i>", "找到 个 文件"],
    ["你好，{name}", "你好，"],
  ])("%s loses what only a program needs", (text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  test("sentences and pairs come out of simplified catalogues, each once, nothing held out, damaged files told", async () => {
    const options = {
      dataDir: folder,
      outPath: join(folder, "out.txt"),
      made: 40,
      words: 30,
      translated: 10,
      catalogsDir: join(folder, "locale"),
      pairsPath: join(folder, "pairs.jsonl"),
      paraphrasesPath: null,
      paraphrased: 12,
      questions: 5,
      perCharacter: 0,
      unknownToPath: null,
      seed: 1,
    };
    const result = await writeSentences(options);
    expect(result).toEqual({ sentences: 71, pairs: 2, catalogs: 1, skippedCatalogs: 1 });
    const pairs = (await read("pairs.jsonl")).map((line) => JSON.parse(line) as object);
    // In the catalogue's own order, which is by the English text.
    expect(pairs).toEqual([
      { query: "天气很好。", positive: "The weather is nice" },
      { query: "打开文件", positive: "Open the file" },
    ]);
    const lines = await read("out.txt");
    expect(lines).toHaveLength(71);
    expect(lines).toContain("打开文件");
    expect(lines).not.toContain("花呗怎么还款");
    expect(lines).not.toContain("我们");
    await writeSentences(options);
    expect(await read("out.txt")).toEqual(lines);

    const path = join(folder, "paraphrases.jsonl");
    expect(await writeSentences({ ...options, paraphrasesPath: path })).toMatchObject({ sentences: 76 });
    const asked = (await read("paraphrases.jsonl")).map((line) => JSON.parse(line) as OwnRow);
    expect(asked).toHaveLength(12);
    expect(await read("out.txt")).toEqual(
      expect.arrayContaining(asked.slice(0, 5).map(({ query }) => query)),
    );
  });
});

describe("texts of rare characters", () => {
  test("GB 2312 has 6,763 characters, those of daily use first", () => {
    const characters = gb2312Characters();
    expect(new Set(characters).size).toBe(6763);
    expect(characters.indexOf("的")).toBeLessThan(3755);
    expect(characters.indexOf("嘌")).toBeGreaterThanOrEqual(3755);
  });

  test("every character gets texts that hold it, words of it among them; one seed gives one list", () => {
    const characters = ["蜂", "嘌", "啊"];
    const texts = textsOfCharacters(characters, 12, 4);
    expect(textsOfCharacters(characters, 12, 4)).toEqual(texts);
    expect(textsOfCharacters(characters, 12, 5)).not.toEqual(texts);
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts).toEqual(expect.arrayContaining(["蜜蜂", "嘌呤"]));
    const having = (character: string) => texts.filter((text) => text.includes(character)).length;
    // A character with few words has fewer texts.
    expect(having("蜂")).toBe(12);
    for (const character of characters) expect(having(character)).toBeGreaterThanOrEqual(5);
    expect(texts.every((text) => characters.some((character) => text.includes(character)))).toBe(true);
  });

  test("only for characters that few other sentences have and that a vocabulary lacks", async () => {
    const known = gb2312Characters().filter((character) => !"蜂窝的".includes(character));
    const unknownToPath = join(folder, "tokenizer.json");
    await writeFile(unknownToPath, writeTokenizerJson(new WordPieceTokenizer([...SPECIAL_TOKENS, ...known])));
    const options = {
      dataDir: folder,
      outPath: join(folder, "rare.txt"),
      made: 300,
      words: 1,
      translated: 0,
      catalogsDir: null,
      pairsPath: null,
      paraphrasesPath: null,
      paraphrased: 0,
      questions: 0,
      perCharacter: 8,
      unknownToPath,
      seed: 1,
    };
    await writeSentences(options);
    const lines = await read("rare.txt");
    const having = (character: string) => lines.filter((text) => text.includes(character)).length;
    expect(having("窝")).toBeGreaterThanOrEqual(8);
    expect(having("蜂")).toBeGreaterThanOrEqual(8);
    await writeSentences({ ...options, perCharacter: 0 });
    // 的 is in enough sentences by itself.
    expect(lines).toHaveLength((await read("rare.txt")).length + 16);
  });
});

describe("paraphrases", () => {
  test("the wordings of a group have the same gaps, and no wording stands in two groups", () => {
    const gaps = (wording: string) => [...new Set(wording.match(/\{\w+\}/g))].sort().join();
    for (const group of PARAPHRASE_TEMPLATES) {
      expect(group.length).toBeGreaterThan(1);
      expect(new Set(group.map(gaps)).size, group[0]).toBe(1);
    }
    const all = PARAPHRASE_TEMPLATES.flat();
    expect(new Set(all).size).toBe(all.length);
  });

  test("a question has one that asks the same and two that do not; one seed gives one list", () => {
    const made = paraphrases(2000, 3);
    expect(paraphrases(2000, 3)).toEqual(made);
    expect(paraphrases(2000, 4)).not.toEqual(made);
    const shared = (a: string, b: string) =>
      [...new Set(a)].filter((character) => b.includes(character)).length;
    let inPositives = 0;
    let inNegatives = 0;
    for (const { query, positive, negatives } of made) {
      for (const text of [query, positive, ...negatives])
        expect(text).toMatch(/^[\p{Script=Han}，。？?！]+$/u);
      expect(negatives).toHaveLength(2);
      if (shared(query, positive) > 1) inPositives++;
      inNegatives += negatives.filter((text) => shared(query, text) > 1).length;
    }
    expect(inPositives).toBeGreaterThan(0.95 * made.length);
    // Negatives look alike too, or nothing would be learned from them.
    expect(inNegatives).toBeGreaterThan(0.7 * 2 * made.length);
  });
});
