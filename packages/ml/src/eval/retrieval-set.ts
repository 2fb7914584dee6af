/** Retrieval test sets in memory, and their readers. */
import { join } from "node:path";
import { DataError } from "../data/data-error.ts";
import { readJsonLines, readLines, stringField } from "../data/json-lines.ts";
import { readArxiv } from "../data/papers.ts";
import { readTsv } from "../data/tsv.ts";

export interface RetrievalSet {
  readonly name: string;
  readonly queries: readonly string[];
  /** title and abstract apart: models and BM25 join them in their own way */
  readonly documents: readonly { readonly title: string; readonly abstract: string }[];
  /** Per query: document index → grade; above 0 is relevant. */
  readonly relevant: readonly ReadonlyMap<number, number>[];
}

interface Judgement {
  readonly query: string;
  readonly document: string;
  readonly grade: number;
}

async function readQrels(path: string): Promise<Judgement[]> {
  const judgements: Judgement[] = [];
  for await (const row of readTsv(path)) {
    const grade = Number(row.score);
    if (!Number.isFinite(grade)) throw new DataError(`${path} has the grade ${JSON.stringify(row.score)}.`);
    judgements.push({ query: row["query-id"]!, document: row["corpus-id"]!, grade });
  }
  return judgements;
}

/** Keeps the queries that have a relevant document within the corpus. */
function assemble(
  name: string,
  queries: ReadonlyMap<string, string>,
  documents: ReadonlyMap<string, { title: string; abstract: string }>,
  judgements: readonly Judgement[],
): RetrievalSet {
  const indexOf = new Map([...documents.keys()].map((id, index) => [id, index]));
  const byQuery = new Map<string, Map<number, number>>();
  for (const { query, document, grade } of judgements) {
    const index = indexOf.get(document);
    if (index === undefined || !queries.has(query)) continue;
    const grades = byQuery.get(query) ?? new Map<number, number>();
    byQuery.set(query, grades.set(index, grade));
  }
  const kept = [...byQuery].filter(([, grades]) => [...grades.values()].some((grade) => grade > 0));
  return {
    name,
    queries: kept.map(([id]) => queries.get(id)!),
    documents: [...documents.values()],
    relevant: kept.map(([, grades]) => grades),
  };
}

async function readQueries(path: string): Promise<Map<string, string>> {
  const queries = new Map<string, string>();
  for await (const row of readJsonLines(path)) {
    queries.set(String(row.qid ?? row._id), stringField(row, "text", path));
  }
  return queries;
}

/** eval/autoscholar over the papers of haystack.ids. */
export async function readAutoscholar(dataDir: string): Promise<RetrievalSet> {
  const root = join(dataDir, "eval/autoscholar");
  const papers = new Map<string, { title: string; abstract: string }>();
  const wanted: string[] = [];
  for await (const id of readLines(join(root, "haystack.ids"))) if (id !== "") wanted.push(id);
  const goldPath = join(root, "gold_corpus.jsonl.gz");
  for await (const row of readJsonLines(goldPath)) {
    const paper = {
      title: stringField(row, "title", goldPath),
      abstract: stringField(row, "abstract", goldPath),
    };
    papers.set(stringField(row, "id", goldPath), paper);
  }
  const missing = new Set(wanted.filter((id) => !papers.has(id)).map((id) => `arxiv:${id}`));
  for await (const { id, title, abstract } of readArxiv(dataDir)) {
    if (missing.delete(id)) papers.set(id.slice("arxiv:".length), { title, abstract });
    if (missing.size === 0) break;
  }
  if (missing.size > 0) throw new DataError(`${missing.size} papers of haystack.ids are in neither corpus.`);
  const documents = new Map(wanted.map((id) => [id, papers.get(id)!]));
  const queries = await readQueries(join(root, "queries.jsonl"));
  return assemble("autoscholar", queries, documents, await readQrels(join(root, "qrels.tsv")));
}

/** eval/cacm and eval/cranfield. */
export async function readClassicSet(dataDir: string, name: "cacm" | "cranfield"): Promise<RetrievalSet> {
  const root = join(dataDir, "eval", name);
  return readBeirLike(
    name,
    join(root, "corpus.jsonl.gz"),
    join(root, "queries.jsonl"),
    join(root, "qrels.tsv"),
  );
}

/**
 * A folder in BEIR's layout: corpus.jsonl (_id, title, text), queries.jsonl (_id, text) and qrels/SPLIT.tsv
 * (query-id, corpus-id, score).
 */
export function readBeirFolder(folder: string, split = "test"): Promise<RetrievalSet> {
  return readBeirLike(
    folder.replace(/\/+$/, "").split("/").at(-1)!,
    join(folder, "corpus.jsonl"),
    join(folder, "queries.jsonl"),
    join(folder, "qrels", `${split}.tsv`),
  );
}

async function readBeirLike(
  name: string,
  corpus: string,
  queries: string,
  qrels: string,
): Promise<RetrievalSet> {
  const documents = new Map<string, { title: string; abstract: string }>();
  for await (const row of readJsonLines(corpus)) {
    const abstract = String(row.abstract ?? row.text ?? "");
    documents.set(String(row.id ?? row._id), { title: String(row.title ?? ""), abstract });
  }
  return assemble(name, await readQueries(queries), documents, await readQrels(qrels));
}

/** Titles of eval/known-item.ids against the abstracts of the same papers. */
export async function readKnownItems(dataDir: string): Promise<RetrievalSet> {
  const wanted = new Set<string>();
  for await (const id of readLines(join(dataDir, "eval/known-item.ids")))
    if (id !== "") wanted.add(`arxiv:${id}`);
  const papers = new Map<string, { title: string; abstract: string }>();
  for await (const { id, title, abstract } of readArxiv(dataDir)) {
    if (wanted.has(id)) papers.set(id, { title, abstract });
  }
  const list = [...papers.values()];
  return {
    name: "known-item",
    queries: list.map(({ title }) => title),
    documents: list.map(({ abstract }) => ({ title: "", abstract })),
    relevant: list.map((_, index) => new Map([[index, 1]])),
  };
}
