/**
 * Papers as weak pairs: what belongs to one paper belongs together. Titles and abstracts are stored apart, as tokens
 * without special ones, so that every pass can cut other pairs out of them. Held-out papers never enter.
 */
import { join } from "node:path";
import type { WordPieceTokenizer } from "@cool-papers/text";
import { HELD_OUT_PARALLEL_ROWS, type HeldOutGuard } from "./held-out.ts";
import { readJsonLines } from "./json-lines.ts";
import { readArxiv, readVenues } from "./papers.ts";
import { readParallel } from "./parallel.ts";
import { TokenStore } from "./token-store.ts";

/** A paper, or one language of it. */
export interface PairedPaper {
  /** Index into the store. */
  readonly title: number;
  readonly abstract: number;
  /** Papers of one field are near each other in meaning: arXiv category, venue, `zh` or `parallel`. */
  readonly field: string;
  readonly isChinese: boolean;
}

export interface PairCorpus {
  readonly store: TokenStore;
  readonly papers: readonly PairedPaper[];
  /** English and Chinese of one paper: indices into papers. */
  readonly parallel: readonly (readonly [english: number, chinese: number])[];
}

export interface PairCorpusOptions {
  readonly dataDir: string;
  readonly tokenizer: WordPieceTokenizer;
  readonly guard: HeldOutGuard;
  readonly maxTitleTokens: number;
  readonly maxAbstractTokens: number;
}

/** Reads all papers, the parallel rows and CSL's training part. About 40 s and 400 MB. */
export async function loadPairCorpus(options: PairCorpusOptions): Promise<PairCorpus> {
  const { dataDir, guard } = options;
  const store = new TokenStore();
  const papers: PairedPaper[] = [];
  const add = (title: string, abstract: string, field: string, isChinese: boolean): number => {
    guard.assertAllowed({ title, abstract });
    const tokens = (text: string, maxLength: number) =>
      store.add(options.tokenizer.encode(text, { maxLength, addSpecialTokens: false }).ids);
    return (
      papers.push({
        title: tokens(title, options.maxTitleTokens),
        abstract: tokens(abstract, options.maxAbstractTokens),
        field,
        isChinese,
      }) - 1
    );
  };
  for (const read of [readArxiv, readVenues]) {
    for await (const paper of read(dataDir)) {
      if (paper.abstract.length < 200 || !guard.allows(paper)) continue;
      add(paper.title, paper.abstract, paper.field, false);
    }
  }
  const parallel: [number, number][] = [];
  for (const row of (await readParallel(dataDir)).slice(0, -HELD_OUT_PARALLEL_ROWS)) {
    if (!guard.allows({ id: `arxiv:${row.id}`, title: row.titleEn, abstract: row.abstractEn })) continue;
    if (!guard.allows({ title: row.titleZh, abstract: row.abstractZh })) continue;
    const english = add(row.titleEn, row.abstractEn, "parallel", false);
    parallel.push([english, add(row.titleZh, row.abstractZh, "parallel", true)]);
  }
  const csl = join(dataDir, "zh/CSL/ts_test.jsonl.gz");
  for await (const { title, abstract } of readJsonLines(csl)) {
    const row = { title: String(title), abstract: String(abstract) };
    if (guard.allows(row)) add(row.title, row.abstract, "zh", true);
  }
  return { store, papers, parallel };
}
