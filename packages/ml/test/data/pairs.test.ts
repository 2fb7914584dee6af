import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SPECIAL_TOKENS, WordPieceTokenizer } from "@cool-papers/text";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ClassificationTask,
  ClassifiedBatches,
  loadClassifiedPairs,
} from "../../src/data/classified-pairs.ts";
import { distinctTokens, firstOccurrences } from "../../src/data/distinct-tokens.ts";
import { dropTokens, type TokenDropout } from "../../src/data/drop-tokens.ts";
import { HeldOutGuard, HeldOutLeakError } from "../../src/data/held-out.ts";
import { mineNegatives } from "../../src/data/mine-negatives.ts";
import { nearChunks } from "../../src/data/near-chunks.ts";
import { OwnPairBatches, readOwnPairs } from "../../src/data/own-pairs.ts";
import { PairBatches, type PairBatchOptions } from "../../src/data/pair-batches.ts";
import type { PairCorpus } from "../../src/data/pair-corpus.ts";
import { fillTemplate, QUESTION_TEMPLATES, tokenTemplates } from "../../src/data/question-templates.ts";
import { SeededRandom } from "../../src/data/seeded-random.ts";
import { SegmentBatches } from "../../src/data/segment-batches.ts";
import { sentenceSpans } from "../../src/data/sentence-spans.ts";
import { TermDictionary } from "../../src/data/term-dictionary.ts";
import { packBlock, TokenStore } from "../../src/data/token-store.ts";

/** Words w0 … w399 beside the words of the templates. */
const words = Array.from({ length: 400 }, (_, i) => `w${i}`);
const templateWords = QUESTION_TEMPLATES.flatMap(
  (template) => template.toLowerCase().match(/[a-z]+|\?/g) ?? [],
);
const tokenizer = new WordPieceTokenizer([
  ...new Set([...SPECIAL_TOKENS, ".", "?", ...words, ...templateWords]),
]);
const { cls, sep, pad, mask } = tokenizer.special;
const ids = (text: string) => tokenizer.encode(text, { addSpecialTokens: false }).ids;

/** Paper p: title of four words of its own, abstract of three sentences of nine. */
function corpus(papers: number): PairCorpus {
  const store = new TokenStore();
  const word = (paper: number, k: number) => `w${(paper * 7 + k) % 400}`;
  const sentence = (paper: number, s: number) =>
    `${Array.from({ length: 9 }, (_, k) => word(paper, s + k)).join(" ")} .`;
  return {
    store,
    papers: Array.from({ length: papers }, (_, paper) => ({
      title: store.add(ids(Array.from({ length: 4 }, (_, k) => word(paper, k)).join(" "))),
      abstract: store.add(ids([0, 1, 2].map((s) => sentence(paper, s)).join(" "))),
      field: `field${paper % 3}`,
      isChinese: false,
    })),
    parallel: [
      [0, 1],
      [2, 3],
    ],
  };
}

const options: PairBatchOptions = {
  pairs: 10,
  parallelPairs: 2,
  chunk: 4,
  queryLength: 20,
  documentLength: 40,
  mixture: { title: 0.3, question: 0.3, sentence: 0.3, codeSwitched: 0.1 },
  seed: 1,
};

const rowOf = (block: { ids: Int32Array; length: number }, row: number) => [
  ...block.ids.subarray(row * block.length, (row + 1) * block.length),
];

describe("sentences", () => {
  const stops = new Set([9]);
  const spans = (tokens: number[]) => sentenceSpans(Int32Array.from(tokens), stops);
  const long = [1, 1, 1, 1, 1, 1, 1, 9];

  test("are cut after full stops, all tokens in exactly one", () => {
    expect(spans([...long, ...long, ...long])).toEqual([
      [0, 8],
      [8, 16],
      [16, 24],
    ]);
  });

  test("short pieces join the sentence before; a short text is one sentence", () => {
    expect(spans([...long, 2, 9, ...long])).toEqual([
      [0, 10],
      [10, 18],
    ]);
    expect(spans([1, 9, ...long])).toEqual([[0, 10]]);
    expect(spans([1, 2])).toEqual([[0, 2]]);
    expect(spans([])).toEqual([]);
  });
});

describe("questions", () => {
  test("a template wraps the subject; a long subject gives way, the frame stays", () => {
    const [template] = tokenTemplates(["are there any papers that investigate *?"], ids);
    const text = (tokens: Int32Array) => tokenizer.decode(tokens);
    expect(text(fillTemplate(template!, ids("w1 w2"), tokenizer.special, 30))).toBe(
      "are there any papers that investigate w1 w2 ?",
    );
    const cut = fillTemplate(template!, ids("w1 w2 w3 w4 w5"), tokenizer.special, 11);
    expect(text(cut)).toBe("are there any papers that investigate w1 w2 ?");
    expect([cut[0], cut.at(-1), cut.length]).toEqual([cls, sep, 11]);
  });

  test("every template has one place for the subject", () => {
    for (const template of QUESTION_TEMPLATES) expect(template.split("*"), template).toHaveLength(2);
  });
});

describe("term dictionary", () => {
  test("replaces the longest term first, and only terms", () => {
    const dictionary = new TermDictionary();
    dictionary.add(ids("w1"), ids("w100"));
    dictionary.add(ids("w1 w2"), ids("w101 w102 w103"));
    const random = new SeededRandom(3);
    const results = new Set(
      Array.from({ length: 60 }, () => tokenizer.decode(dictionary.switchTerms(ids("w0 w1 w2 w1"), random))),
    );
    expect(results).toEqual(
      new Set(["w0 w101 w102 w103 w100", "w0 w101 w102 w103 w1", "w0 w1 w2 w100", "w0 w1 w2 w1"]),
    );
  });
});

describe("pair batches", () => {
  const data = corpus(60);
  const batches = (position?: ReturnType<PairBatches["position"]>) =>
    new PairBatches(data, tokenizer, new TermDictionary(), options, position);

  test("have the shape asked for, and each query shares words with its document only as its paper does", () => {
    const { queries, documents } = batches().next();
    expect([queries.rows, queries.length, documents.rows, documents.length]).toEqual([10, 20, 10, 40]);
    for (let row = 2; row < 10; row++) {
      const query = new Set(
        rowOf(queries, row).filter(
          (id) => tokenizer.vocabulary[id]!.startsWith("w") && /\d/.test(tokenizer.vocabulary[id]!),
        ),
      );
      const document = new Set(rowOf(documents, row));
      expect([...query].some((id) => document.has(id))).toBe(true);
    }
  });

  test("a sentence that is the query is not in its document", () => {
    const sentences = new PairBatches(data, tokenizer, new TermDictionary(), {
      ...options,
      parallelPairs: 2,
      mixture: { title: 0, question: 0, sentence: 1, codeSwitched: 0 },
    });
    const { queries, documents } = sentences.next();
    for (let row = 2; row < 10; row++) {
      const query = rowOf(queries, row)
        .filter((id) => id !== cls && id !== sep && id !== pad)
        .join();
      expect(rowOf(documents, row).join()).not.toContain(query);
    }
  });

  test("neighbours in a batch come from one field", () => {
    const source = batches();
    const titles = data.papers.map(({ abstract }) => [...data.store.get(abstract)].join());
    const field = (row: number[]) => {
      const body = row.filter((id) => id !== cls && id !== sep && id !== pad).join();
      return data.papers[
        titles.findIndex(
          (abstract) => body.includes(abstract.slice(0, 30)) || abstract.includes(body.slice(-30)),
        )
      ]!.field;
    };
    const onlyTitles = new PairBatches(data, tokenizer, new TermDictionary(), {
      ...options,
      mixture: { title: 1, question: 0, sentence: 0, codeSwitched: 0 },
    });
    const { documents } = onlyTitles.next();
    const fields = Array.from({ length: 8 }, (_, i) => field(rowOf(documents, i + 2)));
    expect(new Set(fields.slice(0, 4)).size).toBe(1);
    expect(new Set(fields.slice(4)).size).toBe(1);
    expect(source.position().batches).toBe(0);
  });

  test("near chunks come from a model's vectors; one title and two languages of a paper never stand side by side", () => {
    // Papers of one eighth of the circle in a chunk; fields (paper % 3) say nothing about it.
    const twins = corpus(64);
    const papers = twins.papers.map((paper, i) =>
      i === 40 ? { ...paper, title: twins.papers[41]!.title } : paper,
    );
    const vectors = {
      dimensions: 2,
      data: Float32Array.from({ length: 128 }, (_, i) => {
        const angle = ((i >> 1) * 2 * Math.PI) / 64;
        return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
      }),
    };
    const near = { ...options, pairs: 56, parallelPairs: 0, chunk: 8, nearShare: 1 };
    const onlyTitles = { ...near, mixture: { title: 1, question: 0, sentence: 0, codeSwitched: 0 } };
    const data = { ...twins, papers };
    const source = new PairBatches(data, tokenizer, new TermDictionary(), onlyTitles, undefined, vectors);
    const titles = papers.map(({ title }) => [...data.store.get(title)].join());
    const { queries } = source.next();
    const found = Array.from({ length: queries.rows }, (_, row) =>
      titles.indexOf(
        rowOf(queries, row)
          .filter((id) => id !== cls && id !== sep && id !== pad)
          .join(),
      ),
    );
    // 64 papers, of which 0 to 3 have translations and 40 and 41 one title: 59, so seven chunks of eight.
    expect(new Set(found).size).toBe(56);
    expect(found.some((paper) => paper < 4)).toBe(false);
    for (let start = 0; start < 56; start += 8) {
      const angles = found.slice(start, start + 8).sort((a, b) => a - b);
      const gaps = angles.map((paper, k) => (angles[(k + 1) % 8]! - paper + 64) % 64);
      // What remains of the circle outside of the widest gap.
      expect(64 - Math.max(...gaps)).toBeLessThan(16);
    }
    expect(() => new PairBatches(data, tokenizer, new TermDictionary(), near)).toThrow("need vectors");
  });

  test("a share of near chunks stands beside chunks of fields", () => {
    const size = 24;
    const data = corpus(8 * size);
    const ring = Float32Array.from({ length: 16 * size }, (_, i) =>
      i % 2 === 0 ? Math.cos((i >> 1) / 99) : Math.sin((i >> 1) / 99),
    );
    const mixed = { ...options, parallelPairs: 0, pairs: 8, chunk: 8, nearShare: 0.5 };
    const source = new PairBatches(data, tokenizer, new TermDictionary(), mixed, undefined, {
      data: ring,
      dimensions: 2,
    });
    // 23 near chunks (188 papers without translations) and 24 of fields: 23 of each in a pass.
    for (let i = 0; i < 46; i++) source.next();
    expect(source.position().chunks).toEqual({ epoch: 0, offset: 46 });
    source.next();
    expect(source.position().chunks).toEqual({ epoch: 1, offset: 1 });
  });

  test("papers without a query are negatives, others in every pass", () => {
    const data = corpus(200);
    const mixture = { title: 1, question: 0, sentence: 0, codeSwitched: 0 };
    const few = { ...options, mixture, parallelPairs: 0, pairs: 8, chunk: 4, askedPerChunk: 1 };
    const source = new PairBatches(data, tokenizer, new TermDictionary(), few);
    const asked = new Set<string>();
    const texts = (block: { rows: number; ids: Int32Array; length: number }) =>
      Array.from({ length: block.rows }, (_, row) => rowOf(block, row).join());
    for (let i = 0; i < 400; i++) {
      const { queries, documents, negatives } = source.next();
      expect([queries.rows, documents.rows, negatives.rows]).toEqual([2, 2, 6]);
      expect(new Set([...texts(documents), ...texts(negatives)]).size).toBe(8);
      for (const title of texts(queries)) asked.add(title);
    }
    // Always the same one of a chunk would be a quarter of the 200 papers.
    expect(asked.size).toBeGreaterThan(150);
  });

  test("dropTokens drops a token at all its places, the share asked for, never the special ones", () => {
    const random = new SeededRandom(3);
    const text = Int32Array.from([cls, ...ids("w1 w2 w1 w3"), sep]);
    let dropped = 0;
    for (let i = 0; i < 2000; i++) {
      const kept = [...dropTokens(text, 0.3, tokenizer.special, random)];
      expect([kept[0], kept.at(-1)]).toEqual([cls, sep]);
      expect(kept.length).toBeGreaterThan(2);
      const [w1, w2] = ids("w1 w2");
      expect(kept.filter((token) => token === w1).length % 2).toBe(0);
      if (!kept.includes(w2!)) dropped++;
    }
    expect(dropped / 2000).toBeCloseTo(0.3, 1);
    expect(dropTokens(text, 0, tokenizer.special, random)).toEqual(text);
    expect(dropTokens(text, 1, tokenizer.special, random)).toEqual(text);
  });

  test("token dropout shortens queries and documents by their own shares", () => {
    const tokensOf = (tokenDropout?: TokenDropout) => {
      const all = { ...options, ...(tokenDropout && { tokenDropout }) };
      const source = new PairBatches(corpus(200), tokenizer, new TermDictionary(), all);
      let [queries, documents] = [0, 0];
      for (let i = 0; i < 40; i++) {
        const batch = source.next();
        queries += batch.queries.lengths.reduce((a, b) => a + b);
        documents += batch.documents.lengths.reduce((a, b) => a + b);
      }
      return { queries, documents };
    };
    const whole = tokensOf();
    const lessQueries = tokensOf({ query: 0.4, document: 0 });
    expect(lessQueries.queries / whole.queries).toBeLessThan(0.85);
    const lessDocuments = tokensOf({ query: 0, document: 0.4 });
    expect(lessDocuments.documents / whole.documents).toBeLessThan(0.75);
    expect(lessDocuments.documents / whole.documents).toBeGreaterThan(0.5);
  });

  test("nearChunks gives every member at most once and is the same for one seed", () => {
    const random = new SeededRandom(5);
    const vectors = { dimensions: 4, data: Float32Array.from({ length: 400 }, () => random.next() - 0.5) };
    const members = Int32Array.from({ length: 90 }, (_, i) => i + 10);
    const chunks = nearChunks(vectors, members, 8, 3);
    expect(chunks).toHaveLength(11);
    expect(new Set(chunks.flatMap((chunk) => [...chunk])).size).toBe(88);
    expect(chunks.every((chunk) => chunk.every((paper) => paper >= 10))).toBe(true);
    expect(nearChunks(vectors, members, 8, 3)).toEqual(chunks);
    expect(nearChunks(vectors, members.slice(0, 3), 8, 3)).toEqual([]);
  });

  test("one seed gives one sequence, and a stored position goes on with it", () => {
    const first = batches();
    const second = batches();
    for (let i = 0; i < 3; i++) expect(second.next()).toEqual(first.next());
    const resumed = batches(JSON.parse(JSON.stringify(first.position())));
    for (let i = 0; i < 10; i++) expect(resumed.next()).toEqual(first.next());
  });
});

describe("segment batches", () => {
  const segmentOptions = {
    pairs: 6,
    maxTextTokens: 10,
    predictions: 64,
    corruptedShare: 0.5,
    segment: (text: string) => [...text],
    seed: 2,
  };
  const make = (position?: ReturnType<SegmentBatches["position"]>, corruptedShare = 0.5) =>
    new SegmentBatches(corpus(40), tokenizer, { ...segmentOptions, corruptedShare }, position);

  test("each pair stands in both directions, [CLS] a [SEP] b [SEP] with segments 0 and 1", () => {
    const { texts, segments } = make(undefined, 0).next();
    const split = (row: number) => {
      const tokens = rowOf(texts, row).slice(0, texts.lengths[row]!);
      const kinds = [...segments.subarray(row * texts.length, row * texts.length + tokens.length)];
      const start = kinds.indexOf(1);
      expect(kinds.slice(start).every((kind) => kind === 1)).toBe(true);
      expect([tokens[0], tokens[start - 1], tokens.at(-1)]).toEqual([cls, sep, sep]);
      return [tokens.slice(1, start - 1), tokens.slice(start, -1)];
    };
    for (let pair = 0; pair < 6; pair++) {
      const [a, b] = split(2 * pair);
      expect(split(2 * pair + 1)).toEqual([b, a]);
    }
  });

  test("predictions are the tokens of segment 1, each from the position before it", () => {
    const { texts, segments, predictions } = make().next();
    predictions.positions.forEach((position, k) => {
      if (predictions.weights[k] === 0) return;
      expect(segments[position + 1]).toBe(1);
      expect(predictions.labels[k]).toBe(texts.ids[position + 1]);
    });
    expect(predictions.weights.reduce((sum, weight) => sum + weight, 0)).toBe(64);
  });

  test("only sources are corrupted, about half of them", () => {
    const batches = make();
    let corrupted = 0;
    for (let i = 0; i < 50; i++) {
      const { texts, segments } = batches.next();
      for (let row = 0; row < texts.rows; row++) {
        const tokens = rowOf(texts, row);
        const masks = tokens.flatMap((id, k) => (id === mask ? [segments[row * texts.length + k]] : []));
        expect(masks).not.toContain(1);
        if (masks.length > 0) corrupted++;
      }
    }
    // Half of the rows are corrupted; a row of 4 to 10 tokens then has a mask with probability 1 − 0.88^n.
    expect(corrupted / 600).toBeGreaterThan(0.2);
    expect(corrupted / 600).toBeLessThan(0.45);
  });

  test("a share of the pairs asks about a sentence in a frame of the questions", () => {
    const framed = (questionShare: number) => {
      const batches = new SegmentBatches(corpus(40), tokenizer, {
        ...segmentOptions,
        maxTextTokens: 24,
        corruptedShare: 0,
        questionShare,
      });
      let count = 0;
      for (let i = 0; i < 20; i++) {
        const { texts, segments } = batches.next();
        for (let pair = 0; pair < 6; pair++) {
          const at = 2 * pair * texts.length;
          const written = [...texts.ids.subarray(at, at + texts.length)].filter(
            (_, k) => segments[at + k] === 1,
          );
          expect(written.at(-1)).toBe(sep);
          // The words of the corpus are w0, w1, …; those of a frame, [UNK] or not, are others.
          if (written.slice(0, -1).some((id) => !corpusIds.has(id))) count++;
        }
      }
      return count / 120;
    };
    const corpusIds = new Set(ids([...words, "."].join(" ")));
    expect(framed(0)).toBe(0);
    expect(framed(1)).toBe(1);
    expect(framed(0.5)).toBeGreaterThan(0.3);
    expect(framed(0.5)).toBeLessThan(0.7);
  });

  test("what a teacher sees is segment 0 before corruption", () => {
    for (const share of [0, 1]) {
      const { texts, segments, sources } = make(undefined, share).next();
      let changed = 0;
      for (let row = 0; row < 12; row++) {
        const length = sources.lengths[row]!;
        const kinds = [...segments.subarray(row * texts.length, row * texts.length + length + 1)];
        expect(kinds).toEqual([...new Array<number>(length).fill(0), 1]);
        const source = rowOf(sources, row).slice(0, length);
        expect(source).not.toContain(mask);
        // A masked token may be replaced by itself, so that only differences count.
        changed += source.filter((id, k) => id !== texts.ids[row * texts.length + k]).length;
      }
      if (share === 0) expect(changed).toBe(0);
      else expect(changed).toBeGreaterThan(4);
    }
  });

  test("a stored position goes on with the same batches", () => {
    const batches = make();
    batches.next();
    const resumed = make(JSON.parse(JSON.stringify(batches.position())));
    for (let i = 0; i < 8; i++) expect(resumed.next()).toEqual(batches.next());
  });
});

describe("own pairs", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pairs-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const file = async (name: string, rows: object[]) => {
    const path = join(folder, name);
    await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return path;
  };

  test("lines of query, positive and negatives become batches", async () => {
    const path = await file("pairs.jsonl", [
      { query: "w1", positive: "w2 w3", negatives: ["w4", "w5"] },
      { query: "w6", positive: "w7", negatives: ["w8"] },
    ]);
    const data = await readOwnPairs(path, tokenizer, null, 16);
    const batches = new OwnPairBatches(data, {
      pairs: 2,
      queryLength: 4,
      documentLength: 5,
      special: tokenizer.special,
      seed: 1,
    });
    const { queries, documents, negatives } = batches.next();
    const texts = (block: typeof queries) => [0, 1].map((row) => tokenizer.decode(rowOf(block, row)));
    const order = texts(queries)[0] === "w1" ? [0, 1] : [1, 0];
    expect(order.map((row) => texts(queries)[row])).toEqual(["w1", "w6"]);
    expect(order.map((row) => texts(documents)[row])).toEqual(["w2 w3", "w7"]);
    expect(["w4", "w5"]).toContain(texts(negatives)[order[0]!]);
    expect(texts(negatives)[order[1]!]).toBe("w8");
  });

  test("lose tokens as asked", async () => {
    const path = await file("long.jsonl", [{ query: "w1 w2 w3 w4 w5 w6", positive: "w7 w8 w9 w10 w11 w12" }]);
    const data = await readOwnPairs(path, tokenizer, null, 16);
    const shape = { pairs: 1, queryLength: 8, documentLength: 8, special: tokenizer.special, seed: 1 };
    const batches = new OwnPairBatches(data, { ...shape, tokenDropout: { query: 0.5, document: 0 } });
    const lengths = Array.from({ length: 40 }, () => batches.next()).map(({ queries, documents }) => [
      queries.lengths[0]!,
      documents.lengths[0]!,
    ]);
    expect(new Set(lengths.map(([query]) => query)).size).toBeGreaterThan(3);
    expect(new Set(lengths.map(([, document]) => document))).toEqual(new Set([8]));
  });

  test("held-out rows are dropped, wrong rows named", async () => {
    const guard = new HeldOutGuard();
    guard.add({ text: "W1!" });
    const only = await file("held.jsonl", [{ query: "w1", positive: "w2" }]);
    await expect(readOwnPairs(only, tokenizer, guard, 16)).rejects.toThrow(/no pair that may be trained on/);
    const negative = await file("negative.jsonl", [
      { query: "w2", positive: "w3", negatives: ["w1", "w4"] },
      { query: "w2", positive: "w3", negatives: ["w1"] },
    ]);
    const { store, pairs } = await readOwnPairs(negative, tokenizer, guard, 16);
    expect(
      pairs.map(({ negatives }) => negatives.map((index) => tokenizer.decode(store.get(index)))),
    ).toEqual([["w4"]]);
    const wrong = await file("wrong.jsonl", [{ query: "w1", positive: 3 }]);
    await expect(readOwnPairs(wrong, tokenizer, null, 16)).rejects.toThrow(
      /wrong\.jsonl has no text in "positive"/,
    );
    const list = await file("list.jsonl", [{ query: "w1", positive: "w2", negatives: "w3" }]);
    await expect(readOwnPairs(list, tokenizer, null, 16)).rejects.toThrow(/"negatives" that are no list/);
    expect(() => guard.assertAllowed({ text: "w1" })).toThrow(HeldOutLeakError);
  });
});

describe("classified pairs", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "classified-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const load = async (
    rows: Record<string, string>,
    tasks: ClassificationTask[],
    guard = new HeldOutGuard(),
  ) => {
    for (const [file, text] of Object.entries(rows))
      await writeFile(join(folder, file), `a\tb\tlabel\n${text}`);
    return loadClassifiedPairs(folder, tasks, tokenizer, guard, 12);
  };
  const tasks = [
    { files: ["similar.tsv"], classes: 2 },
    { files: ["inference.tsv"], classes: 3 },
  ];
  const rows = {
    "similar.tsv": "w1\tw2\t0\nw3\tw4\t1\nw5\tw6\t1\n",
    "inference.tsv": "w11\tw12\t2\nw13\tw14\t0\n",
  };
  const make = async (position?: ReturnType<ClassifiedBatches["position"]>) => {
    const options = { pairs: 6, length: 5, padId: pad, seed: 3 };
    return new ClassifiedBatches(await load(rows, tasks), options, position);
  };

  test("the tasks take the rows in turn; target and mask stand in the task's own classes", async () => {
    const { left, right, target, taskMask } = (await make()).next();
    const labels = new Map([
      ["w1", 0],
      ["w3", 1],
      ["w5", 1],
      ["w11", 4],
      ["w13", 2],
    ]);
    for (let row = 0; row < 6; row++) {
      const mask = [...taskMask.subarray(row * 5, row * 5 + 5)];
      expect(mask).toEqual(row % 2 === 0 ? [1, 1, 0, 0, 0] : [0, 0, 1, 1, 1]);
      const [word, other] = [left, right].map((block) => tokenizer.vocabulary[rowOf(block, row)[1]!]!);
      expect(Number(other!.slice(1))).toBe(Number(word!.slice(1)) + 1);
      const expected = Array.from({ length: 5 }, (_, k) => (k === labels.get(word!) ? 1 : 0));
      expect([...target.subarray(row * 5, row * 5 + 5)]).toEqual(expected);
    }
  });

  test("a stored position goes on with the same batches", async () => {
    const batches = await make();
    batches.next();
    const resumed = await make(JSON.parse(JSON.stringify(batches.position())));
    for (let i = 0; i < 5; i++) expect(resumed.next()).toEqual(batches.next());
  });

  test("held-out pairs are dropped; a label that is no class and a task without pairs are named", async () => {
    const guard = new HeldOutGuard();
    guard.add({ text: "w3" });
    const { tasks: kept } = await load(rows, tasks, guard);
    expect(kept[0]!.pairs).toHaveLength(2);
    await expect(load({ "bad.tsv": "w1\tw2\t2\n" }, [{ files: ["bad.tsv"], classes: 2 }])).rejects.toThrow(
      /bad\.tsv has the label "2"; classes are 0 to 1/,
    );
    await expect(load({ "bad.tsv": "" }, [{ files: ["bad.tsv"], classes: 2 }])).rejects.toThrow(
      /bad\.tsv hold no pair that may be trained on/,
    );
  });
});

test("a few words of the title in a row, whole words, often the first", () => {
  const pieces = [...SPECIAL_TOKENS, "a", "b", "##c", "##d", "e", "f", "g"];
  const pieced = new WordPieceTokenizer(pieces);
  const store = new TokenStore();
  const title = store.add(
    Int32Array.from(["a", "b", "##c", "##d", "e", "f", "g"], (piece) => pieces.indexOf(piece)),
  );
  const abstract = store.add(Int32Array.of(pieces.indexOf("g")));
  const papers = Array.from({ length: 4 }, () => ({ title, abstract, field: "f", isChinese: false }));
  const mixture = { title: 0, question: 0, sentence: 0, codeSwitched: 0, words: 1 };
  const batches = new PairBatches({ store, papers, parallel: [[0, 1]] }, pieced, new TermDictionary(), {
    ...options,
    pairs: 4,
    parallelPairs: 0,
    mixture,
  });
  const asked = Array.from({ length: 50 }, () => batches.next().queries).flatMap((block) =>
    Array.from({ length: 4 }, (_, row) => pieced.decode(rowOf(block, row).slice(0, block.lengths[row]))),
  );
  const all = ["a bcd", "a bcd e", "a bcd e f", "bcd e", "bcd e f", "bcd e f g", "e f", "e f g", "f g"];
  expect([...new Set(asked)].toSorted()).toEqual(all.toSorted());
  const fromTheStart = asked.filter((text) => text.startsWith("a")).length / asked.length;
  expect(fromTheStart).toBeGreaterThan(0.5);
  expect(fromTheStart).toBeLessThan(0.85);
});

test("distinct tokens: each once, without special ones, and never none", () => {
  const [a, b] = [tokenizer.idOf("w1")!, tokenizer.idOf("w2")!];
  const block = packBlock([Int32Array.of(cls, a, b, a, sep), Int32Array.of(cls, sep)], 6, pad);
  expect([...firstOccurrences(block, tokenizer.special)]).toEqual([0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
  const distinct = distinctTokens(block, tokenizer.special);
  expect([...distinct.lengths]).toEqual([2, 1]);
  expect([rowOf(distinct, 0), rowOf(distinct, 1)]).toEqual([
    [a, b, pad, pad, pad, pad],
    [cls, pad, pad, pad, pad, pad],
  ]);
});

describe("hard negatives", () => {
  const at = (degrees: number) =>
    Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));
  const documents = [0, 30, 40, 50, 60, 90].map(at);
  const options = { count: 2, skipRanks: 0, maxShareOfPositive: 1 };

  test("are the nearest documents of others, without those as near as the answer", () => {
    expect(mineNegatives([at(0)], documents, options)).toEqual([[1, 2]]);
    expect(mineNegatives([at(0)], documents, { ...options, skipRanks: 1 })).toEqual([[2, 3]]);
    expect(mineNegatives([at(0)], documents, { ...options, maxShareOfPositive: 0.7 })).toEqual([[3, 4]]);
    // The query lies nearer to document 1 than to its own.
    expect(mineNegatives([at(20)], documents, options)).toEqual([[2, 3]]);
  });
});
