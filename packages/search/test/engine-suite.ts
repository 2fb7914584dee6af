import { parseSearchQuery } from "@cool-papers/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { VectorDimensionError } from "../src/lance/errors.ts";
import type { FacetCount, SearchDocument, SearchEngine } from "../src/search-engine.ts";
import { batches, madeUpCorpus, paper, request, seeded, unitVector } from "./documents.ts";

/** What an engine cannot promise, with the reason; its tests are skipped and the reason is printed. */
export type SkippedGuarantees = Partial<
  Record<"exact-phrases" | "exact-facets" | "vectors" | "suggest", string>
>;

export interface EngineUnderTest {
  /** A new engine with an empty index that no other has. */
  readonly open: () => Promise<SearchEngine>;
  readonly skip?: SkippedGuarantees;
}

const LANDMARKS: readonly SearchDocument[] = [
  paper("2104.09864", {
    title: "Rotary embeddings for transformers",
    abstract: "Position information enters attention by rotating queries and keys. Images are not treated.",
    authors: ["Jianlin Su", "Yu Lu"],
    categories: ["cs.CL", "cs.AI"],
    date: "2021-04-20",
    stars: 30,
  }),
  paper("1706.03762", {
    title: "Attention is all you need",
    abstract: "A sequence model of attention alone, without recurrence, translates better and trains faster.",
    authors: ["Ashish Vaswani", "Noam Shazeer"],
    categories: ["cs.CL", "cs.LG"],
    venues: ["NeurIPS"],
    sources: ["arxiv", "venue"],
    memberKeys: ["arxiv:1706.03762", "neurips:2017/3f5ee243547dee91fbd053c1c4a845aa"],
    date: "2017-06-12",
    stars: 100,
  }),
  paper("2010.11929", {
    title: "An image is worth sixteen words",
    abstract:
      "A transformer over patches classifies images; convolution is not needed for image recognition.",
    authors: ["Alexey Dosovitskiy"],
    categories: ["cs.CV"],
    venues: ["ICLR"],
    sources: ["arxiv", "venue"],
    date: "2020-10-22",
    stars: 50,
  }),
  paper("2303.08774", {
    title: "GPT-4 technical report",
    abstract:
      "A large multimodal model that takes images and text. Its C++ code is not described; 3D scenes are no input.",
    authors: ["OpenAI"],
    categories: ["cs.CL"],
    date: "2023-03-15",
    stars: 50,
  }),
  paper("math/0211159", {
    title: "Entropy formula for the Ricci flow and $k$-means of Schölkopf type",
    abstract:
      "Monotone expressions without curvature assumptions. We cluster with $k$-means; neural network methods fail.",
    authors: ["Grisha Perelman", "Bernhard Schölkopf"],
    categories: ["math.DG"],
    date: "2002-11-11",
  }),
  paper("1207.00580", {
    title: "Networks of neurons and their neural correlates",
    abstract: "A network that is neural. 深度学习 与 图像 识别 in Chinese words.",
    authors: ["Geoffrey Changing"],
    categories: ["cs.NE"],
    date: "2012-07-03",
  }),
];

/** The guarantees of SearchEngine. Every engine runs this suite. */
export function engineSuite(name: string, engineUnderTest: EngineUnderTest): void {
  const { open, skip = {} } = engineUnderTest;
  const unless = (guarantee: keyof SkippedGuarantees) => {
    const reason = skip[guarantee];
    return reason === undefined
      ? test
      : (title: string, _body: () => Promise<void>) => test.skip(`${title} (${reason})`);
  };

  describe(`${name}: words`, () => {
    let engine: SearchEngine;
    beforeAll(async () => {
      engine = await open();
      await engine.upsert(LANDMARKS);
    });
    afterAll(() => engine.close());
    const keysOf = async (text: string): Promise<string[]> =>
      (await engine.search(request(text))).hits.map((hit) => hit.key);

    test("a word in the title outranks the same word in an abstract", async () => {
      expect((await keysOf("attention"))[0]).toBe("arxiv:1706.03762");
      expect(await keysOf("attention")).toContain("arxiv:2104.09864");
    });

    test("English forms of a word find each other: image, images", async () => {
      expect((await keysOf("images")).sort()).toEqual((await keysOf("image")).sort());
      expect(await keysOf("images")).toContain("arxiv:2010.11929");
    });

    test("case and accents make no difference", async () => {
      expect(await keysOf("SCHOLKOPF")).toEqual(["arxiv:math/0211159"]);
      expect(await keysOf("Schölkopf")).toEqual(["arxiv:math/0211159"]);
    });

    test.each([
      ["GPT-4", "arxiv:2303.08774"],
      ["GPT4", "arxiv:2303.08774"],
      ["C++", "arxiv:2303.08774"],
      ["3D", "arxiv:2303.08774"],
      ["k-means", "arxiv:math/0211159"],
      ["kmeans", "arxiv:math/0211159"],
      ["$k$-means", "arxiv:math/0211159"],
      ["深度学习", "arxiv:1207.00580"],
    ])("the token %s is found and nothing else with it", async (text, key) => {
      expect(await keysOf(text)).toEqual([key]);
    });

    test("author: matches names as they are written, not stems", async () => {
      expect(await keysOf('author:"Jianlin Su"')).toEqual(["arxiv:2104.09864"]);
      expect(await keysOf("author:su")).toEqual(["arxiv:2104.09864"]);
      expect(await keysOf("author:changing")).toEqual(["arxiv:1207.00580"]);
      expect(await keysOf("author:chang")).toEqual([]);
    });

    test("title: and abstract: look in their field only", async () => {
      expect(await keysOf("title:attention")).toEqual(["arxiv:1706.03762"]);
      expect((await keysOf("abstract:attention")).sort()).toEqual(["arxiv:1706.03762", "arxiv:2104.09864"]);
      expect(await keysOf("title:recurrence")).toEqual([]);
    });

    unless("exact-phrases")(
      "a phrase matches its words side by side, in order, inside one field",
      async () => {
        expect(await keysOf('"neural network"')).toEqual(["arxiv:math/0211159"]);
        expect(await keysOf('"transformers position"')).toEqual([]);
        expect(await keysOf('"su yu"')).toEqual([]);
        expect(await keysOf('"attention is all you need"')).toEqual(["arxiv:1706.03762"]);
        expect(await keysOf('title:"is all you need"')).toEqual(["arxiv:1706.03762"]);
        expect(await keysOf('abstract:"is all you need"')).toEqual([]);
      },
    );

    test("an excluded word or phrase removes every document that has it, and alone it gives all the others", async () => {
      expect(await keysOf("attention -recurrence")).toEqual(["arxiv:2104.09864"]);
      const without = await engine.search(request("-attention"));
      expect(without.total).toBe(4);
      expect(without.hits.map((hit) => hit.key)).not.toContain("arxiv:1706.03762");
      expect((await engine.search(request('-"neural network"'))).total).toBe(5);
      expect((await engine.search(request("-author:vaswani"))).total).toBe(5);
    });

    test("filters restrict by category, archive, venue, year, date, source and id", async () => {
      expect((await keysOf("cat:cs.CV"))[0]).toBe("arxiv:2010.11929");
      expect(await keysOf("cat:math")).toEqual(["arxiv:math/0211159"]);
      expect((await engine.search(request("-cat:cs"))).total).toBe(1);
      expect(await keysOf("venue:ICLR")).toEqual(["arxiv:2010.11929"]);
      expect(await keysOf("year:2020..2021")).toEqual(["arxiv:2104.09864", "arxiv:2010.11929"]);
      expect(await keysOf("date:>2023-01-01")).toEqual(["arxiv:2303.08774"]);
      expect((await keysOf("source:venue")).sort()).toEqual(["arxiv:1706.03762", "arxiv:2010.11929"]);
      expect(await keysOf("id:2104.09864")).toEqual(["arxiv:2104.09864"]);
    });

    test("a query without words lists newest first", async () => {
      expect((await keysOf(""))[0]).toBe("arxiv:2303.08774");
      expect((await engine.search(request(""))).total).toBe(LANDMARKS.length);
    });

    test("a hit names all members of its work, and an id filter finds it by any of them", async () => {
      const { hits } = await engine.search(request('"all you need"'));
      expect(hits[0]?.memberKeys).toEqual(LANDMARKS[1]?.memberKeys);
      const byMember = {
        ids: [{ scheme: "neurips", local: "2017/3f5ee243547dee91fbd053c1c4a845aa" }] as const,
      };
      expect((await engine.search(request("", { filters: byMember }))).hits.map((hit) => hit.key)).toEqual([
        "arxiv:1706.03762",
      ]);
    });

    test("a hit says which words led to it, in the forms to mark", async () => {
      const { hits } = await engine.search(request("images"));
      expect(hits[0]?.reason.closeInMeaning).toBe(false);
      expect(hits[0]?.reason.terms).toEqual(expect.arrayContaining(["image", "images"]));
      expect((await engine.search(request("author:shazeer"))).hits[0]?.reason.terms).toEqual(["shazeer"]);
    });

    test("sorting is exact over all matches", async () => {
      const order = async (sort: "newest" | "oldest" | "stars") =>
        (await engine.search(request("-zzz", { sort }))).hits.map((hit) => hit.key);
      const newest = [...LANDMARKS]
        .sort((a, b) => (a.date < b.date ? 1 : -1))
        .map((document) => document.key);
      expect(await order("newest")).toEqual(newest);
      expect(await order("oldest")).toEqual([...newest].reverse());
      expect((await order("stars")).slice(0, 3)).toEqual([
        "arxiv:1706.03762",
        "arxiv:2303.08774",
        "arxiv:2010.11929",
      ]);
    });

    test("a misspelt word is corrected, said so, and can be forced", async () => {
      const corrected = await engine.search(request("recurence cat:cs.CL"));
      expect(corrected.hits[0]?.key).toBe("arxiv:1706.03762");
      expect(corrected.correctedText).toBe("recurrence cat:cs.CL");
      const forced = await engine.search(request("recurence", { spelling: "as-typed" }));
      expect(forced.correctedText).toBeNull();
      expect(forced.total).toBe(0);
      expect((await engine.search(request("recurrence"))).correctedText).toBeNull();
    });

    test("a Chinese query finds English papers, each Chinese word counting as one", async () => {
      const response = await engine.search(request("神经网络"));
      expect(response.hits[0]?.key).toBe("arxiv:math/0211159");
      expect(response.matchedWords.words).toBe(1);
    });

    test("without vectors, semantic and hybrid answer by keywords and say so", async () => {
      for (const mode of ["semantic", "hybrid"] as const) {
        const response = await engine.search(request("attention", { mode, queryVector: unitVector([1, 0]) }));
        expect(response).toMatchObject({ mode: "keyword", degraded: "no-embedding", total: 2 });
      }
      expect((await engine.search(request("attention"))).degraded).toBeNull();
    });

    test("similar finds papers that share rare words, leaves out the given works, and takes several", async () => {
      const one = await engine.similar({ keys: ["arxiv:2104.09864"], limit: 3 });
      expect(one.by).toBe("terms");
      expect(one.hits[0]?.key).toMatch(/1706\.03762|2010\.11929/);
      expect(one.hits.map((hit) => hit.key)).not.toContain("arxiv:2104.09864");
      const several = await engine.similar({
        keys: ["arxiv:2104.09864", "neurips:2017/3f5ee243547dee91fbd053c1c4a845aa"],
        limit: 10,
      });
      expect(several.hits.map((hit) => hit.key)).not.toContain("arxiv:1706.03762");
      expect(several.hits.length).toBeGreaterThan(0);
      expect((await engine.similar({ keys: ["arxiv:0000.00000"], limit: 3 })).hits).toEqual([]);
    });

    unless("suggest")("suggestions come by prefix, whatever the case and accents", async () => {
      const texts = async (prefix: string) =>
        (await engine.suggest(prefix, 8)).map(({ kind, text }) => `${kind} ${text}`);
      expect(await texts("scholk")).toEqual([
        "author Bernhard Schölkopf",
        "title Entropy formula for the Ricci flow and $k$-means of Schölkopf type",
      ]);
      expect(await texts("BERNHARD SCH")).toEqual(["author Bernhard Schölkopf"]);
      expect(await texts("attention is")).toEqual(["title Attention is all you need"]);
      expect((await engine.suggest("attention is", 8))[0]?.key).toBe("arxiv:1706.03762");
      expect(await texts("all you ne")).toEqual(["title Attention is all you need"]);
      expect(await texts("flow and k-me")).toEqual([
        "title Entropy formula for the Ricci flow and $k$-means of Schölkopf type",
      ]);
      expect(await texts("ttention")).toEqual([]);
      expect(await texts("networks o")).toEqual(["title Networks of neurons and their neural correlates"]);
      expect(await texts("neur")).toContain("venue NeurIPS");
      expect(await texts("cs.c")).toContain("category cs.CL");
      expect(await texts("")).toEqual([]);
      expect((await engine.suggest("a", 3)).length).toBeLessThanOrEqual(3);
    });

    test.each([
      ["nothing", ""],
      ["blanks", " \n\t "],
      ["only stop words", "the of and is"],
      ["a lone minus", "-"],
      ["unbalanced quotes", '"attention is'],
      ["quotes only", '""""'],
      ["emoji", "🦄🔥 👩‍👩‍👧"],
      ["SQL", "'; DROP TABLE papers; -- \" OR 1=1"],
      ["HTML", "<script>alert(1)</script>"],
      ["names of object members", "constructor __proto__ toString hasOwnProperty"],
      ["lone surrogates", "\ud800 \udfff attention"],
      ["a long word", "a".repeat(10_000)],
      ["ten thousand characters of words", "attention unicorn zebra ".repeat(420)],
      ["ten thousand characters of Chinese", "深度学习的方法".repeat(1500)],
      ["many exclusions", "-a ".repeat(1000)],
      ["a 200-word phrase", `"${"attention is ".repeat(100)}"`],
      ["TeX that never closes", "$\\frac{a}{ \\mathcal{X"],
      ["control characters", "\u0000\u0001\u0007attention\u001b"],
    ])("any query is answered: %s", async (_what, text) => {
      const response = await engine.search(request(text, { facets: true, mode: "hybrid" }));
      expect(response.total).toBeGreaterThanOrEqual(response.hits.length);
      // The same text as one clause, as a caller without the parser's limits may send it.
      const raw = { kind: "term", text, field: null, excluded: false } as const;
      await engine.search(
        request("", { query: { ...parseSearchQuery(""), clauses: [raw, { ...raw, excluded: true }] } }),
      );
      await engine.suggest(text, 5);
    });

    test.each([
      [-5, 20],
      [0, -1],
      [Number.NaN, Number.NaN],
      [1e15, 1e15],
      [2.5, 1.5],
    ])("absurd paging is answered: skip %d, limit %d", async (skip, limit) => {
      const response = await engine.search(request("attention", { skip, limit }));
      expect(response.total).toBe(2);
    });

    test("an aborted search rejects with the signal's reason", async () => {
      const reason = new Error("reader left");
      const signal = AbortSignal.abort(reason);
      await expect(engine.search(request("attention", { signal }))).rejects.toBe(reason);
      await expect(engine.similar({ keys: ["arxiv:2104.09864"], limit: 3, signal })).rejects.toBe(reason);
    });
  });

  describe(`${name}: how many words are needed`, () => {
    let engine: SearchEngine;
    beforeAll(async () => {
      engine = await open();
      const filler = Array.from({ length: 40 }, (_, index) =>
        paper(`2402.${String(index).padStart(5, "0")}`, { title: index < 25 ? "walnut orchard" : "walnut" }),
      );
      await engine.upsert([...filler, paper("2403.00001", { title: "walnut orchard pruning" })]);
    });
    afterAll(() => engine.close());

    test("a short query needs all of its words when a page of documents has them all", async () => {
      const response = await engine.search(request("walnut orchard"));
      expect(response).toMatchObject({ total: 26, matchedWords: { needed: 2, words: 2 } });
    });

    test("when too few have them all, fewer words are enough, the fullest match is first, and the response says so", async () => {
      const response = await engine.search(request("walnut orchard pruning"));
      expect(response).toMatchObject({ total: 26, matchedWords: { needed: 2, words: 3 } });
      expect(response.hits[0]?.key).toBe("arxiv:2403.00001");
    });

    test("a list that is not ranked needs the most words that any document has", async () => {
      const response = await engine.search(request("walnut orchard pruning", { sort: "newest" }));
      expect(response).toMatchObject({ total: 1, matchedWords: { needed: 3, words: 3 } });
    });

    test("a question needs any of its words", async () => {
      const response = await engine.search(request("which papers treat walnut orchard pruning?"));
      expect(response).toMatchObject({ total: 41, matchedWords: { needed: 1 } });
      expect(response.hits[0]?.key).toBe("arxiv:2403.00001");
    });
  });

  describe(`${name}: words near each other`, () => {
    let engine: SearchEngine;
    const together = paper("2405.00009", {
      abstract: "we study sparse attention in large deep models of written text",
    });
    const turned = paper("2405.00008", {
      abstract: "we study attention that is sparse in large models of text",
    });
    const apart = paper("2405.00002", {
      abstract: "we study sparse models of written text in large deep attention",
    });
    const across = paper("2405.00001", { title: "rather sparse", abstract: "attention" });
    const many = Array.from({ length: 260 }, (_, index) =>
      paper(`2406.${String(index).padStart(5, "0")}`, {
        abstract:
          index % 3 === 0
            ? "walnut orchard pruning by the house in spring"
            : "walnut trees by the house in an orchard",
      }),
    );
    beforeAll(async () => {
      engine = await open();
      await engine.upsert([together, turned, apart, across, ...many]);
    });
    afterAll(() => engine.close());

    test("of papers with the same words those are first where they stand together, in whichever order", async () => {
      const keys = async (text: string) => (await engine.search(request(text))).hits.map((hit) => hit.key);
      const order = (await keys("sparse attention")).filter((key) => key !== across.key);
      expect(order).toEqual([turned.key, together.key, apart.key]);
      expect((await keys("attention sparse")).filter((key) => key !== across.key)).toEqual(order);
      // A single word has no neighbour: equal scores, ordered by key.
      const alone = (await keys("attention")).filter((key) => [together.key, apart.key].includes(key));
      expect(alone).toEqual([apart.key, together.key]);
    });

    test("the end of a title and the beginning of the abstract are not near each other", async () => {
      const score = async (text: string) =>
        (await engine.search(request(text))).hits.find((hit) => hit.key === across.key)!.score;
      const sum = (await score("sparse")) + (await score("attention"));
      expect(await score("sparse attention")).toBeCloseTo(sum, 4);
    });

    test("a page behind the first two hundred follows them without a gap or a repetition", async () => {
      const found = [];
      for (let skip = 0; skip < 260; skip += 40)
        found.push(...(await engine.search(request("walnut orchard", { skip, limit: 40 }))).hits);
      expect(new Set(found.map((hit) => hit.key)).size).toBe(260);
      const scores = found.map((hit) => hit.score);
      expect(scores).toEqual([...scores].sort((left, right) => right - left));
      const isNear = found.map((hit) => Number(hit.key.slice(-5)) % 3 === 0);
      // All have one score before: of the first two hundred by key, 67 gain.
      expect(isNear.slice(0, 67)).not.toContain(false);
    });
  });

  describe(`${name}: titles that begin with the query`, () => {
    let engine: SearchEngine;
    const often = "Zebu on zebu, and zebu beside zebu.";
    beforeAll(async () => {
      engine = await open();
      await engine.upsert([
        paper("2409.00001", {
          title: "Of the reading of maps with zebu",
          abstract: "Maps and their readers.",
        }),
        paper("2409.00002", { title: "Zebu for the reading of maps", abstract: "Maps and their readers." }),
        paper("2409.00003", { title: "Zebu: a cow that reads", abstract: "Cows and their readers." }),
        paper("2409.00004", { title: "The Pasture", abstract: "Grass and what eats it." }),
        paper("2409.00005", {
          title: "Pasture and the pasture",
          abstract: "The pasture: a pasture of pasture.",
        }),
        paper("2409.00006", { title: "Zébu-like cows in the Pasture", abstract: often }),
      ]);
    });
    afterAll(() => engine.close());
    const keysOf = async (text: string, more: object = {}): Promise<string[]> =>
      (await engine.search(request(text, more))).hits.map((hit) => hit.key.slice(-1));

    test("a name before the colon is first however often others say it, a title that begins with it before one that ends so", async () => {
      const keys = await keysOf("zebu");
      expect(keys[0]).toBe("3");
      expect(keys.indexOf("2")).toBeLessThan(keys.indexOf("1"));
      expect((await keysOf("ZEBU"))[0]).toBe("3");
      // What typed words do, words asked for by an operator do not.
      expect((await keysOf('"zebu"'))[0]).not.toBe("3");
    });

    test("a title that has two forms of the word gains no more than one that has it once", async () => {
      const scoreOf = async (title: string): Promise<number> => {
        const alone = await open();
        try {
          await alone.upsert([paper("2409.00009", { title })]);
          return (await alone.search(request("mechanisms"))).hits[0]!.score;
        } finally {
          await alone.close();
        }
      };
      const once = (await scoreOf("Mechanisms of goats")) / (await scoreOf("The mechanisms of goats"));
      const twice =
        (await scoreOf("Mechanisms of mechanics")) / (await scoreOf("The mechanisms of mechanics"));
      expect(once).toBeGreaterThan(1);
      expect(twice).toBeCloseTo(once, 1);
    });

    test("a whole title is first, its small words and accents as typed or not", async () => {
      expect((await keysOf("the pasture"))[0]).toBe("4");
      expect((await keysOf("pasture"))[0]).toBe("5");
      expect((await keysOf("zebu-like  cows in the pasture"))[0]).toBe("6");
    });

    test("other orders and exclusions hold", async () => {
      expect(await keysOf("zebu -cow")).not.toContain("3");
      expect(await keysOf("zebu", { sort: "oldest" })).toEqual(await keysOf("zebu abc", { sort: "oldest" }));
    });
  });

  describe(`${name}: words of one stem`, () => {
    let engine: SearchEngine;
    beforeAll(async () => {
      engine = await open();
      const filler = Array.from({ length: 30 }, (_, index) =>
        paper(`2402.${String(index).padStart(5, "0")}`, { title: "walnut orchard" }),
      );
      await engine.upsert([
        ...filler,
        paper("2403.00001", {
          title: "Statistical mechanics of lattices",
          abstract: "Mechanics, mechanical and again mechanics of many bodies.",
        }),
        paper("2403.00002", {
          title: "Where a reader looks",
          abstract:
            "A long account of how readers of long texts look here and there, which words they look at, and the " +
            "mechanism behind it, told at such length that the word is easily lost among all the others.",
        }),
        paper("2403.00003", { title: "Gene regulation", abstract: "Mechanisms of cells." }),
        paper("2403.00004", { title: "Attention of readers", abstract: "Where readers attend." }),
        paper("2403.00005", { title: "Segmentation of image" }),
        paper("2403.00006", { title: "Segmentation of images" }),
        paper("2403.00007", { title: "Segmentation of imaging" }),
      ]);
    });
    afterAll(() => engine.close());
    const hitsOf = async (text: string) => (await engine.search(request(text))).hits;
    const keysOf = async (text: string): Promise<string[]> => (await hitsOf(text)).map((hit) => hit.key);

    test("the word as typed outranks another word of its stem, however often that stands there", async () => {
      const keys = await keysOf("mechanism");
      expect(keys).toHaveLength(3);
      expect(keys.at(-1)).toBe("arxiv:2403.00001");
      expect((await keysOf("mechanics"))[0]).toBe("arxiv:2403.00001");
      expect((await keysOf("mechanics")).sort()).toEqual(keys.sort());
    });

    test("plural, -ed and -ing rank as the word itself", async () => {
      for (const text of ["image", "images", "imaging"]) {
        const hits = await hitsOf(text);
        expect(hits.map((hit) => hit.key)).toEqual([
          "arxiv:2403.00005",
          "arxiv:2403.00006",
          "arxiv:2403.00007",
        ]);
        expect(new Set(hits.map((hit) => hit.score)).size).toBe(1);
      }
    });

    test("where no paper has both words, another word of one stem is not first", async () => {
      const keys = await keysOf("attention mechanism");
      expect(keys[0]).toBe("arxiv:2403.00004");
      expect(keys.indexOf("arxiv:2403.00003")).toBeLessThan(keys.indexOf("arxiv:2403.00001"));
    });

    unless("exact-phrases")("quotation marks take a word in this form and its plural only", async () => {
      expect((await keysOf('"mechanism"')).sort()).toEqual(["arxiv:2403.00002", "arxiv:2403.00003"]);
    });

    test("what a word finds and what its exclusion leaves make up the whole", async () => {
      const all = (await engine.search(request(""))).total;
      expect((await engine.search(request("-mechanism"))).total).toBe(all - 3);
    });
  });

  describe(`${name}: Chinese queries`, () => {
    let engine: SearchEngine;
    const phrase = paper("2403.00001", { title: "A graph neural network for roads" });
    const scattered = paper("2403.00002", {
      title: "Neural methods for a network",
      abstract: "The network is a graph; neural methods work on the graph.",
    });
    const shorter = paper("2403.00003", { title: "Neural networks that see" });
    const attention = paper("2403.00004", { title: "Attention of readers" });
    const mechanism = paper("2403.00005", { title: "The mechanism of a clock" });
    const robot = paper("2403.00006", { title: "A robot learns by reinforcement learning" });
    const translation = paper("2403.00007", { title: "A transformer for machine translation" });
    const only = paper("2403.00008", { title: "Machine translation by rules, machine translation by hand" });
    const drugs = paper("2403.00009", { title: "Drug discovery by graph neural network" });
    beforeAll(async () => {
      engine = await open();
      const filler = Array.from({ length: 30 }, (_, index) =>
        paper(`2402.${String(index).padStart(5, "0")}`, { title: "walnut orchard", abstract: "A method." }),
      );
      await engine.upsert([
        ...filler,
        phrase,
        scattered,
        shorter,
        attention,
        mechanism,
        robot,
        translation,
        only,
        drugs,
      ]);
    });
    afterAll(() => engine.close());
    const keysOf = async (text: string): Promise<string[]> =>
      (await engine.search(request(text))).hits.map((hit) => hit.key);

    test("the term side by side is best, then its words apart, then the shorter term inside it", async () => {
      const keys = await keysOf("图神经网络");
      const places = [phrase, scattered, shorter].map(({ key }) => keys.indexOf(key));
      expect(places[0]).toBeLessThan(places[1]!);
      expect(places[1]).toBeLessThan(places[2]!);
      expect(places[0]).toBeGreaterThanOrEqual(0);
    });

    test("a term that no paper has is found by the shorter term at its beginning first", async () => {
      expect(await keysOf("注意力机制")).toEqual([attention.key, mechanism.key]);
      expect(await keysOf("注意力")).toEqual([attention.key]);
    });

    test("a term that enough papers have is not widened", async () => {
      const plenty = await open();
      try {
        await plenty.upsert([
          ...Array.from({ length: 25 }, (_, index) =>
            paper(`2405.${String(index).padStart(5, "0")}`, { title: "attention mechanism" }),
          ),
          attention,
        ]);
        expect((await plenty.search(request("注意力机制"))).total).toBe(25);
        expect((await plenty.search(request("注意力"))).total).toBe(26);
      } finally {
        await plenty.close();
      }
    });

    test("two terms, Chinese or mixed, put the paper that has both first", async () => {
      expect((await keysOf("强化学习 机器人"))[0]).toBe(robot.key);
      expect((await keysOf("transformer 机器翻译")).slice(0, 2)).toEqual([translation.key, only.key]);
    });

    test("a question ranks by any of its terms, and its function words do not matter", async () => {
      const response = await engine.search(request("有哪些用图神经网络做药物发现的方法？"));
      expect(response.matchedWords).toEqual({ needed: 1, words: 2 });
      expect(response.hits[0]?.key).toBe(drugs.key);
      expect(response.hits.map((hit) => hit.key)).toContain(phrase.key);
      expect(response.hits.map((hit) => hit.key)).not.toContain("arxiv:2402.00000");
    });

    test("a hit names the English words that led to it", async () => {
      const { hits } = await engine.search(request("图神经网络"));
      expect(hits[0]?.reason.terms).toEqual(expect.arrayContaining(["graph", "neural", "network"]));
    });
  });

  describe(`${name}: exactness on a made-up corpus`, () => {
    const corpus = madeUpCorpus(600, 7);
    let engine: SearchEngine;
    beforeAll(async () => {
      engine = await open();
      await engine.rebuild(batches(corpus));
    });
    afterAll(() => engine.close());
    const word = corpus[0]!.title.split(" ")[0]!;
    const other = corpus[1]!.title.split(" ")[0]!;
    const textOf = (document: SearchDocument): string[] =>
      `${document.title} . ${document.abstract}`.split(" ");
    const has = (document: SearchDocument, wanted: string): boolean =>
      [...textOf(document), ...document.authors.flatMap((author) => author.split(" "))].includes(wanted);

    test("the total is the number of documents that a scan of the texts finds", async () => {
      for (const wanted of [word, other, corpus[5]!.title.split(" ")[1]!]) {
        const { total } = await engine.search(request(`title:${wanted}`));
        expect(total).toBe(corpus.filter((document) => document.title.split(" ").includes(wanted)).length);
      }
      const { total } = await engine.search(request(`-${word} -${other}`));
      expect(total).toBe(corpus.filter((document) => !has(document, word) && !has(document, other)).length);
    });

    unless("exact-phrases")("phrase totals are exact", async () => {
      for (const document of corpus.slice(0, 20)) {
        const [first, second] = document.abstract.split(" ");
        const expected = corpus.filter(
          (candidate) =>
            `${candidate.title}`.concat(" . ", candidate.abstract).includes(`${first} ${second} `) ||
            candidate.abstract.endsWith(`${first} ${second}`) ||
            candidate.title.endsWith(`${first} ${second}`),
        );
        const exact = expected.filter((candidate) => {
          const words = textOf(candidate);
          return words.some((one, at) => one === first && words[at + 1] === second);
        });
        expect((await engine.search(request(`"${first} ${second}"`))).total).toBe(exact.length);
      }
    });

    test("walking through the pages gives every match once, in one order", async () => {
      const all = await engine.search(request("-zzzz", { limit: 1000 }));
      expect(all.total).toBe(corpus.length);
      const walked: string[] = [];
      for (let skip = 0; skip < corpus.length; skip += 37) {
        const { hits } = await engine.search(request("-zzzz", { skip, limit: 37 }));
        walked.push(...hits.map((hit) => hit.key));
      }
      expect(walked).toEqual(all.hits.map((hit) => hit.key));
      expect(new Set(walked).size).toBe(corpus.length);
      expect((await engine.search(request("-zzzz", { skip: 10_000 }))).hits).toEqual([]);
    });

    test("equal scores keep one order, whatever the page size", async () => {
      const twins = Array.from({ length: 50 }, (_, index) =>
        paper(`2501.${String(99999 - index)}`, { title: "quokka" }),
      );
      const twinEngine = await open();
      try {
        await twinEngine.upsert(twins);
        const whole = (await twinEngine.search(request("quokka", { limit: 50 }))).hits.map((hit) => hit.key);
        expect(whole).toEqual([...whole].sort());
        const first = (await twinEngine.search(request("quokka", { limit: 7 }))).hits.map((hit) => hit.key);
        const rest = (await twinEngine.search(request("quokka", { skip: 7, limit: 43 }))).hits.map(
          (hit) => hit.key,
        );
        expect([...first, ...rest]).toEqual(whole);
      } finally {
        await twinEngine.close();
      }
    });

    unless("exact-facets")("facet counts are exact", async () => {
      const { facets, total } = await engine.search(request("-zzzz", { facets: true }));
      const countOf = (valuesOf: (document: SearchDocument) => readonly string[]): FacetCount[] => {
        const counts = new Map<string, number>();
        for (const document of corpus)
          for (const value of valuesOf(document)) counts.set(value, (counts.get(value) ?? 0) + 1);
        return [...counts].map(([value, count]) => ({ value, count }));
      };
      const sorted = (counts: readonly FacetCount[]) =>
        [...counts].sort((a, b) => (a.value < b.value ? -1 : 1));
      expect(total).toBe(corpus.length);
      expect(sorted(facets!.categories)).toEqual(sorted(countOf((document) => document.categories)));
      expect(sorted(facets!.venues)).toEqual(sorted(countOf((document) => document.venues)));
      expect(sorted(facets!.years)).toEqual(sorted(countOf((document) => [String(document.year)])));
      expect(sorted(facets!.sources)).toEqual(sorted(countOf((document) => document.sources)));
    });

    unless("exact-facets")(
      "a facet's count is what choosing it gives, also beside other choices",
      async () => {
        const chosen = { categories: ["cs.AI"], sources: ["venue"] as const };
        const { facets } = await engine.search(
          request(`${word} ${other}`, { facets: true, filters: chosen }),
        );
        expect(facets!.categories.length).toBeGreaterThan(1);
        for (const { value, count } of facets!.categories) {
          const filters = { ...chosen, categories: [value] };
          expect((await engine.search(request(`${word} ${other}`, { filters }))).total).toBe(count);
        }
        for (const { value, count } of facets!.venues) {
          const filters = { ...chosen, venues: [value] };
          expect((await engine.search(request(`${word} ${other}`, { filters }))).total).toBe(count);
        }
      },
    );

    test("of 200 misspellings of title words, nine in ten find the paper in the first ten", async () => {
      const random = seeded(11);
      let found = 0;
      for (let query = 0; query < 200; query++) {
        const document = corpus[Math.floor(random() * corpus.length)]!;
        const { hits } = await engine.search(request(misspell(document.title, random)));
        if (hits.slice(0, 10).some((hit) => hit.key === document.key)) found++;
      }
      expect(found).toBeGreaterThanOrEqual(180);
    });
  });

  describe(`${name}: changes`, () => {
    const withEngine = async (work: (engine: SearchEngine) => Promise<void>): Promise<void> => {
      const engine = await open();
      try {
        await work(engine);
      } finally {
        await engine.close();
      }
    };
    const keysOf = async (engine: SearchEngine, text: string): Promise<string[]> =>
      (await engine.search(request(text))).hits.map((hit) => hit.key);

    test("an empty index answers everything", () =>
      withEngine(async (engine) => {
        expect(await engine.search(request("attention", { facets: true }))).toMatchObject({
          hits: [],
          total: 0,
        });
        expect((await engine.similar({ keys: ["arxiv:1"], limit: 5 })).hits).toEqual([]);
        expect((await engine.suggest("att", 5)).filter((suggestion) => suggestion.kind === "title")).toEqual(
          [],
        );
        expect(await engine.stats()).toMatchObject({ documents: 0, vectors: 0 });
        await engine.optimize();
      }));

    test("an upsert replaces the document of its key: old words are gone, the count stays", () =>
      withEngine(async (engine) => {
        await engine.upsert([
          paper("2401.00001", { title: "platypus" }),
          paper("2401.00002", { title: "wombat" }),
        ]);
        await engine.upsert([paper("2401.00001", { title: "echidna" })]);
        expect(await keysOf(engine, "platypus")).toEqual([]);
        expect(await keysOf(engine, "echidna")).toEqual(["arxiv:2401.00001"]);
        expect((await engine.stats()).documents).toBe(2);
      }));

    test("of two documents with one key in one call the last counts", () =>
      withEngine(async (engine) => {
        await engine.upsert([
          paper("2401.00001", { title: "platypus" }),
          paper("2401.00001", { title: "wombat" }),
        ]);
        expect((await engine.search(request(""))).total).toBe(1);
        expect(await keysOf(engine, "wombat")).toEqual(["arxiv:2401.00001"]);
      }));

    test("a removed document is found no more, and unknown keys are ignored", () =>
      withEngine(async (engine) => {
        await engine.upsert([
          paper("2401.00001", { title: "platypus" }),
          paper("2401.00002", { title: "platypus two" }),
        ]);
        await engine.remove(["arxiv:2401.00001", "arxiv:9999.99999"]);
        expect(await keysOf(engine, "platypus")).toEqual(["arxiv:2401.00002"]);
        expect((await engine.search(request("-wombat", { facets: true }))).facets?.years).toEqual([
          { value: "2024", count: 1 },
        ]);
      }));

    test("many small upserts and an optimize leave the same answers", () =>
      withEngine(async (engine) => {
        const corpus = madeUpCorpus(60, 3);
        for (const document of corpus) await engine.upsert([document]);
        await engine.remove([corpus[0]!.key]);
        const before = await engine.search(request("-zzzz", { limit: 100, facets: true }));
        await engine.optimize();
        const after = await engine.search(request("-zzzz", { limit: 100, facets: true }));
        expect(before.total).toBe(59);
        expect(after).toEqual(before);
      }));

    test("a rebuild replaces everything, keeps what was written meanwhile, and reports progress", () =>
      withEngine(async (engine) => {
        await engine.upsert([
          paper("2401.00001", { title: "platypus" }),
          paper("2401.00002", { title: "wombat" }),
        ]);
        const progress: number[] = [];
        const source = async function* () {
          yield [paper("2401.00002", { title: "wombat" }), paper("2401.00003", { title: "numbat" })];
          await engine.upsert([
            paper("2401.00003", { title: "quoll" }),
            paper("2401.00009", { title: "bilby" }),
          ]);
          await engine.remove(["arxiv:2401.00004"]);
          yield [paper("2401.00004", { title: "dunnart" }), paper("2401.00002", { title: "wombat twice" })];
        };
        await engine.rebuild(source(), (done) => progress.push(done));
        expect((await engine.search(request("", { limit: 100 }))).hits.map((hit) => hit.key).sort()).toEqual([
          "arxiv:2401.00002",
          "arxiv:2401.00003",
          "arxiv:2401.00009",
        ]);
        expect(await keysOf(engine, "platypus")).toEqual([]);
        expect(await keysOf(engine, "quoll")).toEqual(["arxiv:2401.00003"]);
        expect(await keysOf(engine, "numbat")).toEqual([]);
        expect(progress).toEqual([2, 3]);
        expect((await engine.stats()).builtAt).toMatch(/^\d{4}-\d{2}-\d{2}T/);
      }));

    test("a rebuild that fails or is aborted leaves the old index as it was", () =>
      withEngine(async (engine) => {
        await engine.upsert([paper("2401.00001", { title: "platypus" })]);
        const failing = async function* () {
          yield [paper("2401.00005", { title: "wombat" })];
          throw new Error("the record is gone");
        };
        await expect(engine.rebuild(failing())).rejects.toThrow("the record is gone");
        const aborted = AbortSignal.abort(new Error("stopped"));
        await expect(engine.rebuild(batches(madeUpCorpus(5, 1)), undefined, aborted)).rejects.toThrow(
          "stopped",
        );
        expect(await keysOf(engine, "platypus")).toEqual(["arxiv:2401.00001"]);
        expect((await engine.stats()).documents).toBe(1);
        await engine.rebuild(batches([paper("2401.00006", { title: "quoll" })]));
        expect((await engine.stats()).documents).toBe(1);
      }));

    test("searches that run all through rebuilds see the old or the new index, never an error, a gap or a mixture", () =>
      withEngine(async (engine) => {
        const generation = (title: string) =>
          Array.from({ length: 120 }, (_, index) =>
            paper(`2401.${String(index).padStart(5, "0")}`, { title }),
          );
        await engine.rebuild(batches(generation("red")));
        let running = true;
        let searches = 0;
        const seen = new Set<string>();
        const reader = (async () => {
          while (running) {
            const { total, facets } = await engine.search(request("-zzzz", { facets: true }));
            const red = (await engine.search(request("title:red"))).total;
            expect(total).toBe(120);
            expect(facets?.years[0]?.count).toBe(120);
            expect([0, 120]).toContain(red);
            seen.add(String(red));
            searches++;
            await new Promise((resolve) => setImmediate(resolve));
          }
        })();
        for (const title of ["blue", "red", "blue"]) await engine.rebuild(batches(generation(title), 10));
        running = false;
        await reader;
        expect(searches).toBeGreaterThan(5);
        expect(seen.size).toBe(2);
      }));
  });

  describe(`${name}: vectors`, () => {
    let engine: SearchEngine;
    const near = paper("2401.00001", {
      title: "sled dogs",
      vector: unitVector([1, 0.1, 0]),
      categories: ["cs.AI"],
    });
    const far = paper("2401.00002", {
      title: "tax law",
      vector: unitVector([0, 0, 1]),
      categories: ["cs.AI"],
      venues: ["ICML"],
    });
    const middle = paper("2401.00003", {
      title: "husky racing",
      vector: unitVector([1, 0.5, 0]),
      categories: ["cs.CL"],
    });
    const plain = paper("2401.00004", { title: "sled without vector" });
    beforeAll(async () => {
      engine = await open();
      await engine.upsert([near, far, middle, plain]);
    });
    afterAll(() => engine.close());
    const queryVector = unitVector([1, 0, 0]);

    unless("vectors")("semantic search orders by closeness", async () => {
      const response = await engine.search(request("dogs that pull", { mode: "semantic", queryVector }));
      expect(response).toMatchObject({ mode: "semantic", degraded: null });
      expect(response.hits.map((hit) => hit.key)).toEqual([near.key, middle.key, far.key]);
    });

    unless("vectors")(
      "hybrid keeps keyword matches without vectors and marks what came by meaning only",
      async () => {
        const response = await engine.search(request("sled", { mode: "hybrid", queryVector }));
        expect(response.hits[0]?.key).toBe(near.key);
        expect(response.hits.map((hit) => hit.key).sort()).toEqual([near.key, middle.key, plain.key].sort());
        const reasons = new Map(response.hits.map((hit) => [hit.key, hit.reason.closeInMeaning]));
        expect([reasons.get(near.key), reasons.get(plain.key), reasons.get(middle.key)]).toEqual([
          false,
          false,
          true,
        ]);
        expect(response).toMatchObject({ total: 3, closeInMeaning: 1 });
      },
    );

    unless("vectors")("searches at the same time answer as one after the other", async () => {
      const asked = ["sled", "law", "dogs", "-sled", "sled law", "cat:cs.AI"].flatMap((text) =>
        (["hybrid", "semantic", "keyword"] as const).map((mode) =>
          request(text, { mode, queryVector, facets: true }),
        ),
      );
      const inTurn = [];
      for (const each of asked) inTurn.push(await engine.search(each));
      expect(await Promise.all(asked.map((each) => engine.search(each)))).toEqual(inTurn);
      expect(new Set(inTurn.map(({ total }) => total)).size).toBeGreaterThan(1);
    });

    unless("vectors")("made-up words find nothing by meaning, unless it is very near", async () => {
      const weak = unitVector([0.4, -0.9, 0.3]);
      for (const mode of ["semantic", "hybrid"] as const) {
        const find = (text: string, vector = weak) =>
          engine.search(request(text, { mode, queryVector: vector }));
        expect(await find("qwxzv blorf")).toMatchObject({ hits: [], total: 0, closeInMeaning: 0 });
        expect((await find("the of and is")).total).toBe(0);
        expect((await find("qwxzv blorf", queryVector)).hits.map((hit) => hit.key)).toContain(near.key);
      }
    });

    unless("vectors")("a known word, or a Chinese one, finds by meaning however weakly", async () => {
      const weak = unitVector([0.4, -0.9, 0.3]);
      for (const text of ["qwxzv law", "雪橇犬", "cat:cs.AI"]) {
        const { hits } = await engine.search(request(text, { mode: "semantic", queryVector: weak }));
        expect(hits.map((hit) => hit.key)).toContain(near.key);
      }
    });

    unless("vectors")("filters, exclusions and phrases hold for vector hits too", async () => {
      const keysOf = async (text: string) =>
        (await engine.search(request(text, { mode: "hybrid", queryVector }))).hits.map((hit) => hit.key);
      expect(await keysOf("dogs cat:cs.CL")).toEqual([middle.key]);
      expect(await keysOf("dogs -racing")).not.toContain(middle.key);
      expect(await keysOf('"tax law"')).toEqual([far.key]);
      expect(await keysOf("tax venue:icml")).toEqual([far.key]);
      expect(await keysOf("dogs venue:Nowhere")).toEqual([]);
      expect(await keysOf("dogs id:2401.00003")).toEqual([middle.key]);
      expect(await keysOf("dogs year:2020..2024 date:>2024-01-01 source:arxiv")).toContain(middle.key);
      const filters = { categories: ["cs.CL"] };
      const response = await engine.search(request("dogs", { mode: "semantic", queryVector, filters }));
      expect(response.hits.map((hit) => hit.key)).toEqual([middle.key]);
    });

    unless("vectors")(
      "hybrid adds at most fifty papers by meaning, none that is far, and the same on every page",
      async () => {
        const crowd = await open();
        try {
          const random = seeded(3);
          const close = Array.from({ length: 80 }, (_, index) =>
            paper(`2404.${String(index).padStart(5, "0")}`, {
              title: "husky",
              vector: unitVector([1, random() / 5, 0]),
            }),
          );
          const distant = Array.from({ length: 150 }, (_, index) =>
            paper(`2405.${String(index).padStart(5, "0")}`, {
              title: "tax law",
              vector: unitVector([random() / 5, 0, 1]),
            }),
          );
          const match = paper("2406.00001", { title: "sled", vector: unitVector([0, 0, 1]) });
          await crowd.upsert([...close, ...distant, match]);
          const hybrid = (more: object) =>
            crowd.search(request("sled", { mode: "hybrid", queryVector, ...more }));
          const whole = await hybrid({ limit: 100 });
          expect(whole).toMatchObject({ total: 51, closeInMeaning: 50 });
          expect(whole.hits[0]?.key).toBe(match.key);
          expect(whole.hits.slice(1).every((hit) => hit.key.startsWith("arxiv:2404."))).toBe(true);
          const walked: string[] = [];
          for (let skip = 0; skip < 60; skip += 20) {
            const page = await hybrid({ skip, limit: 20 });
            expect(page.total).toBe(51);
            walked.push(...page.hits.map((hit) => hit.key));
          }
          expect(walked).toEqual(whole.hits.map((hit) => hit.key));
        } finally {
          await crowd.close();
        }
      },
    );

    unless("vectors")(
      "the word asked for stands before the nearest paper, the nearest before a sentence's words",
      async () => {
        const mixed = await open();
        try {
          const words = "reindeer that pull a sled over frozen lakes";
          const nearest = paper("2407.00001", { title: "caribou", vector: unitVector([1, 0, 0]) });
          const said = paper("2407.00002", { title: words, vector: unitVector([0, 1, 0]) });
          const other = paper("2407.00003", { title: "tax law", vector: unitVector([0, 0, 1]) });
          await mixed.upsert([nearest, said, other]);
          const firstOf = async (text: string) =>
            (await mixed.search(request(text, { mode: "hybrid", queryVector }))).hits[0]?.key;
          expect(await firstOf("sled")).toBe(said.key);
          expect(await firstOf("frozen lakes")).toBe(said.key);
          expect(await firstOf('"frozen lakes"')).toBe(said.key);
          expect(await firstOf(words)).toBe(nearest.key);
        } finally {
          await mixed.close();
        }
      },
    );

    unless("vectors")(
      "neighbours that are far for an English query give way to its words, as far ones of a Chinese query do not",
      async () => {
        const mixed = await open();
        try {
          const english = "reindeer that pull a sled over frozen lakes";
          const chinese = "驯鹿在结冰的湖面上怎么拉雪橇";
          const near = paper("2409.00001", { title: "caribou", vector: unitVector([0.3, 0.95, 0]) });
          const far = unitVector([0, 1, 0]);
          const said = paper("2409.00002", { title: english, vector: far });
          const asked = paper("2409.00003", { title: chinese, vector: far });
          await mixed.upsert([near, said, asked]);
          const firstOf = async (text: string) =>
            (await mixed.search(request(text, { mode: "hybrid", queryVector }))).hits[0]?.key;
          expect(await firstOf(english)).toBe(said.key);
          expect(await firstOf(chinese)).toBe(near.key);
        } finally {
          await mixed.close();
        }
      },
    );

    unless("vectors")(
      "a hybrid search by relevance orders its first hits by what their texts say too",
      async () => {
        const ranked = await open();
        try {
          const papers = Array.from({ length: 60 }, (_, index) =>
            paper(`2408.${String(index).padStart(5, "0")}`, {
              title: `sled ${index}`,
              abstract: `Of dogs and snow, part ${index}.`,
              vector: unitVector([1, index / 100, 0]),
            }),
          );
          await ranked.upsert(papers);
          const read: string[][] = [];
          /** The farther the paper, the more it says. */
          const rerank = async (texts: readonly string[]) => {
            read.push([...texts]);
            return texts.map((text) => Number(/^sled (\d+)(\n|$)/.exec(text)![1]));
          };
          const find = async (more: object) => {
            const { hits } = await ranked.search(
              request("sled", { mode: "hybrid", queryVector, limit: 60, rerank, ...more }),
            );
            return hits.map((hit) => hit.key);
          };
          const plain = await find({ rerank: undefined });
          const whole = await find({});
          const window = read[0]!.length / 2;
          expect(window).toBeLessThan(60);
          expect(read[0]![0]).toMatch(/^sled \d+\nOf dogs and snow, part \d+\.$/);
          // The same papers' titles follow.
          expect(read[0]!.slice(window)).toEqual(
            read[0]!.slice(0, window).map((text) => text.split("\n")[0]),
          );
          expect(whole).toEqual([...plain.slice(0, window).toSorted().toReversed(), ...plain.slice(window)]);
          // Pages join, and one behind the window is not read again.
          const walked = [];
          for (let skip = 0; skip < 60; skip += 15) walked.push(...(await find({ skip, limit: 15 })));
          expect(walked).toEqual(whole);
          const calls = read.length;
          await find({ skip: window, limit: 15 });
          expect(read).toHaveLength(calls);
          expect(await find({ rerank: async () => null })).toEqual(plain);
          // A title alone, and a text alone, decide where nothing else does.
          const last = plain[window - 1]!;
          const number = Number(last.slice(-5));
          for (const wanted of [`sled ${number}`, `sled ${number}\nOf dogs and snow, part ${number}.`]) {
            const rerank = async (asked: readonly string[]) => asked.map((text) => (text === wanted ? 1 : 0));
            expect((await find({ rerank }))[0]).toBe(last);
          }
          // Other orders and modes do not ask.
          for (const more of [{ sort: "newest" }, { mode: "semantic" }, { mode: "keyword" }])
            await find(more);
          expect(read).toHaveLength(calls);
        } finally {
          await ranked.close();
        }
      },
    );

    unless("vectors")(
      "a Chinese word's characters say less to a short query than an English word does",
      async () => {
        const ranked = await open();
        try {
          await ranked.upsert([
            paper("2411.00001", { title: "nearest", vector: unitVector([1, 0, 0]) }),
            paper("2411.00002", { title: "near", vector: unitVector([0.8, 0.6, 0]) }),
            paper("2411.00003", { title: "maple", vector: unitVector([0, 0, 1]) }),
          ]);
          const rerank = async (texts: readonly string[]) =>
            texts.map((text, at) => (text === "near" && at < texts.length / 2 ? 0.1 : 0));
          const orderOf = async (text: string) => {
            const { hits } = await ranked.search(request(text, { mode: "hybrid", queryVector, rerank }));
            return hits.map((hit) => hit.key.slice(-1)).filter((key) => key !== "3");
          };
          expect(await orderOf("maple")).toEqual(["2", "1"]);
          expect(await orderOf("枫")).toEqual(["1", "2"]);
        } finally {
          await ranked.close();
        }
      },
    );

    unless("vectors")("of two titles that say as much of a sentence the shorter is first", async () => {
      const ranked = await open();
      try {
        const vector = unitVector([1, 0, 0]);
        await ranked.upsert([
          paper("2410.00001", { title: "Dogs that pull sleds, and much else besides them", vector }),
          paper("2410.00002", { title: "Dogs that pull sleds", vector }),
        ]);
        const rerank = async (texts: readonly string[]) => texts.map(() => 0.5);
        const asked = request("huskies drawing toboggans across frozen northern lakes", {
          mode: "hybrid",
          queryVector,
          rerank,
        });
        const { hits } = await ranked.search(asked);
        expect(hits.map((hit) => hit.key.slice(-1))).toEqual(["2", "1"]);
      } finally {
        await ranked.close();
      }
    });

    unless("vectors")("pages of a hybrid search join without repeats", async () => {
      const walked: string[] = [];
      for (let skip = 0; skip < 3; skip++) {
        const { hits } = await engine.search(
          request("sled", { mode: "hybrid", queryVector, skip, limit: 1 }),
        );
        walked.push(...hits.map((hit) => hit.key));
      }
      expect(new Set(walked).size).toBe(3);
    });

    unless("vectors")("similar goes by vectors where there are some", async () => {
      const response = await engine.similar({ keys: [near.key], limit: 2 });
      expect(response.by).toBe("vector");
      expect(response.hits.map((hit) => hit.key)).toEqual([middle.key, far.key]);
      expect((await engine.similar({ keys: [plain.key], limit: 2 })).by).toBe("terms");
    });

    unless("vectors")("a vector of another length is refused by name", async () => {
      const wrong = unitVector([1, 2]);
      await expect(engine.upsert([paper("2401.00009", { vector: wrong })])).rejects.toThrow(
        VectorDimensionError,
      );
      await expect(engine.search(request("dogs", { mode: "semantic", queryVector: wrong }))).rejects.toThrow(
        VectorDimensionError,
      );
      expect((await engine.stats()).documents).toBe(4);
    });

    unless("vectors")("stats count vectors", async () => {
      expect(await engine.stats()).toMatchObject({ documents: 4, vectors: 3, vectorDimension: 3 });
    });
  });
}

/** One insertion, deletion, substitution or transposition in one word of at least five letters. */
export function misspell(text: string, random: () => number): string {
  const words = text.split(" ");
  const long = words.flatMap((word, at) => (/^[a-z]{5,}$/i.test(word) ? [at] : []));
  if (long.length === 0) return text;
  const at = long[Math.floor(random() * long.length)]!;
  const word = words[at]!;
  const place = Math.floor(random() * (word.length - 1));
  const letter = String.fromCharCode(97 + Math.floor(random() * 26));
  const edits = [
    () => word.slice(0, place) + letter + word.slice(place),
    () => word.slice(0, place) + word.slice(place + 1),
    () => word.slice(0, place) + letter + word.slice(place + 1),
    () => word.slice(0, place) + word[place + 1] + word[place] + word.slice(place + 2),
  ];
  words[at] = edits[Math.floor(random() * 4)]!();
  return words.join(" ");
}
