import type { Author } from "@cool-papers/core";
import { arrayLiteral } from "./array-literal.ts";
import type { Queryable } from "./database.ts";
import { nextWorkKeys } from "./work-keys.ts";

/** What the search index holds of one work, all but the vector. */
export interface SearchDocumentRow {
  /** Printed PaperId of the work's representative paper. */
  readonly key: string;
  readonly title: string;
  readonly abstract: string;
  /** Names in order. */
  readonly authors: readonly string[];
  /** Categories of all members, the representative's first. */
  readonly categories: readonly string[];
  /** Venue series of all members. */
  readonly venues: readonly string[];
  readonly sources: readonly ("arxiv" | "venue")[];
  /** Printed ids of all members, the representative first. */
  readonly memberKeys: readonly string[];
  /** YYYY-MM-DD: day of submission, else of listing, else the first day of the edition's year, else 1970-01-01. */
  readonly date: string;
  readonly year: number;
  /** Openings of PDF and FAQ over all members. */
  readonly stars: number;
}

export interface SearchDocumentOptions {
  /** Works in one step, 1,000 unless told. */
  readonly batchSize?: number;
  /** Only works of which a member or its counters changed after this number (`latestChange`). */
  readonly changedSince?: number;
  readonly signal?: AbortSignal;
}

type MemberRow = {
  key: string;
  work_key: string;
  title: string;
  abstract: string;
  authors: Author[];
  categories: string[];
  venue: string | null;
  date: string | null;
  stars: number;
};

const DEFAULT_BATCH_SIZE = 1_000;

/**
 * One row per work, ordered by key, read in pages by key, so that memory and time per page stay the same to the end.
 *
 * After `linkWorks` a paper may have moved into another work: then the document under its own key is obsolete.
 * Before upserting a changed row, remove from the index the documents of `memberKeys` other than `key`.
 */
export async function* streamSearchDocuments(
  db: Queryable,
  options: SearchDocumentOptions = {},
): AsyncGenerator<SearchDocumentRow[]> {
  const batchSize = options.batchSize ?? DEFAULT_BATCH_SIZE;
  let after = "";
  for (;;) {
    options.signal?.throwIfAborted();
    const works = await nextWorks(db, after, batchSize, options.changedSince ?? null);
    if (works.length === 0) return;
    yield groupByWork(await readMembers(db, works)).map(toDocument);
    after = works.at(-1)!;
  }
}

/** Each side is cut at the limit before they are joined: the smallest keys of the union are among them. */
const CHANGED_WORKS = `
  select key from (
    (select distinct p.work_key as key from papers p where p.change_seq > $3::bigint and p.work_key > $1 order by 1 limit $2)
    union
    (select distinct p.work_key from paper_counters c join papers p on p.key = c.paper_key
     where c.change_seq > $3::bigint and p.work_key > $1 order by 1 limit $2)
  ) changed order by key limit $2`;

async function nextWorks(
  db: Queryable,
  after: string,
  limit: number,
  changedSince: number | null,
): Promise<string[]> {
  if (changedSince === null) return nextWorkKeys(db, after, limit);
  const rows = await db.query<{ key: string }>(CHANGED_WORKS, [after, limit, String(changedSince)]);
  return rows.map((row) => row.key);
}

/** A statement of its own: joined to the page above, the planner would scan the whole table for each page. */
async function readMembers(db: Queryable, works: readonly string[]): Promise<MemberRow[]> {
  return db.query<MemberRow>(
    `select m.key, m.work_key, m.title, m.abstract, m.authors, m.categories, m.venue,
       coalesce(c.pdf + c.faq, 0) as stars,
       coalesce(
         to_char(m.submitted_at at time zone 'UTC', 'YYYY-MM-DD'), m.announced_on::text, m.venue_year || '-01-01'
       ) as date
     from papers m left join paper_counters c on c.paper_key = m.key
     where m.work_key = any($1::text::text[])
     order by m.work_key, m.key <> m.work_key, m.key`,
    [arrayLiteral(works)],
  );
}

function groupByWork(rows: readonly MemberRow[]): MemberRow[][] {
  const works: MemberRow[][] = [];
  for (const row of rows) {
    const work = works.at(-1);
    if (work?.[0]?.work_key === row.work_key) work.push(row);
    else works.push([row]);
  }
  return works;
}

function toDocument(members: readonly MemberRow[]): SearchDocumentRow {
  const representative = members[0]!;
  const date = members.find((member) => member.date !== null)?.date ?? "1970-01-01";
  return {
    key: representative.key,
    title: representative.title,
    abstract: members.find((member) => member.abstract !== "")?.abstract ?? "",
    authors: (members.find((member) => member.authors.length > 0)?.authors ?? []).map(
      (author) => author.name,
    ),
    categories: [...new Set(members.flatMap((member) => member.categories))],
    venues: [...new Set(members.flatMap((member) => member.venue ?? []))],
    sources: sourcesOf(members),
    memberKeys: members.map((member) => member.key),
    date,
    year: Number(date.slice(0, 4)),
    stars: members.reduce((sum, member) => sum + member.stars, 0),
  };
}

function sourcesOf(members: readonly MemberRow[]): ("arxiv" | "venue")[] {
  const isArxiv = (member: MemberRow) => member.key.startsWith("arxiv:");
  const sources: ("arxiv" | "venue")[] = [];
  if (members.some(isArxiv)) sources.push("arxiv");
  if (members.some((member) => !isArxiv(member) || member.venue !== null)) sources.push("venue");
  return sources;
}
