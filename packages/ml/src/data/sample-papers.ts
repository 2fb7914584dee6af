import { loadHeldOut } from "./held-out.ts";
import { readArxiv, type TrainingPaper } from "./papers.ts";
import { SeededRandom } from "./seeded-random.ts";

/** Shorter abstracts are withdrawals and notices. */
const SHORTEST_ABSTRACT = 200;

/** `count` arXiv papers that may be trained on, each with the same probability; all where there are fewer. */
export async function samplePapers(dataDir: string, count: number, seed: number): Promise<TrainingPaper[]> {
  const guard = await loadHeldOut(dataDir);
  const random = new SeededRandom(seed);
  const sample: TrainingPaper[] = [];
  let seen = 0;
  for await (const paper of readArxiv(dataDir)) {
    if (paper.abstract.length < SHORTEST_ABSTRACT || !guard.allows(paper)) continue;
    // Reservoir sampling: one pass.
    seen++;
    if (sample.length < count) sample.push(paper);
    else {
      const at = random.nextBelow(seen);
      if (at < count) sample[at] = paper;
    }
  }
  return sample;
}
