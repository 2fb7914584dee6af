import { type Paper, type PaperId, printPaperId, type VenueRef } from "@cool-papers/core";
import { arrayLiteral } from "./array-literal.ts";
import type { Queryable } from "./database.ts";
import { PAPER_SELECT, type PaperRow, toPaper } from "./paper-row.ts";

export interface PaperCounters {
  readonly pdf: number;
  readonly faq: number;
}

/** Another record of the same work. */
export interface SameWork {
  /** Printed PaperId. */
  readonly key: string;
  readonly venue: VenueRef | null;
}

/** A paper with what the record knows around it. */
export type StoredPaper = Paper & {
  /** Printed PaperId. */
  readonly key: string;
  /** Key of the work's representative; equal to `key` for the representative itself. */
  readonly workKey: string;
  /** ISO 8601 instant in UTC at which the record took the paper in. */
  readonly storedAt: string;
  readonly counters: PaperCounters;
  /** The work's other records, the representative first. */
  readonly sameWork: readonly SameWork[];
};

/**
 * Papers in the order asked, null where none is stored. An id under which a paper is known elsewhere (a stated other
 * id, its DOI) finds that paper; when several papers state it, the representative of their work.
 */
export async function getPapers(db: Queryable, ids: readonly PaperId[]): Promise<(StoredPaper | null)[]> {
  return getPapersByKey(db, ids.map(printPaperId));
}

/** As `getPapers`, by printed ids. */
export async function getPapersByKey(
  db: Queryable,
  keys: readonly string[],
): Promise<(StoredPaper | null)[]> {
  if (keys.length === 0) return [];
  const direct = await loadPapers(db, keys);
  const missing = keys.filter((key) => !direct.has(key));
  const aliases = await resolveAliases(db, missing);
  const resolved = await loadPapers(db, [...aliases.values()]);
  return keys.map((key) => direct.get(key) ?? resolved.get(aliases.get(key) ?? "") ?? null);
}

/** All records of the works these keys belong to, representative first; empty for an unknown key. */
export async function getWorkMembers(db: Queryable, key: string): Promise<StoredPaper[]> {
  const rows = await db.query<{ key: string }>(
    `select m.key from papers p join papers m on m.work_key = p.work_key
     where p.key = $1 order by m.key <> m.work_key, m.key`,
    [key],
  );
  const members = await getPapersByKey(
    db,
    rows.map((row) => row.key),
  );
  return members.filter((member) => member !== null);
}

type StoredRow = PaperRow & {
  work_key: string;
  stored_at_utc: string;
  pdf: number | null;
  faq: number | null;
};

/** Stored papers by key, in two statements whatever their number. */
export async function loadPapers(
  db: Queryable,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StoredPaper>> {
  if (keys.length === 0) return new Map();
  const rows = await db.query<StoredRow>(
    `select ${PAPER_SELECT}, p.work_key, c.pdf, c.faq,
       to_char(p.stored_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as stored_at_utc
     from papers p left join paper_counters c on c.paper_key = p.key
     where p.key = any($1::text::text[])`,
    [arrayLiteral([...new Set(keys)])],
  );
  const members = await loadMembers(
    db,
    rows.map((row) => row.work_key),
  );
  return new Map(rows.map((row) => [row.key, toStoredPaper(row, members.get(row.work_key) ?? [])]));
}

function toStoredPaper(row: StoredRow, members: readonly SameWork[]): StoredPaper {
  return {
    ...toPaper(row),
    key: row.key,
    workKey: row.work_key,
    storedAt: row.stored_at_utc,
    counters: { pdf: row.pdf ?? 0, faq: row.faq ?? 0 },
    sameWork: members.filter((member) => member.key !== row.key),
  };
}

type MemberRow = Pick<PaperRow, "key" | "venue" | "venue_year" | "track" | "decision"> & { work_key: string };

async function loadMembers(
  db: Queryable,
  workKeys: readonly string[],
): Promise<ReadonlyMap<string, SameWork[]>> {
  const rows = await db.query<MemberRow>(
    `select key, work_key, venue, venue_year, track, decision from papers
     where work_key = any($1::text::text[]) order by work_key, key <> work_key, key`,
    [arrayLiteral([...new Set(workKeys)])],
  );
  const byWork = new Map<string, SameWork[]>();
  for (const row of rows) {
    const members = byWork.get(row.work_key) ?? [];
    members.push({ key: row.key, venue: toVenue(row) });
    byWork.set(row.work_key, members);
  }
  return byWork;
}

function toVenue(row: MemberRow): VenueRef | null {
  if (row.venue === null) return null;
  return { venue: row.venue, year: row.venue_year!, track: row.track ?? "", decision: row.decision ?? "" };
}

async function resolveAliases(db: Queryable, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (keys.length === 0) return new Map();
  const rows = await db.query<{ other_key: string; paper_key: string }>(
    `select distinct on (i.other_key) i.other_key, i.paper_key
     from paper_ids i join papers p on p.key = i.paper_key
     where i.other_key = any($1::text::text[])
     order by i.other_key, p.key <> p.work_key, i.paper_key`,
    [arrayLiteral(keys)],
  );
  return new Map(rows.map((row) => [row.other_key, row.paper_key]));
}
