import type { Queryable } from "./database.ts";
import { loadPapers, type StoredPaper } from "./get-papers.ts";
import type { VenueKind } from "./known-venues.ts";
import { clampBounds, type PageBounds } from "./page-bounds.ts";

/** One year of a venue series. */
export interface VenueEdition {
  readonly venue: string;
  readonly year: number;
  /** Works, each counted once however many records of it the edition has. */
  readonly count: number;
}

/** A part of an edition: a decision (Oral, Poster) or a track (Long, Demo). */
export interface EditionGroup {
  readonly kind: "decision" | "track";
  readonly name: string;
  readonly count: number;
}

export interface EditionPage {
  readonly venue: string;
  readonly year: number;
  /** Works that match the group asked for. */
  readonly total: number;
  /** Groups of the whole edition, largest first. */
  readonly groups: readonly EditionGroup[];
  readonly papers: readonly StoredPaper[];
}

export interface EditionRequest extends PageBounds {
  readonly venue: string;
  readonly year: number;
  /** Decision or track, without regard to case. */
  readonly group?: string | null;
  /** "listed": by key. "stars": most opened first. "stored": what came last first. */
  readonly sort?: "listed" | "title" | "stars" | "stored";
}

/** All editions, newest year first, then by name. */
export function venueEditions(db: Queryable): Promise<readonly VenueEdition[]> {
  return db.query<VenueEdition & Record<string, unknown>>(
    `select venue, year, works as count from editions where works > 0 order by year desc, venue`,
  );
}

/** A series: what is known of it, null where nothing is. */
export interface Venue {
  readonly id: string;
  /** In full. */
  readonly name: string | null;
  readonly kind: VenueKind | null;
  readonly site: string | null;
}

/** The series of an id, or null when no paper names it. */
export async function getVenue(db: Queryable, id: string): Promise<Venue | null> {
  const [row] = await db.query<Venue & Record<string, unknown>>(
    `select id, name, kind, site from venues where id = $1`,
    [id],
  );
  return row ?? null;
}

type GroupRow = { kind: EditionGroup["kind"]; name: string; count: number };

/** Works of one edition, a page of them. A work with several records in the edition shows its best one once. */
export async function editionPapers(db: Queryable, request: EditionRequest): Promise<EditionPage> {
  const { venue, year } = request;
  const { skip, limit } = clampBounds(request);
  const group = request.group ?? null;
  const groups = await db.query<GroupRow>(
    `select 'decision' as kind, decision as name, count(distinct work_key)::int as count from papers
     where venue = $1 and venue_year = $2 and decision <> '' group by decision
     union all
     select 'track', track, count(distinct work_key)::int from papers
     where venue = $1 and venue_year = $2 and track <> '' group by track
     order by kind, count desc, name`,
    [venue, year],
  );
  const rows = await db.query<{ key: string; total: number }>(
    `with shown as (
       select distinct on (work_key) key, work_key, title, created_seq from papers
       where venue = $1 and venue_year = $2
         and ($3::text is null or lower(decision) = lower($3::text) or lower(track) = lower($3::text))
       order by work_key, decision = '', key
     )
     select s.key, count(*) over ()::int as total
     from shown s left join paper_counters c on c.paper_key = s.key
     order by ${EDITION_ORDER[request.sort ?? "listed"]} limit $4 offset $5`,
    [venue, year, group, limit, skip],
  );
  const papers = await loadPapers(
    db,
    rows.map((row) => row.key),
  );
  return {
    venue,
    year,
    total: rows[0]?.total ?? (await countEdition(db, venue, year, group)),
    groups,
    papers: rows.map((row) => papers.get(row.key)!),
  };
}

const EDITION_ORDER: Record<NonNullable<EditionRequest["sort"]>, string> = {
  listed: "s.key",
  title: "s.title, s.key",
  stars: "coalesce(c.pdf + c.faq, 0) desc, s.key",
  stored: "s.created_seq desc, s.key",
};

/** A page beyond the end has no row that could carry the total. */
async function countEdition(
  db: Queryable,
  venue: string,
  year: number,
  group: string | null,
): Promise<number> {
  const [row] = await db.query<{ total: number }>(
    `select count(distinct work_key)::int as total from papers where venue = $1 and venue_year = $2
       and ($3::text is null or lower(decision) = lower($3::text) or lower(track) = lower($3::text))`,
    [venue, year, group],
  );
  return row!.total;
}
