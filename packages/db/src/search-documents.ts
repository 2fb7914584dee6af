import type { Author } from "@cool-papers/core";
import type { Queryable } from "./database.ts";

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
    const members = await readPage(db, after, batchSize, options.changedSince ?? null);
    if (members.length === 0) return;
    yield groupByWork(members).map(toDocument);
    after = members.at(-1)!.work_key;
  }
}

const ALL_WORKS = `select key from papers where key > $1 and key = work_key order by key limit $2`;

/** Each side is cut at the limit before they are joined: the smallest keys of the union are among them. */
const CHANGED_WORKS = `
  select key from (
    (select distinct p.work_key as key from papers p where p.change_seq > $3::bigint and p.work_key > $1 order by 1 limit $2)
    union
    (select distinct p.work_key from paper_counters c join papers p on p.key = c.paper_key
     where c.change_seq > $3::bigint and p.work_key > $1 order by 1 limit $2)
  ) changed order by key limit $2`;

async function readPage(
  db: Queryable,
  after: string,
  limit: number,
  changedSince: number | null,
): Promise<MemberRow[]> {
  const works = changedSince === null ? ALL_WORKS : CHANGED_WORKS;
  return db.query<MemberRow>(
    `with works as (${works})
     select m.key, m.work_key, m.title, m.abstract, m.authors, m.categories, m.venue, coalesce(c.pdf + c.faq, 0) as stars,
       coalesce(
         to_char(m.submitted_at at time zone 'UTC', 'YYYY-MM-DD'), m.announced_on::text, m.venue_year || '-01-01'
       ) as date
     from works join papers m on m.work_key = works.key left join paper_counters c on c.paper_key = m.key
     order by m.work_key, m.key <> m.work_key, m.key`,
    changedSince === null ? [after, limit] : [after, limit, changedSince],
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
