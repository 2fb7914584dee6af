import type { Author } from "@cool-papers/core";
import { arrayLiteral } from "./array-literal.ts";
import { editionsOf, recountEditions } from "./count-editions.ts";
import type { Database, Queryable } from "./database.ts";
import { groupWorks, type SharedId, type WorkCandidate } from "./group-works.ts";
import { LINK_LOCK } from "./lock-names.ts";
import { lockForWriting, nextChange } from "./upsert-papers.ts";

export interface LinkOptions {
  /** Look only at papers changed after this number (`latestChange`) and at what they touch; without it at all. */
  readonly since?: number;
}

export interface LinkResult {
  /** Papers that came into the work of another paper. */
  readonly linked: number;
  /** Papers that left one and stand alone again. */
  readonly split: number;
}

/** Above this many changed papers looking at all is quicker. */
const MAX_INCREMENTAL = 20_000;

/**
 * Groups the records of the same paper into works (rules: `group-works.ts`) and writes each record's `work_key`.
 * Every group touched is decided anew from its records, so the result is that of linking everything, in any order,
 * and links whose evidence has gone are undone. Memory grows with the papers that share an id or a title, not with
 * the record.
 */
export async function linkWorks(db: Database, options: LinkOptions = {}): Promise<LinkResult> {
  return db.exclusively(LINK_LOCK, async () => {
    const scope = await findScope(db, options.since ?? null);
    if (scope !== null && scope.length === 0) return { linked: 0, split: 0 };
    const sharedIds = await loadSharedIds(db, scope);
    const keys = scope ?? [...sharedIds.flat(), ...(await sharedTitleKeys(db)), ...(await linkedKeys(db))];
    const { candidates, current } = await loadCandidates(db, keys);
    return writeWorks(db, current, groupWorks(candidates, sharedIds));
  });
}

/** Keys that the papers changed since can affect: closed under "same work now" and "shares an id or a title". Null: all. */
async function findScope(db: Queryable, since: number | null): Promise<readonly string[] | null> {
  if (since === null) return null;
  const changed = await db.query<{ key: string }>(
    `select key from papers where change_seq > $1::bigint limit ${MAX_INCREMENTAL + 1}`,
    [String(since)],
  );
  if (changed.length > MAX_INCREMENTAL) return null;
  const scope = new Set(changed.map((row) => row.key));
  let frontier = [...scope];
  while (frontier.length > 0) {
    const reached = await db.query<{ key: string }>(NEIGHBOURS, [arrayLiteral(frontier)]);
    frontier = reached.map((row) => row.key).filter((key) => !scope.has(key));
    for (const key of frontier) scope.add(key);
  }
  return [...scope];
}

const NEIGHBOURS = `
  with start as materialized (select unnest($1::text::text[]) collate "C" as key)
  select m.key from start join papers p on p.key = start.key join papers m on m.work_key = p.work_key
  union
  select t.key from start join papers p on p.key = start.key join papers t on t.title_key = p.title_key
  union
  select other.paper_key from start join paper_ids own on own.paper_key = start.key
    join paper_ids other on other.other_key = own.other_key
  union
  select named.key from start join paper_ids own on own.paper_key = start.key join papers named on named.key = own.other_key
  union
  select naming.paper_key from start join paper_ids naming on naming.other_key = start.key`;

/** Groups of keys that share an id: one is named by the other, or both name the same third one. Null scope: all. */
async function loadSharedIds(db: Queryable, scope: readonly string[] | null): Promise<SharedId[]> {
  const within = (column: string) => (scope === null ? "true" : `${column} = any($1::text::text[])`);
  const rows = await db.query<{ keys: string[] }>(
    `with claims as (
       select i.other_key as id, i.paper_key as key from paper_ids i where ${within("i.paper_key")}
       union
       select p.key, p.key from papers p join paper_ids i on i.other_key = p.key where ${within("p.key")}
     )
     select array_agg(key order by key) as keys from claims group by id having count(*) > 1 order by id`,
    scope === null ? [] : [arrayLiteral(scope)],
  );
  return rows.map((row) => row.keys);
}

async function sharedTitleKeys(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ key: string }>(
    `select key from papers where title_key in (
       select title_key from papers where title_key is not null group by title_key having count(*) > 1
     )`,
  );
  return rows.map((row) => row.key);
}

/** Every record that is in a work with others now: a link without evidence must be among the candidates to be undone. */
async function linkedKeys(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ key: string; work_key: string }>(
    `select key, work_key from papers where work_key <> key`,
  );
  return rows.flatMap((row) => [row.key, row.work_key]);
}

type CandidateRow = {
  key: string;
  work_key: string;
  title_key: string | null;
  authors: Author[];
  edition: string;
  richness: number;
};

/** What grouping needs of these records, and the work each is in now. */
async function loadCandidates(
  db: Queryable,
  keys: readonly string[],
): Promise<{ candidates: WorkCandidate[]; current: ReadonlyMap<string, string> }> {
  const rows = await db.query<CandidateRow>(
    `select key, work_key, title_key::text as title_key, authors, coalesce(venue || ' ' || venue_year, '') as edition,
       (case when abstract <> '' then 8 else 0 end + case when pdf_url is not null then 4 else 0 end
        + case when doi is not null then 2 else 0 end + case when decision <> '' then 1 else 0 end) as richness
     from papers where key = any($1::text::text[])`,
    [arrayLiteral([...new Set(keys)])],
  );
  return { candidates: rows.map(toCandidate), current: new Map(rows.map((row) => [row.key, row.work_key])) };
}

function toCandidate({ key, title_key, authors, edition, richness }: CandidateRow): WorkCandidate {
  return { key, titleKey: title_key, authors: authors.map((author) => author.name), edition, richness };
}

/** Writes what differs. Every record of a work that gained or lost one counts as changed, for the search index. */
async function writeWorks(
  db: Database,
  current: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): Promise<LinkResult> {
  const moved = [...wanted].filter(([key, workKey]) => current.get(key) !== workKey);
  if (moved.length === 0) return { linked: 0, split: 0 };
  const left = new Set(moved.map(([key]) => current.get(key)!));
  const joined = new Set(moved.map(([, workKey]) => workKey));
  const rows = [...wanted].filter(([key, workKey]) => joined.has(workKey) || left.has(current.get(key)!));
  await db.transaction(async (tx) => {
    await lockForWriting(tx);
    const seq = await nextChange(tx);
    await tx.query(
      `update papers set work_key = t.work_key, change_seq = $1::bigint
       from unnest($2::text::text[], $3::text::text[]) as t (key, work_key) where papers.key = t.key collate "C"`,
      [String(seq), arrayLiteral(rows.map(([key]) => key)), arrayLiteral(rows.map(([, workKey]) => workKey))],
    );
    await recountEditions(
      tx,
      await editionsOf(
        tx,
        moved.map(([key]) => key),
      ),
    );
  });
  const alone = moved.filter(([key, workKey]) => key === workKey);
  return { linked: moved.length - alone.length, split: alone.length };
}
