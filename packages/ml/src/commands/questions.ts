import { open } from "node:fs/promises";
import { samplePapers } from "../data/sample-papers.ts";
import type { Encoder } from "../eval/encoder.ts";
import { dot } from "../eval/metrics.ts";
import { writeTexts } from "../generation/generator.ts";
import { readModel } from "../interchange/checkpoint.ts";
import { readModelTokenizer } from "../interchange/model-tokenizer.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";

export interface QuestionsOptions {
  readonly checkpointPath: string;
  readonly tokenizerPath: string;
  readonly dataDir: string;
  readonly outPath: string;
  readonly papers: number;
  /** A question is kept when its paper is among the first so many of all papers asked about, under `checker`. */
  readonly maxRank: number;
  readonly topP: number;
  readonly maxNewTokens: number;
  readonly seed: number;
  readonly onProgress: (written: number) => void;
}

/** Rows that the model writes at once: more take longer to fill a processor's caches than they save. */
const ROWS = 64;

/** How many questions were written and how many of them find their paper. */
export interface QuestionsReport {
  readonly written: number;
  readonly kept: number;
}

/**
 * Has the generative half write a question from the title of each paper, and keeps as lines of query and positive (the
 * abstract) those that find their paper again (the round trip of Promptagator, 2209.11755).
 *
 * @param checker finds; null keeps every question
 */
export async function writeQuestions(
  checker: Encoder | null,
  options: QuestionsOptions,
): Promise<QuestionsReport> {
  const { parameters, config: stored } = await readModel(options.checkpointPath);
  const config = stored as EncoderConfig;
  const tokenizer = await readModelTokenizer(options.tokenizerPath, config);
  const papers = await samplePapers(options.dataDir, options.papers, options.seed);
  const { topP, maxNewTokens, seed, onProgress } = options;
  const texts = await writeTexts(
    { config, parameters, tokenizer },
    papers.map(({ title }) => title),
    { rows: ROWS, topP, maxNewTokens, seed, onProgress },
  );
  const asked = papers.flatMap(({ abstract }, k) =>
    texts[k] === "" ? [] : [{ query: texts[k]!, positive: abstract }],
  );
  const isKept = checker === null ? asked.map(() => true) : await roundTrips(checker, asked, options.maxRank);
  const lines = asked.filter((_, k) => isKept[k]);
  const file = await open(options.outPath, "w");
  try {
    for (const line of lines) await file.write(`${JSON.stringify(line)}\n`);
  } finally {
    await file.close();
  }
  return { written: asked.length, kept: lines.length };
}

/** Whether fewer than `maxRank` other abstracts are nearer to a question than its own. */
async function roundTrips(
  checker: Encoder,
  asked: readonly { readonly query: string; readonly positive: string }[],
  maxRank: number,
): Promise<boolean[]> {
  const queries = await checker.embed(
    asked.map(({ query }) => query),
    "query",
  );
  const documents = await checker.embed(
    asked.map(({ positive }) => positive),
    "document",
  );
  return queries.map((query, own) => {
    const cosine = dot(query, documents[own]!);
    let nearer = 0;
    for (const document of documents) if (dot(query, document) > cosine) nearer++;
    return nearer < maxRank;
  });
}
