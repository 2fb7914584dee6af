import { open } from "node:fs/promises";
import { mineNegatives } from "../data/mine-negatives.ts";
import { samplePapers } from "../data/sample-papers.ts";
import type { Encoder } from "../eval/encoder.ts";

export interface MineOptions {
  readonly dataDir: string;
  readonly outPath: string;
  readonly papers: number;
  readonly negatives: number;
  readonly seed: number;
}

/** Writes lines of query (a title), positive (its abstract) and hard negatives (abstracts a model confuses with it). */
export async function mine(encoder: Encoder, options: MineOptions): Promise<number> {
  const papers = await samplePapers(options.dataDir, options.papers, options.seed);
  const queries = await encoder.embed(
    papers.map(({ title }) => title),
    "query",
  );
  const documents = await encoder.embed(
    papers.map(({ abstract }) => abstract),
    "document",
  );
  const mined = mineNegatives(queries, documents, {
    count: options.negatives,
    skipRanks: 2,
    maxShareOfPositive: 0.95,
  });
  const file = await open(options.outPath, "w");
  let written = 0;
  try {
    for (const [i, { title, abstract }] of papers.entries()) {
      const negatives = mined[i]!.map((index) => papers[index]!.abstract);
      if (negatives.length === 0) continue;
      await file.write(`${JSON.stringify({ query: title, positive: abstract, negatives })}\n`);
      written++;
    }
  } finally {
    await file.close();
  }
  return written;
}
