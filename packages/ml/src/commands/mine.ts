import { open } from "node:fs/promises";
import { loadHeldOut } from "../data/held-out.ts";
import { mineNegatives } from "../data/mine-negatives.ts";
import { readArxiv, type TrainingPaper } from "../data/papers.ts";
import { SeededRandom } from "../data/seeded-random.ts";
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
  const papers = await samplePapers(options);
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

async function samplePapers({ dataDir, papers: count, seed }: MineOptions): Promise<TrainingPaper[]> {
  const guard = await loadHeldOut(dataDir);
  const random = new SeededRandom(seed);
  const sample: TrainingPaper[] = [];
  let seen = 0;
  for await (const paper of readArxiv(dataDir)) {
    if (paper.abstract.length < 200 || !guard.allows(paper)) continue;
    // Reservoir sampling: each paper is kept with the same probability, in one pass.
    seen++;
    if (sample.length < count) sample.push(paper);
    else {
      const at = random.nextBelow(seen);
      if (at < count) sample[at] = paper;
    }
  }
  return sample;
}
