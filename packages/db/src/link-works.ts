import type { Author } from "@cool-papers/core";
import { arrayLiteral } from "./array-literal.ts";
import type { Database, Queryable } from "./database.ts";
import { groupWorks, type IdEvidence, type TitleEvidence, type WorkCandidate } from "./group-works.ts";
import { LINK_LOCK } from "./lock-names.ts";
import { lockForWriting, nextChange } from "./upsert-papers.ts";

export interface LinkOptions {
  /** Look only at papers changed after this number (`latestChange`) and at what they touch; without it at all. */
  readonly since?: number;
  /** False leaves the evidence of ids aside: for measuring what titles and authors find by themselves. */
  readonly useIds?: boolean;
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
    const ids = options.useIds === false ? [] : await loadIdEvidence(db, scope);
    const titles = await loadTitleEvidence(db, scope);
    const evident = [...ids.flat(), ...titles.flat().map((record) => record.key)];
    const { candidates, current } = await loadCandidates(db, scope ?? evident, scope === null);
    return writeWorks(db, current, groupWorks(candidates, ids, titles));
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
  return [...scope].sort();
}

const NEIGHBOURS = `
  with start as (select unnest($1::text::text[]) collate "C" as key)
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

/** Restricts a statement to the scope, or not at all. */
function inScope(column: string, scope: readonly string[] | null): { condition: string; params: string[] } {
  if (scope === null) return { condition: "true", params: [] };
  return { condition: `${column} = any($1::text::text[])`, params: [arrayLiteral(scope)] };
}

async function loadIdEvidence(db: Queryable, scope: readonly string[] | null): Promise<IdEvidence[]> {
  const { condition, params } = inScope("claims.key", scope);
  const rows = await db.query<{ keys: string[] }>(
    `with claims as (
       select i.other_key as id, i.paper_key as key from paper_ids i
       union
       select p.key, p.key from papers p join paper_ids i on i.other_key = p.key
     )
     select array_agg(claims.key order by claims.key) as keys
     from claims where ${condition} group by claims.id having count(*) > 1 order by claims.id`,
    params,
  );
  return rows.map((row) => row.keys);
}

async function loadTitleEvidence(db: Queryable, scope: readonly string[] | null): Promise<TitleEvidence[]> {
  const { condition, params } = inScope("key", scope);
  const rows = await db.query<{ title_key: string; key: string; authors: Author[] }>(
    `select title_key::text as title_key, key, authors from papers
     where title_key in (
       select title_key from papers where title_key is not null and ${condition} group by title_key having count(*) > 1
     ) and ${condition}
     order by title_key, key`,
    params,
  );
  const byTitle = Map.groupBy(rows, (row) => row.title_key);
  return [...byTitle.values()].map((group) =>
    group.map(({ key, authors }) => ({ key, authors: authors.map((author) => author.name) })),
  );
}

type CandidateRow = { key: string; work_key: string; edition: string; richness: number };

/** Candidates in key order with their present work; everything that is linked now is among them, so that it can be undone. */
async function loadCandidates(
  db: Queryable,
  keys: readonly string[],
  withAllLinked: boolean,
): Promise<{ candidates: WorkCandidate[]; current: ReadonlyMap<string, string> }> {
  const rows = await db.query<CandidateRow>(
    `select key, work_key, coalesce(venue || ' ' || venue_year, '') as edition,
       (case when abstract <> '' then 8 else 0 end + case when pdf_url is not null then 4 else 0 end
        + case when doi is not null then 2 else 0 end + case when decision <> '' then 1 else 0 end) as richness
     from papers
     where key = any($1::text::text[])
       ${withAllLinked ? "or work_key <> key or work_key in (select work_key from papers where work_key <> key)" : ""}
     order by key`,
    [arrayLiteral([...new Set(keys)])],
  );
  return { candidates: rows, current: new Map(rows.map((row) => [row.key, row.work_key])) };
}

/** Writes what differs. Every record of a work that gained or lost one counts as changed, for the search index. */
async function writeWorks(
  db: Database,
  current: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): Promise<LinkResult> {
  const moved = [...wanted].filter(([key, workKey]) => current.get(key) !== workKey);
  if (moved.length === 0) return { linked: 0, split: 0 };
  const touchedBefore = new Set(moved.map(([key]) => current.get(key)!));
  const touchedAfter = new Set(moved.map(([, workKey]) => workKey));
  const rows = [...wanted].filter(
    ([key, workKey]) => touchedAfter.has(workKey) || touchedBefore.has(current.get(key)!),
  );
  await db.transaction(async (tx) => {
    await lockForWriting(tx);
    const seq = await nextChange(tx);
    await tx.query(
      `update papers set work_key = t.work_key, change_seq = $1::bigint
       from unnest($2::text::text[], $3::text::text[]) as t (key, work_key) where papers.key = t.key collate "C"`,
      [String(seq), arrayLiteral(rows.map(([key]) => key)), arrayLiteral(rows.map(([, workKey]) => workKey))],
    );
  });
  const linked = moved.filter(([key, workKey]) => key !== workKey).length;
  return {
    linked,
    split: moved.filter(([key, workKey]) => key === workKey && current.get(key) !== key).length,
  };
}
