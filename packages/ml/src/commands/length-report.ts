import { writeFile } from "node:fs/promises";
import type { WordPieceTokenizer } from "@cool-papers/text";
import { readJsonLines, stringField } from "../data/json-lines.ts";
import { type LengthPerplexity, lengthPerplexity } from "../eval/length-perplexity.ts";
import { type LengthMeasure, type LengthReportTexts, lengthReport } from "../eval/length-report.ts";
import { readModel } from "../interchange/checkpoint.ts";
import { readModelTokenizer } from "../interchange/model-tokenizer.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import { printTable } from "../report/print-table.ts";
import { embeddingSource } from "./evaluate.ts";

export interface LengthReportCommand {
  readonly checkpointPath: string;
  readonly tokenizerPath: string;
  /** JSON lines with title and abstract */
  readonly textsPath: string;
  /** Papers taken: the first whose abstract is long enough. */
  readonly papers: number;
  readonly lengths: readonly number[];
  readonly trainedLength: number;
  readonly headShareM: number | null;
  readonly threads: number;
  readonly jsonPath: string | null;
}

const SCALE = 20;

/** Prints how well titles find abstracts cut to several lengths, and the perplexity of abstracts after their titles. */
export async function runLengthReport(command: LengthReportCommand): Promise<void> {
  const { parameters, config: stored } = await readModel(command.checkpointPath);
  const config = stored as EncoderConfig;
  const tokenizer = await readModelTokenizer(command.tokenizerPath, config);
  const texts = await readLongTexts(command, tokenizer);
  const { lengths, trainedLength, threads } = command;
  const shared = { config, parameters, lengths, trainedLength, threads };
  const source = embeddingSource(command.headShareM);
  const measures = await lengthReport({ ...shared, ...texts, source, scale: SCALE });
  console.log(printLengthReport(measures));
  const about = `${texts.documents.length} papers, chance: loss ${Math.log(texts.documents.length).toFixed(3)}`;
  console.log(`${command.checkpointPath}, trained on up to ${trainedLength} tokens; ${about}`);
  const perplexity = parameters.has("lmHead.bias")
    ? await lengthPerplexity({ ...shared, ...inner(texts), special: tokenizer.special })
    : null;
  if (perplexity !== null) {
    console.log(`\n${printPerplexity(perplexity)}`);
    console.log("abstracts written after their titles; at end: the last 16 tokens of each alone");
  }
  if (command.jsonPath === null) return;
  const written = { ...command, papers: texts.documents.length, measures, perplexity };
  await writeFile(command.jsonPath, `${JSON.stringify(written, null, 2)}\n`);
}

async function readLongTexts(
  { textsPath, papers, lengths }: LengthReportCommand,
  tokenizer: WordPieceTokenizer,
): Promise<LengthReportTexts> {
  const longest = Math.max(...lengths);
  const texts: { queries: Int32Array[]; documents: Int32Array[] } = { queries: [], documents: [] };
  for await (const row of readJsonLines(textsPath)) {
    const document = tokenizer.encode(stringField(row, "abstract", textsPath)).ids;
    if (document.length < longest) continue;
    texts.documents.push(document);
    texts.queries.push(tokenizer.encode(stringField(row, "title", textsPath)).ids);
    if (texts.documents.length === papers) break;
  }
  return texts;
}

/** Without [CLS] and [SEP]. */
const inner = ({ queries, documents }: LengthReportTexts) => ({
  sources: queries.map((ids) => ids.subarray(1, -1)),
  targets: documents.map((ids) => ids.subarray(1, -1)),
});

function printLengthReport(measures: readonly LengthMeasure[]): string {
  return printTable(
    ["tokens", "variant", "loss", "R@1", "mrr"],
    measures.map(({ length, variant, loss, recallAt1, mrr }) => [
      String(length),
      variant,
      loss.toFixed(4),
      recallAt1.toFixed(3),
      mrr.toFixed(3),
    ]),
  );
}

function printPerplexity(measures: readonly LengthPerplexity[]): string {
  return printTable(
    ["tokens", "variant", "perplexity", "at end"],
    measures.map(({ length, variant, perplexity, perplexityAtEnd }) => [
      String(length),
      variant,
      perplexity.toPrecision(4),
      perplexityAtEnd.toPrecision(4),
    ]),
  );
}
