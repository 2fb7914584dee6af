import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../data/data-error.ts";
import { readTsv } from "../data/tsv.ts";
import type { Encoder } from "./encoder.ts";
import { dot, spearman } from "./metrics.ts";

/** Chinese sentence-pair sets and the split that is measured. */
export const CHINESE_PAIR_SETS = {
  ATEC: "valid",
  BQ: "valid",
  LCQMC: "valid",
  PAWSX: "valid",
  "STS-B": "valid",
  AFQMC: "dev",
  "OPPO-xiaobu": "dev",
} as const;

export interface SentencePair {
  readonly a: string;
  readonly b: string;
  /** 0/1, or 0 … 5 for STS-B */
  readonly label: number;
}

export async function readSentencePairs(path: string): Promise<SentencePair[]> {
  const pairs: SentencePair[] = [];
  for await (const { a, b, label } of readTsv(path)) {
    const value = Number(label);
    if (!Number.isFinite(value))
      throw new DataError(`${path} has the label ${JSON.stringify(label)}, not a number.`);
    pairs.push({ a: a!, b: b!, label: value });
  }
  return pairs;
}

/** Spearman correlation of cosine and label. */
export async function measurePairs(pairs: readonly SentencePair[], encoder: Encoder): Promise<number> {
  const texts = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  const vectors = await encoder.embed(texts, "query");
  const vectorOf = new Map(texts.map((text, i) => [text, vectors[i]!]));
  const cosines = pairs.map(({ a, b }) => dot(vectorOf.get(a)!, vectorOf.get(b)!));
  return spearman(
    cosines,
    pairs.map(({ label }) => label),
  );
}

/** The measured split of each set that is there. */
export async function readChinesePairSets(dataDir: string): Promise<Map<string, SentencePair[]>> {
  const sets = new Map<string, SentencePair[]>();
  for (const [name, split] of Object.entries(CHINESE_PAIR_SETS)) {
    const path = join(dataDir, "zh", name, `${split}.tsv.gz`);
    if (existsSync(path)) sets.set(name, await readSentencePairs(path));
  }
  return sets;
}
