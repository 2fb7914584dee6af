import { type Paper, printPaperId } from "@cool-papers/core";
import { arrayLiteral } from "./array-literal.ts";
import { cleanPaper, isRejected, type RejectedPaper } from "./clean-paper.ts";
import { countWrittenPapers } from "./count-editions.ts";
import type { Database, Queryable } from "./database.ts";
import { WRITE_LOCK } from "./lock-names.ts";
import { mergePaper } from "./merge-paper.ts";
import {
  contentHash,
  lookupKeys,
  PAPER_COLUMN_TYPES,
  PAPER_SELECT,
  type PaperColumns,
  type PaperRow,
  textHash,
  titleKey,
  toColumns,
  toPaper,
} from "./paper-row.ts";

export interface UpsertResult {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Papers with facts that cannot be true; the others of the call are stored all the same. */
  readonly rejected: readonly RejectedPaper[];
}

/** Papers in one transaction: large enough that its overhead is small, short enough that pages are served in between. */
const BATCH_SIZE = 500;

interface Change {
  readonly paper: Paper;
  readonly columns: PaperColumns;
  readonly contentHash: string;
  /** The paper as it was, null for a new one. */
  readonly before: Paper | null;
}

/**
 * Stores papers: a new key is inserted, a known one merged with what is stored (`mergePaper`), and a paper that
 * brings nothing new is not written at all, so the same call twice changes nothing. Each 500 papers are one
 * transaction. Works are not linked here: call `linkWorks` after an import.
 */
export async function upsertPapers(db: Database, papers: readonly Paper[]): Promise<UpsertResult> {
  const rejected: RejectedPaper[] = [];
  const counts = { inserted: 0, updated: 0, unchanged: 0 };
  for (let start = 0; start < papers.length; start += BATCH_SIZE) {
    const batch = new Map<string, Paper>();
    for (const paper of papers.slice(start, start + BATCH_SIZE)) {
      const cleaned = cleanPaper(paper);
      if (isRejected(cleaned)) rejected.push(cleaned);
      else addMerged(batch, cleaned);
    }
    const changes = await upsertBatch(db, batch);
    const inserted = changes.filter((change) => change.before === null).length;
    counts.inserted += inserted;
    counts.updated += changes.length - inserted;
    counts.unchanged += batch.size - changes.length;
  }
  return { ...counts, rejected };
}

function addMerged(batch: Map<string, Paper>, paper: Paper): void {
  const key = printPaperId(paper.id);
  const earlier = batch.get(key);
  batch.set(key, earlier === undefined ? paper : mergePaper(earlier, paper));
}

async function upsertBatch(db: Database, batch: ReadonlyMap<string, Paper>): Promise<readonly Change[]> {
  if (batch.size === 0) return [];
  return db.transaction(async (tx) => {
    await lockForWriting(tx);
    const changes = await findChanges(tx, batch);
    if (changes.length > 0) await write(tx, changes);
    return changes;
  });
}

/** Writers take turns until their commit: whoever reads change numbers up to n has then seen every write below n. */
export async function lockForWriting(tx: Queryable): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock($1)`, [WRITE_LOCK]);
}

export async function nextChange(tx: Queryable): Promise<number> {
  const [row] = await tx.query<{ seq: number }>(`select nextval('change_sequence')::float8 as seq`);
  return row!.seq;
}

async function findChanges(tx: Queryable, batch: ReadonlyMap<string, Paper>): Promise<readonly Change[]> {
  const known = await storedHashes(tx, [...batch.keys()]);
  const fresh: Change[] = [];
  const doubtful: string[] = [];
  for (const [key, paper] of batch) {
    const change = toChange(paper, null);
    const stored = known.get(key);
    if (stored === undefined) fresh.push(change);
    else if (stored !== change.contentHash) doubtful.push(key);
  }
  const stored = await storedPapers(tx, doubtful);
  const updates = stored
    .map((before) => toChange(mergePaper(before, batch.get(printPaperId(before.id))!), before))
    .filter((change) => change.contentHash !== known.get(change.columns.key));
  return [...fresh, ...updates];
}

function toChange(paper: Paper, before: Paper | null): Change {
  const columns = toColumns(paper);
  return { paper, columns, contentHash: contentHash(columns), before };
}

async function storedHashes(tx: Queryable, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ key: string; content_hash: string }>(
    `select key, content_hash from papers where key = any($1::text::text[])`,
    [arrayLiteral(keys)],
  );
  return new Map(rows.map((row) => [row.key, row.content_hash]));
}

async function storedPapers(tx: Queryable, keys: readonly string[]): Promise<readonly Paper[]> {
  if (keys.length === 0) return [];
  const rows = await tx.query<PaperRow>(
    `select ${PAPER_SELECT} from papers p where p.key = any($1::text::text[])`,
    [arrayLiteral(keys)],
  );
  return rows.map(toPaper);
}

/** The columns of one insert: what the sources say, then what follows from it. */
const DERIVED_COLUMN_TYPES = { title_key: "bigint", text_hash: "text", content_hash: "text" };
const INSERT_COLUMN_TYPES: Record<string, string> = { ...PAPER_COLUMN_TYPES, ...DERIVED_COLUMN_TYPES };
const INSERT_COLUMNS = Object.keys(INSERT_COLUMN_TYPES);

const INSERT_PAPERS = `
  insert into papers (${INSERT_COLUMNS.join(", ")}, work_key, created_seq, change_seq)
  select ${INSERT_COLUMNS.map((name) => `${name}::${INSERT_COLUMN_TYPES[name]}`).join(", ")}, key, $1::bigint, $1::bigint
  from unnest(${INSERT_COLUMNS.map((_, i) => `$${i + 2}::text::text[]`).join(", ")}) as t (${INSERT_COLUMNS.join(", ")})
  on conflict (key) do update set
    ${INSERT_COLUMNS.filter((name) => name !== "key")
      .map((name) => `${name} = excluded.${name}`)
      .join(", ")},
    change_seq = excluded.change_seq, changed_at = now()`;

async function write(tx: Queryable, changes: readonly Change[]): Promise<void> {
  const rows = changes.map(
    (change): Record<string, string | null> => ({
      ...change.columns,
      title_key: titleKey(change.paper.title),
      text_hash: textHash(change.paper),
      content_hash: change.contentHash,
    }),
  );
  const seq = await nextChange(tx);
  await tx.query(INSERT_PAPERS, [
    String(seq),
    ...INSERT_COLUMNS.map((name) => arrayLiteral(rows.map((row) => row[name] ?? null))),
  ]);
  await writeListings(tx, changes);
  await writePaperIds(tx, changes);
  await countWrittenPapers(tx, changes);
}

interface Listing {
  readonly category: string;
  readonly listedOn: string;
  readonly paperKey: string;
  readonly position: number;
  readonly firstInArchive: boolean;
}

/** Rows of `category_listings` for one paper. */
function listingsOf(paper: Paper): Listing[] {
  const paperKey = printPaperId(paper.id);
  const listedOn = paper.announcedOn ?? "-infinity";
  const archives = new Set<string>();
  return [...new Set(paper.categories)].map((category, position) => {
    const archive = category.split(".", 1)[0]!;
    const firstInArchive = !archives.has(archive);
    archives.add(archive);
    return { category, listedOn, paperKey, position, firstInArchive };
  });
}

async function writeListings(tx: Queryable, changes: readonly Change[]): Promise<void> {
  const old = changes.flatMap(({ before }) => (before === null ? [] : listingsOf(before)));
  if (old.length > 0) {
    await tx.query(
      `delete from category_listings l using unnest($1::text::text[], $2::text::date[], $3::text::text[]) as t (category, listed_on, paper_key)
       where l.category = t.category collate "C" and l.listed_on = t.listed_on and l.paper_key = t.paper_key collate "C"`,
      [
        arrayLiteral(old.map((row) => row.category)),
        arrayLiteral(old.map((row) => row.listedOn)),
        arrayLiteral(old.map((row) => row.paperKey)),
      ],
    );
  }
  const rows = changes.flatMap(({ paper }) => listingsOf(paper));
  if (rows.length === 0) return;
  await tx.query(
    `insert into category_listings (category, listed_on, paper_key, position, first_in_archive)
     select * from unnest($1::text::text[], $2::text::date[], $3::text::text[], $4::text::smallint[], $5::text::boolean[])`,
    [
      arrayLiteral(rows.map((row) => row.category)),
      arrayLiteral(rows.map((row) => row.listedOn)),
      arrayLiteral(rows.map((row) => row.paperKey)),
      arrayLiteral(rows.map((row) => String(row.position))),
      arrayLiteral(rows.map((row) => String(row.firstInArchive))),
    ],
  );
}

async function writePaperIds(tx: Queryable, changes: readonly Change[]): Promise<void> {
  const pairs = (paper: Paper) =>
    lookupKeys(paper).map((otherKey) => [otherKey, printPaperId(paper.id)] as const);
  const old = changes.flatMap(({ before }) => (before === null ? [] : pairs(before)));
  if (old.length > 0) {
    await tx.query(
      `delete from paper_ids i using unnest($1::text::text[], $2::text::text[]) as t (other_key, paper_key)
       where i.other_key = t.other_key collate "C" and i.paper_key = t.paper_key collate "C"`,
      [arrayLiteral(old.map((pair) => pair[0])), arrayLiteral(old.map((pair) => pair[1]))],
    );
  }
  const rows = changes.flatMap(({ paper }) => pairs(paper));
  if (rows.length === 0) return;
  await tx.query(
    `insert into paper_ids (other_key, paper_key) select * from unnest($1::text::text[], $2::text::text[])`,
    [arrayLiteral(rows.map((pair) => pair[0])), arrayLiteral(rows.map((pair) => pair[1]))],
  );
}
