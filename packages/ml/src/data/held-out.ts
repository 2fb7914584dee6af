/**
 * The fence between training and evaluation. What the evaluation asks or expects may not be learned from:
 *
 * - papers of `eval/known-item.ids`, the gold papers of `eval/autoscholar` (documents of a haystack, so training on
 *   them would be defensible; left out to be on the safe side), and the last 500 rows of the parallel set: by id, by
 *   title and by the beginning of the abstract, so that a venue version under another id is caught too;
 * - autoscholar's questions and the questions of cacm and cranfield;
 * - every sentence of a dev or valid split of the Chinese sets, wherever else it occurs.
 *
 * Readers drop held-out rows with `allows`; batch builders call `assertAllowed` again on everything they are given.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { normalizeText } from "@cool-papers/text";
import { readJsonLines, readLines } from "./json-lines.ts";
import { readArxiv } from "./papers.ts";
import { readParallel } from "./parallel.ts";
import { readTsv } from "./tsv.ts";

/** Rows at the end of zh/arxiv_en_zh_parallel.jsonl.gz that are the cross-lingual dev set. */
export const HELD_OUT_PARALLEL_ROWS = 500;
const ABSTRACT_KEY_LENGTH = 160;

/** Anything that may enter training. Give all that is known: any field can betray a held-out row. */
export interface TrainingRow {
  /** Paper id with its scheme, as in the teacher files: `arxiv:2104.09864`. */
  readonly id?: string;
  readonly title?: string;
  readonly abstract?: string;
  /** A sentence, a question, or a whole document. */
  readonly text?: string;
}

/** A held-out row reached the training data. */
export class HeldOutLeakError extends Error {
  override readonly name = "HeldOutLeakError";
}

export class HeldOutGuard {
  readonly #ids = new Set<string>();
  readonly #texts = new Set<string>();
  readonly #abstracts = new Set<string>();

  /** Marks a row as held out by every field it has. */
  add(row: TrainingRow): void {
    if (row.id !== undefined) this.#ids.add(idKey(row.id));
    for (const text of [row.title, row.text]) {
      if (text !== undefined && textKey(text) !== "") this.#texts.add(textKey(text));
    }
    if (row.abstract !== undefined && row.abstract !== "") this.#abstracts.add(abstractKey(row.abstract));
  }

  get size(): { ids: number; texts: number; abstracts: number } {
    return { ids: this.#ids.size, texts: this.#texts.size, abstracts: this.#abstracts.size };
  }

  allows(row: TrainingRow): boolean {
    return this.#reason(row) === null;
  }

  /** @throws HeldOutLeakError naming what matched */
  assertAllowed(row: TrainingRow): void {
    const reason = this.#reason(row);
    if (reason !== null) {
      throw new HeldOutLeakError(
        `Held-out data reached training: ${reason}. Filter the source with HeldOutGuard.allows.`,
      );
    }
  }

  #reason(row: TrainingRow): string | null {
    if (row.id !== undefined && this.#ids.has(idKey(row.id))) return `the paper ${row.id}`;
    for (const text of [row.title, row.text]) {
      if (text !== undefined && this.#texts.has(textKey(text)))
        return `the text ${JSON.stringify(text.slice(0, 80))}`;
    }
    for (const text of [row.abstract, row.text]) {
      if (text !== undefined && this.#abstracts.has(abstractKey(text))) {
        return `the abstract ${JSON.stringify(text.slice(0, 80))}`;
      }
    }
    return null;
  }
}

/** An arXiv version suffix does not make another paper. */
const idKey = (id: string) => (id.startsWith("arxiv:") ? id.replace(/v\d+$/, "") : id);

/** Letters, digits and ideographs only: case, accents, spacing, punctuation and TeX dollars do not count. */
export function textKey(text: string): string {
  return normalizeText(text).replace(/[^\p{L}\p{N}]+/gu, "");
}

const abstractKey = (text: string) =>
  textKey(text.slice(0, 2 * ABSTRACT_KEY_LENGTH)).slice(0, ABSTRACT_KEY_LENGTH);

/** Everything held out of `../shared/data`. Reads arxiv.jsonl.gz once for the titles of the known-item papers. */
export async function loadHeldOut(dataDir: string): Promise<HeldOutGuard> {
  const guard = new HeldOutGuard();
  const knownItems = new Set<string>();
  for await (const id of readLines(join(dataDir, "eval/known-item.ids"))) {
    if (id !== "") knownItems.add(`arxiv:${id}`);
  }
  for (const id of knownItems) guard.add({ id });
  for await (const line of readLines(join(dataDir, "eval/autoscholar/qrels.tsv"))) {
    const id = line.split("\t")[1];
    if (id !== undefined && id !== "corpus-id") guard.add({ id: `arxiv:${id}` });
  }
  for await (const { id, title, abstract } of readJsonLines(
    join(dataDir, "eval/autoscholar/gold_corpus.jsonl.gz"),
  )) {
    guard.add({ id: `arxiv:${id}`, title: String(title), abstract: String(abstract) });
  }
  for (const set of ["autoscholar", "cacm", "cranfield"]) {
    for await (const { text } of readJsonLines(join(dataDir, "eval", set, "queries.jsonl"))) {
      guard.add({ text: String(text) });
    }
  }
  for await (const { id, title, abstract } of readArxiv(dataDir)) {
    if (knownItems.has(id)) guard.add({ title, abstract });
  }
  await addParallelDev(guard, dataDir);
  await addChineseDev(guard, dataDir);
  return guard;
}

async function addParallelDev(guard: HeldOutGuard, dataDir: string): Promise<void> {
  const rows = await readParallel(dataDir);
  for (const row of rows.slice(-HELD_OUT_PARALLEL_ROWS)) {
    guard.add({ id: `arxiv:${row.id}`, title: row.titleEn, abstract: row.abstractEn });
    guard.add({ title: row.titleZh, abstract: row.abstractZh });
  }
}

async function addChineseDev(guard: HeldOutGuard, dataDir: string): Promise<void> {
  const root = join(dataDir, "zh");
  for (const set of readdirSync(root, { withFileTypes: true })) {
    if (!set.isDirectory()) continue;
    for (const file of readdirSync(join(root, set.name))) {
      const path = join(root, set.name, file);
      if (/^(dev|valid)\.tsv\.gz$/.test(file)) {
        for await (const { a, b } of readTsv(path)) {
          guard.add({ text: a! });
          guard.add({ text: b! });
        }
      } else if (/_dev\.jsonl\.gz$/.test(file)) {
        for await (const row of readJsonLines(path)) {
          for (const field of ["title", "abstract", "abstract_title"]) {
            if (typeof row[field] === "string") guard.add({ text: row[field] });
          }
          if (typeof row.abstract === "string") guard.add({ abstract: row.abstract });
        }
      }
    }
  }
}

/** True where the data folder of the project lies beside the checkout. */
export function hasSharedData(dataDir: string): boolean {
  return existsSync(join(dataDir, "eval/known-item.ids"));
}
