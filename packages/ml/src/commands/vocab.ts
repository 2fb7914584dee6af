import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { trainVocabulary, WordCounter, WordPieceTokenizer, writeTokenizerJson } from "@cool-papers/text";
import { HELD_OUT_PARALLEL_ROWS, type HeldOutGuard, loadHeldOut } from "../data/held-out.ts";
import { readJsonLines } from "../data/json-lines.ts";
import { readArxiv, readVenues } from "../data/papers.ts";
import { readParallel } from "../data/parallel.ts";
import { readTeacherKeys } from "../data/teacher-vectors.ts";

export interface VocabOptions {
  readonly dataDir: string;
  readonly outDir: string;
  readonly vocabSize: number;
  /** Every n-th abstract is counted; titles and Chinese all are. */
  readonly abstractEvery: number;
}

/** Trains a vocabulary on papers in English and on Chinese, and writes tokenizer.json. Held-out texts are left out. */
export async function vocab(options: VocabOptions): Promise<{ words: number; pieces: number; path: string }> {
  const { dataDir } = options;
  const guard = await loadHeldOut(dataDir);
  const counter = new WordCounter();
  let papers = 0;
  for (const read of [readArxiv, readVenues]) {
    for await (const paper of read(dataDir)) {
      if (!guard.allows(paper)) continue;
      counter.add(paper.title);
      if (papers++ % options.abstractEvery === 0) counter.add(paper.abstract);
    }
  }
  await countChinese(counter, guard, dataDir);
  const pieces = trainVocabulary(counter.counts, { vocabSize: options.vocabSize, minCharacterCount: 3 });
  await mkdir(options.outDir, { recursive: true });
  const path = join(options.outDir, "tokenizer.json");
  await writeFile(path, writeTokenizerJson(new WordPieceTokenizer(pieces)));
  return { words: counter.counts.size, pieces: pieces.length, path };
}

async function countChinese(counter: WordCounter, guard: HeldOutGuard, dataDir: string): Promise<void> {
  for (const row of (await readParallel(dataDir)).slice(0, -HELD_OUT_PARALLEL_ROWS)) {
    if (!guard.allows({ title: row.titleZh, abstract: row.abstractZh })) continue;
    counter.add(row.titleZh);
    counter.add(row.abstractZh);
  }
  for (const text of await readTeacherKeys(dataDir, "zh.txt")) if (guard.allows({ text })) counter.add(text);
  const folder = join(dataDir, "zh/CSL");
  for (const file of await readdir(folder)) {
    if (/_dev\.jsonl\.gz$/.test(file)) continue;
    for await (const row of readJsonLines(join(folder, file))) {
      for (const text of [row.title, row.abstract]) {
        if (typeof text === "string" && guard.allows({ text, abstract: text })) counter.add(text);
      }
    }
  }
}
