/** The table of dev measures: one model, every set of ../shared/data/eval and zh. */
import { HELD_OUT_PARALLEL_ROWS } from "../data/held-out.ts";
import { readParallel } from "../data/parallel.ts";
import type { Encoder } from "./encoder.ts";
import { dot } from "./metrics.ts";
import {
  bm25Scorer,
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
  await measureHybrid(await readKnownItems(options.dataDir), encoder, options, add);
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

/** The measures as a Markdown table. */
export function printMeasures(measures: readonly Measure[]): string {
  const columns = ["R@1", "recall@5", "recall@20", "mrr", "ndcg@10", "spearman", "cosine"];
  const cell = (value: number | undefined) => (value === undefined ? "" : value.toFixed(4));
  const rows = measures.map(({ set, ranking, values }) => [
    set,
    ranking,
    ...columns.map((name) => cell(values[name])),
  ]);
  const header = ["set", "ranking", ...columns];
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, i) => text.padEnd(widths[i]!)).join(" | ")} |`;
  return [
    line(header),
    `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`,
    ...rows.map(line),
  ].join("\n");
}
