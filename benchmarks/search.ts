/**
 * Search on real papers: latency of the embedded engine at 100,000 papers, ranking quality on autoscholar (cacm and
 * cranfield as guards), and misspellings. Needs ../shared/data. Settings: SEARCH_BENCH_PAPERS (default 100,000),
 * SEARCH_BENCH_PARTS (default all: latency,quality,hybrid,vectors,pages), SEARCH_BENCH_MODEL (a bundle's folder; default:
 * the shipped one).
 */
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip, gunzipSync } from "node:zlib";
import { parseSearchQuery } from "@cool-papers/core";
import { openModel, ThreadedEncoder } from "@cool-papers/embed";
import {
  evaluate,
  type JudgedQuestion,
  openLanceEngine,
  plainQuery,
  type SearchDocument,
  type SearchEngine,
  type SearchRequest,
} from "@cool-papers/search";

const DATA = join(import.meta.dirname, "../../shared/data");
const PAPERS = Number(process.env.SEARCH_BENCH_PAPERS ?? 100_000);
const ALL_PARTS = ["latency", "quality", "hybrid", "vectors", "pages"];
const PARTS = process.env.SEARCH_BENCH_PARTS?.split(",") ?? ALL_PARTS;
const VECTOR_DIMENSION = 192;
const QUERIES = 300;
const NAMES = 1000;

export async function run({ json }: { readonly json: boolean }): Promise<object> {
  if (!existsSync(DATA)) return { area: "search", skipped: "no ../shared/data" };
  const unknown = PARTS.filter((part) => !ALL_PARTS.includes(part));
  if (unknown.length > 0) {
    console.error(`SEARCH_BENCH_PARTS has ${unknown.join(", ")}; the parts are ${ALL_PARTS.join(", ")}.`);
    process.exit(2);
  }
  const say = (text: string): void => {
    if (!json) console.log(text);
    else console.error(text);
  };
  const folder = mkdtempSync(join(tmpdir(), "search-bench-"));
  try {
    const has = (part: string): boolean => PARTS.includes(part);
    const latency = has("latency") ? await measureLatency(join(folder, "papers"), say) : {};
    const quality: Record<string, object> = {};
    for (const set of has("quality") ? (["autoscholar", "cacm", "cranfield"] as const) : []) {
      quality[set] = await measureQuality(set, join(folder, set));
      say(`${set}: ${JSON.stringify(quality[set])}`);
    }
    const hybrid = has("hybrid") ? await measureHybrid(folder, say) : {};
    const vectors = has("vectors") ? await measureVectorRecall(join(folder, "vectors")) : {};
    if (has("vectors")) say(`vector index: ${JSON.stringify(vectors)}`);
    const pages = has("pages") ? await measurePages() : {};
    return { area: "search", engine: "lance", ...latency, vectors, quality, hybrid, ...pages };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Timings of pages that show search, when benchmarks/search-pages.ts (`export run(): Promise<object>`) is there. */
async function measurePages(): Promise<object> {
  const file = join(import.meta.dirname, "search-pages.ts");
  if (!existsSync(file)) return {};
  const pages = (await import(file)) as { readonly run: () => Promise<object> };
  return { pages: await pages.run() };
}

/** Recall of the ten true neighbours by the index, on real paper vectors (teacher e: crowded cosines, the harder). */
async function measureVectorRecall(uri: string): Promise<object> {
  const bytes = new Int8Array(readFileSync(join(DATA, "teacher/docs.e.i8")));
  const all = Array.from({ length: 60_100 }, (_, row) => unitOf(bytes, row));
  const corpus = all.slice(0, 60_000);
  const questions = all.slice(60_000);
  const engine = await openLanceEngine({ uri });
  try {
    await engine.rebuild(
      (async function* () {
        for (let from = 0; from < corpus.length; from += 5000) {
          yield corpus.slice(from, from + 5000).map((vector, at) => ({
            ...toDocument({ id: String(from + at), title: "", abstract: "", published: "2020-01-01" }),
            vector,
          }));
        }
      })(),
    );
    let found = 0;
    const search = (queryVector: Float32Array) =>
      engine.search({
        query: plainQuery(""),
        mode: "semantic",
        sort: "relevance",
        skip: 0,
        limit: 10,
        facets: false,
        queryVector,
      });
    for (const question of questions) {
      const similarity = corpus.map((vector, at) => ({ at, score: dot(vector, question) }));
      similarity.sort((left, right) => right.score - left.score);
      const truth = new Set(similarity.slice(0, 10).map(({ at }) => `arxiv:${at}`));
      found += (await search(question)).hits.filter((hit) => truth.has(hit.key)).length;
    }
    let next = 0;
    const milliseconds = await timeEach(() => search(questions[next++ % questions.length]!), 200);
    return { papers: corpus.length, recallAt10: found / (10 * questions.length), milliseconds };
  } finally {
    await engine.close();
  }
}

function unitOf(bytes: Int8Array, row: number): Float32Array {
  const vector = Float32Array.from(bytes.subarray(row * VECTOR_DIMENSION, (row + 1) * VECTOR_DIMENSION));
  const norm = Math.hypot(...vector) || 1;
  return vector.map((value) => value / norm);
}

function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < left.length; at++) sum += left[at]! * right[at]!;
  return sum;
}

async function measureLatency(uri: string, say: (text: string) => void): Promise<object> {
  const engine = await openLanceEngine({ uri });
  try {
    const sample: SearchDocument[] = [];
    const started = performance.now();
    await engine.rebuild(sampling(withVectors(readPapers(PAPERS)), sample));
    const buildSeconds = (performance.now() - started) / 1000;
    say(`built ${PAPERS} papers with vectors in ${buildSeconds.toFixed(1)} s`);
    const random = seeded(1);
    const pick = (): SearchDocument => sample[Math.floor(random() * sample.length)]!;
    const vector = (): Float32Array => randomUnit(random);
    const words = (): string => someWords(pick().title, 2 + Math.floor(random() * 3), random);
    const kinds: Record<string, () => Partial<SearchRequest> & { text: string }> = {
      keyword: () => ({ text: words() }),
      title: () => ({ text: pick().title.replaceAll('"', " ") }),
      facets: () => ({ text: words(), facets: true }),
      filtered: () => ({ text: `${words()} cat:${pick().categories[0]} year:2025..2026`, facets: true }),
      phrase: () => ({ text: `"${phraseOf(pick().abstract, random)}"` }),
      newest: () => ({ text: words(), sort: "newest" }),
      deepPage: () => ({ text: "-zzzz", skip: 10_000 }),
      misspelt: () => ({ text: misspell(pick().title, random) }),
      hybrid: () => ({ text: words(), mode: "hybrid", queryVector: vector() }),
      hybridFiltered: () => ({
        text: `${words()} cat:${pick().categories[0]}`,
        mode: "hybrid",
        queryVector: vector(),
      }),
    };
    const milliseconds: Record<string, object> = {};
    for (const [kind, make] of Object.entries(kinds)) {
      milliseconds[kind] = await timeSearches(engine, make);
      say(`${kind}: ${JSON.stringify(milliseconds[kind])}`);
    }
    Object.assign(milliseconds, await timeWithModel(engine, words, say));
    milliseconds.suggest = await timeEach(() => engine.suggest(pick().title.slice(0, 4), 8));
    milliseconds.similar = await timeEach(() => engine.similar({ keys: [pick().key], limit: 10 }), 50);
    say(`suggest: ${JSON.stringify(milliseconds.suggest)}  similar: ${JSON.stringify(milliseconds.similar)}`);
    const misspelt = await measureMisspellings(engine, sample);
    say(`misspellings found in the first ten: ${JSON.stringify(misspelt)}`);
    return {
      papers: PAPERS,
      buildSeconds,
      rssMb: Math.round(process.memoryUsage().rss / 2 ** 20),
      milliseconds,
      misspelt,
    };
  } finally {
    await engine.close();
  }
}

/** Hybrid searches as the site makes them: the model embeds the query, and compares the first hits with it. */
async function timeWithModel(
  engine: SearchEngine,
  words: () => string,
  say: (text: string) => void,
): Promise<Record<string, Percentiles>> {
  const bundleDir = benchModel();
  if (!existsSync(bundleDir)) return {};
  const encoder = await ThreadedEncoder.open({ bundleDir });
  // The papers of this index have vectors of another length than the model's; the search takes random ones.
  const random = seeded(7);
  const search = async (isReranked: boolean): Promise<void> => {
    const text = words();
    await encoder.embed([text], { inputType: "query" });
    await engine.search({
      query: parseSearchQuery(text),
      mode: "hybrid",
      sort: "relevance",
      skip: 0,
      limit: 20,
      facets: true,
      queryVector: randomUnit(random),
      ...(isReranked && { rerank: async (texts) => (await encoder.rerank(text, texts)).scores }),
    });
  };
  try {
    const hybridEmbedded = await timeEach(() => search(false));
    const hybridReranked = await timeEach(() => search(true));
    say(
      `hybrid, query embedded: ${JSON.stringify(hybridEmbedded)}; reranked too: ${JSON.stringify(hybridReranked)}`,
    );
    return { hybridEmbedded, hybridReranked };
  } finally {
    await encoder.close();
  }
}

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  /** Processor time of this thread: what the wall time is when nobody else uses the machine. */
  readonly cpuP50: number;
  readonly cpuP95: number;
}

function timeSearches(
  engine: SearchEngine,
  make: () => Partial<SearchRequest> & { text: string },
): Promise<Percentiles> {
  return timeEach(() => {
    const { text, ...more } = make();
    return engine.search({
      query: parseSearchQuery(text),
      mode: "keyword",
      sort: "relevance",
      skip: 0,
      limit: 20,
      facets: false,
      ...more,
    });
  });
}

async function timeEach(work: () => Promise<unknown>, times = QUERIES): Promise<Percentiles> {
  for (let warm = 0; warm < 20; warm++) await work();
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let at = 0; at < times; at++) {
    const cpuBefore = process.threadCpuUsage();
    const started = performance.now();
    await work();
    wall.push(performance.now() - started);
    const { user, system } = process.threadCpuUsage(cpuBefore);
    cpu.push((user + system) / 1000);
  }
  return {
    p50: percentile(wall, 0.5),
    p95: percentile(wall, 0.95),
    cpuP50: percentile(cpu, 0.5),
    cpuP95: percentile(cpu, 0.95),
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return Math.round(sorted[Math.floor(share * sorted.length)]! * 100) / 100;
}

/** 200 misspellings each: in the whole title, and in three words of it. */
async function measureMisspellings(engine: SearchEngine, sample: readonly SearchDocument[]): Promise<object> {
  const random = seeded(5);
  const found = { title: 0, threeWords: 0, threeWordsSpeltRight: 0 };
  const isFound = async (text: string, key: string): Promise<boolean> => {
    const { hits } = await engine.search({
      query: plainQuery(text),
      mode: "keyword",
      sort: "relevance",
      skip: 0,
      limit: 10,
      facets: false,
    });
    return hits.some((hit) => hit.key === key);
  };
  for (let at = 0; at < 200; at++) {
    const document = sample[Math.floor(random() * sample.length)]!;
    const three = someWords(document.title, 3, random);
    if (await isFound(misspell(document.title, random), document.key)) found.title++;
    if (await isFound(misspell(three, random), document.key)) found.threeWords++;
    if (await isFound(three, document.key)) found.threeWordsSpeltRight++;
  }
  return { of: 200, ...found };
}

async function measureQuality(set: "autoscholar" | "cacm" | "cranfield", uri: string): Promise<object> {
  const engine = await openLanceEngine({ uri });
  try {
    await engine.rebuild(set === "autoscholar" ? readHaystack() : readCollection(set));
    const { documents } = await engine.stats();
    return { documents, ...(await evaluate(engine, readQuestions(set))) };
  } finally {
    await engine.close();
  }
}

type Encoder = Awaited<ReturnType<typeof openModel>>;

/** Ranking with the vectors of a bundle, where there is one. */
const benchModel = (): string =>
  process.env.SEARCH_BENCH_MODEL ?? join(import.meta.dirname, "../packages/embed/model");

async function measureHybrid(folder: string, say: (text: string) => void): Promise<object> {
  const bundleDir = benchModel();
  if (!existsSync(bundleDir)) return { skipped: `no ${bundleDir}` };
  const encoder = await openModel({ bundleDir });
  const measures: Record<string, unknown> = { model: encoder.model.id };
  try {
    for (const { documents, questions } of [
      {
        documents: readHaystack(),
        questions: {
          autoscholar: readQuestions("autoscholar"),
          names: await readNames(),
          "first words": await readTitleStarts(),
        },
      },
      await readKnownItems(),
      readChineseTitles(),
      readChineseTitlesAmongTitles(),
      { documents: readCollection("cacm"), questions: { cacm: readQuestions("cacm") } },
      { documents: readCollection("cranfield"), questions: { cranfield: readQuestions("cranfield") } },
    ]) {
      const modes = measureModes(
        join(folder, `hybrid-${Object.keys(questions)[0]}`),
        encoder,
        documents,
        questions,
      );
      for await (const [name, figures] of modes) {
        measures[name] = figures;
        say(`${encoder.model.id} on ${name}: ${JSON.stringify(figures)}`);
      }
    }
    return measures;
  } finally {
    await encoder.close();
  }
}

interface JudgedSets {
  readonly documents: AsyncIterable<readonly SearchDocument[]>;
  readonly questions: Readonly<Record<string, readonly JudgedQuestion[]>>;
}

/** Sets of questions to the same papers by words alone, by meaning alone, by both, and as the site ranks: reranked too. */
async function* measureModes(
  uri: string,
  encoder: Encoder,
  documents: JudgedSets["documents"],
  sets: JudgedSets["questions"],
): AsyncGenerator<[name: string, figures: object]> {
  const engine = await openLanceEngine({ uri });
  try {
    await engine.rebuild(
      (async function* () {
        for await (const batch of inPieces(documents, 500)) {
          const texts = batch.map(({ title, abstract }) =>
            title === "" ? abstract : `${title}\n${abstract}`,
          );
          const { vectors } = await encoder.embed(texts, { inputType: "document" });
          yield batch.map((document, at) => ({ ...document, vector: vectors[at]! }));
        }
      })(),
    );
    const embed = async (text: string): Promise<Float32Array> =>
      (await encoder.embed([text], { inputType: "query" })).vectors[0]!;
    const rerank = async (text: string, texts: readonly string[]): Promise<Float32Array> =>
      (await encoder.rerank(text, texts)).scores;
    for (const [name, questions] of Object.entries(sets)) {
      const keyword = await evaluate(engine, questions, "keyword");
      const semantic = await evaluate(engine, questions, "semantic", { embed });
      const fused = await evaluate(engine, questions, "hybrid", { embed });
      const reranked = encoder.model.reranks
        ? await evaluate(engine, questions, "hybrid", { embed, rerank })
        : null;
      yield [name, { keyword, semantic, fused, hybrid: reranked ?? fused }];
    }
  } finally {
    await engine.close();
  }
}

/** Titles that look for their own abstracts; the documents have no titles. */
async function readKnownItems(): Promise<JudgedSets> {
  const papers: SearchDocument[] = [];
  for await (const batch of readPapers(Number.POSITIVE_INFINITY, new Set(lines("known-item.ids"))))
    papers.push(...batch);
  return withoutTitles("known-item", papers, (paper) => paper.title);
}

/**
 * Names that authors gave to what they present ("Foo: a cache for graphs") and that one paper's title alone has: who types
 * one wants that paper, whatever else is near in meaning.
 */
async function readNames(): Promise<JudgedQuestion[]> {
  const papersOf = new Map<string, string[]>();
  const names: { readonly name: string; readonly key: string }[] = [];
  for await (const batch of readHaystack()) {
    for (const { key, title } of batch) {
      for (const word of new Set(title.toLowerCase().match(/[\p{L}\p{N}-]+/gu)))
        papersOf.set(word, [...(papersOf.get(word) ?? []), key]);
      const name = /^([A-Za-z][A-Za-z0-9-]{2,23}):\s/.exec(title)?.[1];
      if (name) names.push({ name, key });
    }
  }
  return names
    .filter(({ name }) => papersOf.get(name.toLowerCase())?.length === 1)
    .slice(0, NAMES)
    .map(({ name, key }) => ({ text: name, relevant: new Map([[key, 1]]) }));
}

/** The first words of titles that no other title begins with, for who remembers no more of one; two to four in turn. */
async function readTitleStarts(): Promise<JudgedQuestion[]> {
  const starts: { readonly text: string; readonly key: string }[] = [];
  const count = new Map<string, number>();
  for await (const batch of readHaystack()) {
    for (const { key, title } of batch) {
      const words = title.replaceAll('"', " ").split(/\s+/);
      if (words.length < 6) continue;
      const cuts = [2, 3, 4].map((length) => words.slice(0, length).join(" "));
      for (const text of cuts) count.set(text.toLowerCase(), (count.get(text.toLowerCase()) ?? 0) + 1);
      starts.push({ text: cuts[starts.length % 3]!, key });
    }
  }
  return starts
    .filter(({ text }) => count.get(text.toLowerCase()) === 1)
    .slice(0, NAMES)
    .map(({ text, key }) => ({ text, relevant: new Map([[key, 1]]) }));
}

/** Chinese titles that look for English abstracts, among the parallel rows that no model was trained on. */
function readChineseTitles(): JudgedSets {
  const rows = lines("../zh/arxiv_en_zh_parallel.jsonl.gz")
    .slice(-500)
    .map((line) => JSON.parse(line) as { id: string; title_zh: string; abstract_en: string });
  const titles = new Map(rows.map(({ id, title_zh }) => [`arxiv:${id}`, title_zh]));
  const papers = rows.map(({ id, abstract_en }) => toDocument({ id, title: "", abstract: abstract_en }));
  return withoutTitles("zh→en", papers, ({ key }) => titles.get(key)!);
}

/** The same titles, to papers that keep their English ones, among all parallel rows. */
function readChineseTitlesAmongTitles(): JudgedSets {
  const rows = lines("../zh/arxiv_en_zh_parallel.jsonl.gz").map(
    (line) => JSON.parse(line) as { id: string; title_zh: string; title_en: string; abstract_en: string },
  );
  return {
    documents: (async function* () {
      yield rows.map(({ id, title_en, abstract_en }) =>
        toDocument({ id, title: title_en, abstract: abstract_en }),
      );
    })(),
    questions: {
      "zh titles": rows
        .slice(-500)
        .map(({ id, title_zh }) => ({ text: title_zh, relevant: new Map([[`arxiv:${id}`, 1]]) })),
    },
  };
}

function withoutTitles(
  name: string,
  papers: readonly SearchDocument[],
  questionOf: (paper: SearchDocument) => string,
): JudgedSets {
  return {
    documents: (async function* () {
      yield papers.map((paper) => ({ ...paper, title: "" }));
    })(),
    questions: {
      [name]: papers.map((paper) => ({ text: questionOf(paper), relevant: new Map([[paper.key, 1]]) })),
    },
  };
}

async function* inPieces<T>(batches: AsyncIterable<readonly T[]>, size: number): AsyncGenerator<T[]> {
  for await (const batch of batches) {
    for (let at = 0; at < batch.length; at += size) yield batch.slice(at, at + size);
  }
}

interface ArxivRecord {
  readonly id: string;
  readonly title: string;
  readonly abstract: string;
  readonly authors?: readonly string[];
  readonly categories?: readonly string[];
  readonly published?: string | null;
  readonly listed?: string | null;
}

function toDocument(record: ArxivRecord): SearchDocument {
  const month = /^(\d{2})(\d{2})\./.exec(record.id);
  const date = record.published ?? record.listed ?? (month ? `20${month[1]}-${month[2]}-01` : "2000-01-01");
  return {
    key: `arxiv:${record.id}`,
    title: record.title,
    abstract: record.abstract,
    authors: record.authors ?? [],
    categories: record.categories ?? [],
    venues: [],
    sources: ["arxiv"],
    memberKeys: [`arxiv:${record.id}`],
    date: date.slice(0, 10),
    year: Number(date.slice(0, 4)),
    stars: 0,
  };
}

async function* readPapers(limit: number, wanted?: ReadonlySet<string>): AsyncGenerator<SearchDocument[]> {
  const input = createReadStream(join(DATA, "arxiv.jsonl.gz")).pipe(createGunzip());
  let batch: SearchDocument[] = [];
  let count = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (count >= limit) break;
    const id = /^\{"id": "([^"]+)"/.exec(line)?.[1];
    if (!id || (wanted && !wanted.has(id))) continue;
    batch.push(toDocument(JSON.parse(line) as ArxivRecord));
    count++;
    if (batch.length < 1000) continue;
    yield batch;
    batch = [];
  }
  yield batch;
  input.destroy();
}

async function* withVectors(batches: AsyncIterable<SearchDocument[]>): AsyncGenerator<SearchDocument[]> {
  const random = seeded(2);
  for await (const batch of batches)
    yield batch.map((document) => ({ ...document, vector: randomUnit(random) }));
}

/** Passes batches through and keeps every fiftieth paper. */
async function* sampling(batches: AsyncIterable<SearchDocument[]>, kept: SearchDocument[]) {
  for await (const batch of batches) {
    kept.push(...batch.filter((document, at) => at % 50 === 0 && document.title.split(" ").length >= 3));
    yield batch;
  }
}

const lines = (file: string): string[] => {
  const bytes = readFileSync(join(DATA, "eval", file));
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").split("\n").filter(Boolean);
};

async function* readHaystack(): AsyncGenerator<SearchDocument[]> {
  const wanted = new Set(lines("autoscholar/haystack.ids").map((line) => line.trim()));
  const gold = lines("autoscholar/gold_corpus.jsonl.gz").map((line) =>
    toDocument(JSON.parse(line) as ArxivRecord),
  );
  yield gold.filter((document) => wanted.has(document.key.slice("arxiv:".length)));
  yield* readPapers(Number.POSITIVE_INFINITY, wanted);
}

async function* readCollection(set: string): AsyncGenerator<SearchDocument[]> {
  yield lines(`${set}/corpus.jsonl.gz`).map((line) => {
    const { id, title, abstract } = JSON.parse(line) as ArxivRecord;
    return toDocument({ id, title, abstract, published: "1970-01-01" });
  });
}

function readQuestions(set: string): JudgedQuestion[] {
  const relevant = new Map<string, Map<string, number>>();
  for (const line of lines(`${set}/qrels.tsv`).slice(1)) {
    const [question = "", id = "", grade = "0"] = line.split("\t");
    if (Number(grade) <= 0) continue;
    relevant.set(question, (relevant.get(question) ?? new Map()).set(`arxiv:${id}`, Number(grade)));
  }
  return lines(`${set}/queries.jsonl`).map((line) => {
    const { qid, text } = JSON.parse(line) as { qid: string; text: string };
    return { text, relevant: relevant.get(qid) ?? new Map() };
  });
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function randomUnit(random: () => number): Float32Array {
  const vector = Float32Array.from({ length: VECTOR_DIMENSION }, () => random() - 0.5);
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

function someWords(title: string, count: number, random: () => number): string {
  const words = title.split(/\s+/).filter((word) => /^[A-Za-z]{4,}$/.test(word));
  const from = Math.floor(random() * Math.max(1, words.length - count + 1));
  return words.slice(from, from + count).join(" ") || title.replaceAll('"', " ");
}

function phraseOf(abstract: string, random: () => number): string {
  const words = abstract.replaceAll('"', " ").split(/\s+/);
  const from = Math.floor(random() * Math.max(1, words.length - 4));
  return words.slice(from, from + 2 + Math.floor(random() * 3)).join(" ");
}

/** One insertion, deletion, substitution or transposition in one word of five letters or more. */
function misspell(text: string, random: () => number): string {
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
