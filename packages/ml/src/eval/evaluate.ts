/** The table of dev measures: one model, every set of ../shared/data/eval and zh. */
import { HELD_OUT_PARALLEL_ROWS } from "../data/held-out.ts";
import { readParallel } from "../data/parallel.ts";
import { printTable } from "../report/print-table.ts";
import type { Encoder } from "./encoder.ts";
import { alignment, dot, uniformity } from "./metrics.ts";
import {
  bm25Scorer,
  embeddedText,
  fusedScorer,
  measureRetrieval,
  mixedScorer,
  modelScorer,
  type QueryScorer,
  type RetrievalMetrics,
} from "./retrieval.ts";
import { type RetrievalSet, readAutoscholar, readClassicSet, readKnownItems } from "./retrieval-set.ts";
import { measurePairs, readChinesePairSets } from "./sentence-pairs.ts";

export interface Measure {
  /** For instance `autoscholar`, `known-item`, `zh→en`, `STS-B`. */
  readonly set: string;
  /** `model`, `bm25`, `mixed 0.5` (share of the model) or `rrf 60`. */
  readonly ranking: string;
  /** By name: recall@5, recall@20, R@1, ndcg@10, spearman … */
  readonly values: Readonly<Record<string, number>>;
}

export interface EvaluateOptions {
  readonly dataDir: string;
  /** Shares of the model in the hybrid. Default 0.3 … 0.7. */
  readonly shares?: readonly number[];
  readonly rrfK?: number;
  /** Leave out the two large Chinese pair sets and the classic collections. */
  readonly isQuick?: boolean;
  readonly onMeasure?: (measure: Measure) => void;
}

export async function evaluate(encoder: Encoder, options: EvaluateOptions): Promise<Measure[]> {
  const measures: Measure[] = [];
  const add = (measure: Measure) => {
    measures.push(measure);
    options.onMeasure?.(measure);
  };
  await measureHybrid(await readAutoscholar(options.dataDir), encoder, options, add);
  const knownItems = await readKnownItems(options.dataDir);
  await measureHybrid(knownItems, encoder, options, add);
  add(await spreadOf(knownItems, encoder));
  await measureCrossLingual(encoder, options, add);
  for (const [name, pairs] of await readChinesePairSets(options.dataDir)) {
    if (options.isQuick && name !== "STS-B" && name !== "LCQMC") continue;
    add({ set: name, ranking: "model", values: { spearman: await measurePairs(pairs, encoder) } });
  }
  add(await negationCosine(encoder));
  if (options.isQuick) return measures;
  for (const name of ["cacm", "cranfield"] as const) {
    await measureHybrid(
      await readClassicSet(options.dataDir, name),
      encoder,
      { ...options, shares: [0.5] },
      add,
    );
  }
  return measures;
}

/** BM25, the model, their mixtures and their fusion on one set. */
export async function measureHybrid(
  set: RetrievalSet,
  encoder: Encoder,
  options: Pick<EvaluateOptions, "shares" | "rrfK">,
  add: (measure: Measure) => void,
): Promise<void> {
  const keywords = cached(bm25Scorer(set));
  const model = cached(await modelScorer(set, encoder));
  const shares = options.shares ?? [0.3, 0.4, 0.5, 0.6, 0.7];
  const rankings: [string, QueryScorer][] = [
    ["bm25", keywords],
    ["model", model],
    ...shares.map((share): [string, QueryScorer] => [`mixed ${share}`, mixedScorer(keywords, model, share)]),
    [`rrf ${options.rrfK ?? 60}`, fusedScorer(keywords, model, options.rrfK ?? 60)],
  ];
  for (const [ranking, scorer] of rankings) {
    add({ set: set.name, ranking, values: retrievalValues(measureRetrieval(set, scorer)) });
  }
}

/** Scores are kept: 903 queries by 21,233 papers are 77 MB. */
function cached(scorer: QueryScorer): QueryScorer {
  const scores = new Map<number, Float32Array>();
  return (query) => {
    let known = scores.get(query);
    if (known === undefined) {
      known = scorer(query);
      scores.set(query, known);
    }
    return known;
  };
}

const retrievalValues = ({ recallAt1, recallAt5, recallAt20, mrr, ndcgAt10 }: RetrievalMetrics) => ({
  "R@1": recallAt1,
  "recall@5": recallAt5,
  "recall@20": recallAt20,
  mrr,
  "ndcg@10": ndcgAt10,
});

/** Chinese titles against English abstracts among the held-out parallel rows. */
async function measureCrossLingual(
  encoder: Encoder,
  options: EvaluateOptions,
  add: (measure: Measure) => void,
): Promise<void> {
  const rows = (await readParallel(options.dataDir)).slice(-HELD_OUT_PARALLEL_ROWS);
  const set: RetrievalSet = {
    name: "zh→en",
    queries: rows.map((row) => row.titleZh),
    documents: rows.map((row) => ({ title: "", abstract: row.abstractEn })),
    relevant: rows.map((_, index) => new Map([[index, 1]])),
  };
  await measureHybrid(set, encoder, { shares: [0.5] }, add);
}

/** A known blind spot of contrastive models: a sentence and its negation. */
async function negationCosine(encoder: Encoder): Promise<Measure> {
  const [a, b] = await encoder.embed(["我喜欢北京", "我不喜欢北京"], "query");
  return { set: "negation", ranking: "model", values: { cosine: dot(a!, b!) } };
}

/** Papers whose titles and abstracts are compared; uniformity needs every pair of them. */
const SPREAD_PAPERS = 1000;

/** Alignment of titles with their abstracts, and how evenly the abstracts spread over the sphere. */
async function spreadOf(set: RetrievalSet, encoder: Encoder): Promise<Measure> {
  const queries = await encoder.embed(set.queries.slice(0, SPREAD_PAPERS), "query");
  const texts = set.documents.slice(0, SPREAD_PAPERS).map(embeddedText);
  const documents = await encoder.embed(texts, "document");
  const pairs = queries.map((query, i) => [query, documents[i]!] as const);
  return {
    set: set.name,
    ranking: "model",
    values: { alignment: alignment(pairs), uniformity: uniformity(documents) },
  };
}

/** In the order of the table. */
const COLUMNS = [
  "R@1",
  "recall@5",
  "recall@20",
  "mrr",
  "ndcg@10",
  "spearman",
  "cosine",
  "alignment",
  "uniformity",
] as const;

/** The measures as a Markdown table, without the columns that none of them has. */
export function printMeasures(measures: readonly Measure[]): string {
  const columns = COLUMNS.filter((name) => measures.some(({ values }) => name in values));
  const cell = (value: number | undefined) => (value === undefined ? "" : value.toFixed(4));
  return printTable(
    ["set", "ranking", ...columns],
    measures.map(({ set, ranking, values }) => [set, ranking, ...columns.map((name) => cell(values[name]))]),
  );
}

/** Rankings worth a line of a comparison: the model alone, and mixed half and half with BM25. */
const COMPARED = ["model", "mixed 0.5"];

/** What both models were measured on, before and after, as a Markdown table. */
export function printComparison(before: readonly Measure[], after: readonly Measure[]): string {
  const key = ({ set, ranking }: Measure, name: string) => `${set} ${ranking} ${name}`;
  const entries = before.flatMap((measure) =>
    Object.entries(measure.values).map(([name, value]) => [key(measure, name), value] as const),
  );
  const known = new Map(entries);
  const rows = after
    .filter(({ ranking }) => COMPARED.includes(ranking))
    .flatMap((measure) =>
      COLUMNS.flatMap((name) => {
        const [old, value] = [known.get(key(measure, name)), measure.values[name]];
        if (old === undefined || value === undefined) return [];
        const change = `${value >= old ? "+" : "−"}${Math.abs(value - old).toFixed(4)}`;
        return [[measure.set, measure.ranking, name, old.toFixed(4), value.toFixed(4), change]];
      }),
    );
  return printTable(["set", "ranking", "measure", "before", "after", "change"], rows);
}
