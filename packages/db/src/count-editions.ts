/**
 * The rows of `venues` and `editions`, written in the transaction that writes their papers. A new paper stands alone,
 * so it adds one to both counts; whatever else changes (another edition, another work, a deletion) has its editions
 * counted anew. Writers hold the write lock, so no count is lost.
 */
import type { Paper, VenueRef } from "@cool-papers/core";
import { arrayLiteral } from "./array-literal.ts";
import type { Queryable } from "./database.ts";
import { KNOWN_VENUES } from "./known-venues.ts";

/** One year of a series. */
export interface EditionKey {
  readonly venue: string;
  readonly year: number;
}

/** A paper before and after a write; `before` is null for a new one. */
interface PaperChange {
  readonly before: Paper | null;
  readonly paper: Paper;
}

/** Brings the editions of papers that were just written up to date. */
export async function countWrittenPapers(tx: Queryable, changes: readonly PaperChange[]): Promise<void> {
  const moved = changes.filter(
    ({ before, paper }) => before !== null && printKey(before.venue) !== printKey(paper.venue),
  );
  const fresh = changes.filter(({ before }) => before === null);
  const entered = [...fresh, ...moved].flatMap(({ paper }) => paper.venue ?? []);
  if (entered.length > 0) {
    await insertVenues(tx, [...new Set(entered.map(({ venue }) => venue))]);
    await addPapers(tx, entered);
  }
  const left = moved.flatMap(({ before }) => before?.venue ?? []);
  // A paper that moved has left its work in the old edition, or met it in the new one.
  await recountEditions(tx, [...left, ...moved.flatMap(({ paper }) => paper.venue ?? [])]);
}

const printKey = (edition: VenueRef | null) => (edition === null ? "" : `${edition.year} ${edition.venue}`);

async function insertVenues(tx: Queryable, ids: readonly string[]): Promise<void> {
  const known = ids.map((id) => KNOWN_VENUES.get(id));
  await tx.query(
    `insert into venues (id, name, kind, site)
     select * from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[])
     on conflict (id) do nothing`,
    [
      arrayLiteral(ids),
      arrayLiteral(known.map((venue) => venue?.name ?? null)),
      arrayLiteral(known.map((venue) => venue?.kind ?? null)),
      arrayLiteral(known.map((venue) => venue?.site ?? null)),
    ],
  );
}

/** Counts papers into their editions, each as a work of its own. */
async function addPapers(tx: Queryable, papers: readonly EditionKey[]): Promise<void> {
  await tx.query(
    `insert into editions (venue, year, name, papers, works, first_stored_at, last_stored_at)
     select venue, year, venue || ' ' || year, count(*), count(*), now(), now()
     from unnest($1::text::text[], $2::text::smallint[]) as t (venue, year) group by venue, year
     on conflict (venue, year) do update set papers = editions.papers + excluded.papers,
       works = editions.works + excluded.works, last_stored_at = excluded.last_stored_at`,
    editionColumns(papers),
  );
}

/** Counts the papers and works of editions that have rows; repetitions are counted once. */
export async function recountEditions(tx: Queryable, editions: readonly EditionKey[]): Promise<void> {
  if (editions.length === 0) return;
  await tx.query(
    `update editions set papers = counted.papers, works = counted.works
     from (
       select t.venue, t.year, count(p.key) as papers, count(distinct p.work_key) as works
       from (select distinct * from unnest($1::text::text[], $2::text::smallint[])) as t (venue, year)
       left join papers p on p.venue = t.venue collate "C" and p.venue_year = t.year
       group by t.venue, t.year
     ) counted
     where editions.venue = counted.venue collate "C" and editions.year = counted.year`,
    editionColumns(editions),
  );
}

function editionColumns(editions: readonly EditionKey[]): string[] {
  return [
    arrayLiteral(editions.map(({ venue }) => venue)),
    arrayLiteral(editions.map(({ year }) => String(year))),
  ];
}

/** Editions that papers name, to be counted anew after their works changed. */
export async function editionsOf(tx: Queryable, paperKeys: readonly string[]): Promise<EditionKey[]> {
  return tx.query<EditionKey & Record<string, unknown>>(
    `select distinct p.venue, p.venue_year as year
     from unnest($1::text::text[]) as t (key) join papers p on p.key = t.key collate "C" where p.venue is not null`,
    [arrayLiteral(paperKeys)],
  );
}

/** Writes what this version knows of series beside those that are stored. */
export async function describeVenues(db: Queryable): Promise<void> {
  const known = [...KNOWN_VENUES];
  await db.query(
    `update venues set name = t.name, kind = t.kind, site = t.site
     from unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[]) as t (id, name, kind, site)
     where venues.id = t.id collate "C" and (venues.name, venues.kind, venues.site) is distinct from (t.name, t.kind, t.site)`,
    [
      arrayLiteral(known.map(([id]) => id)),
      arrayLiteral(known.map(([, venue]) => venue.name)),
      arrayLiteral(known.map(([, venue]) => venue.kind)),
      arrayLiteral(known.map(([, venue]) => venue.site)),
    ],
  );
}
