import { join } from "node:path";
import { readJsonLines, stringField } from "./json-lines.ts";

/** An arXiv paper in English and in machine-translated Chinese. */
export interface ParallelRow {
  readonly id: string;
  readonly titleEn: string;
  readonly titleZh: string;
  readonly abstractEn: string;
  readonly abstractZh: string;
}

/** All rows of zh/arxiv_en_zh_parallel.jsonl.gz; the last 500 are the dev set. */
export async function readParallel(dataDir: string): Promise<ParallelRow[]> {
  const path = join(dataDir, "zh/arxiv_en_zh_parallel.jsonl.gz");
  const rows: ParallelRow[] = [];
  for await (const row of readJsonLines(path)) {
    rows.push({
      id: stringField(row, "id", path),
      titleEn: stringField(row, "title_en", path),
      titleZh: stringField(row, "title_zh", path),
      abstractEn: stringField(row, "abstract_en", path),
      abstractZh: stringField(row, "abstract_zh", path),
    });
  }
  return rows;
}
