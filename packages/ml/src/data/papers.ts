import { join } from "node:path";
import { readJsonLines, stringField } from "./json-lines.ts";

/** A paper as training sees it. */
export interface TrainingPaper {
  /** `arxiv:2104.09864`, `openreview:NGB6YNnO5o`: scheme and local id as in the teacher files. */
  readonly id: string;
  readonly title: string;
  readonly abstract: string;
  /** First arXiv category, or the venue's name. */
  readonly field: string;
  /** arXiv id of the preprint of a venue paper, without version; null when unknown. */
  readonly arxivId: string | null;
}

/** Papers of arxiv.jsonl.gz in file order (newest month first). */
export async function* readArxiv(dataDir: string): AsyncGenerator<TrainingPaper> {
  const path = join(dataDir, "arxiv.jsonl.gz");
  for await (const row of readJsonLines(path)) {
    const id = stringField(row, "id", path);
    yield {
      id: `arxiv:${id}`,
      title: stringField(row, "title", path),
      abstract: stringField(row, "abstract", path),
      field: typeof row.primary === "string" ? row.primary : "",
      arxivId: id,
    };
  }
}

/** Papers of venues.jsonl.gz in file order; an abstract may be empty. */
export async function* readVenues(dataDir: string): AsyncGenerator<TrainingPaper> {
  const path = join(dataDir, "venues.jsonl.gz");
  for await (const row of readJsonLines(path)) {
    const others = (row.other_ids ?? {}) as Record<string, unknown>;
    const arxivId = typeof others.arxiv === "string" ? others.arxiv.replace(/v\d+$/, "") : null;
    yield {
      id: `${stringField(row, "id_scheme", path)}:${stringField(row, "id", path)}`,
      title: stringField(row, "title", path),
      abstract: typeof row.abstract === "string" ? row.abstract : "",
      field: typeof row.venue === "string" ? row.venue : "",
      arxivId: row.id_scheme === "arxiv" ? String(row.id) : arxivId,
    };
  }
}

/** The text of a paper that teachers and students embed: the first 512 code points of `title + ". " + abstract`. */
export function documentText(paper: { title: string; abstract: string }, maxCodePoints = 512): string {
  return firstCodePoints(`${paper.title}. ${paper.abstract}`, maxCodePoints);
}

/** The first code points of a text, never half a surrogate pair. */
export function firstCodePoints(text: string, count: number): string {
  if (text.length <= count) return text;
  let end = 0;
  for (let taken = 0; taken < count && end < text.length; taken++) {
    end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}
