import { readFile, writeFile } from "node:fs/promises";
import { readTokenizerJson } from "@cool-papers/text";
import { readJsonLines, stringField } from "../data/json-lines.ts";
import { type LengthMeasure, type LengthReportTexts, lengthReport } from "../eval/length-report.ts";
import { readCheckpoint } from "../interchange/checkpoint.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import { embeddingSource } from "./evaluate.ts";
import { printTable } from "./print-table.ts";

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

/** Prints how well titles find abstracts cut to several lengths. */
export async function runLengthReport(command: LengthReportCommand): Promise<void> {
  const { parameters, config } = await readCheckpoint(command.checkpointPath);
  const texts = await readLongTexts(command);
  const { lengths, trainedLength, threads } = command;
  const source = embeddingSource(command.headShareM);
  const model = { config: config as EncoderConfig, parameters, source };
  const measures = await lengthReport({ ...model, ...texts, lengths, trainedLength, threads, scale: SCALE });
  console.log(printLengthReport(measures));
  const about = `${texts.documents.length} papers, chance: loss ${Math.log(texts.documents.length).toFixed(3)}`;
  console.log(`${command.checkpointPath}, trained on up to ${trainedLength} tokens; ${about}`);
  if (command.jsonPath === null) return;
  const written = { ...command, papers: texts.documents.length, measures };
  await writeFile(command.jsonPath, `${JSON.stringify(written, null, 2)}\n`);
}

async function readLongTexts(command: LengthReportCommand): Promise<LengthReportTexts> {
  const { textsPath, papers, lengths } = command;
  const tokenizer = readTokenizerJson(await readFile(command.tokenizerPath, "utf8"));
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
