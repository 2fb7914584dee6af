/**
 * Several workers, in one process or on many machines, share the embedding of one record: each claims papers for a
 * while, embeds them and stores their vectors. No paper is embedded by two of them, unless a worker falls silent for
 * longer than its claim lasts and comes back; then what it made is thrown away.
 *
 * Why it is right without a lock over all workers: of two that want the same paper, the primary key of
 * `embedding_claims` lets one insert and shows the other the claim. A worker that read its list before another one's
 * vectors were committed may still claim what is done; so what a claim won is looked at again by a statement of its
 * own, which sees all that was committed before it, and from then on only the claimant may store vectors. Rows are
 * locked in the order of their keys, so that no two workers wait for each other. Time is the database's.
 */
import { arrayLiteral } from "./array-literal.ts";
import type { Database, Queryable } from "./database.ts";
import { type EmbeddingRow, writeEmbeddings } from "./embeddings.ts";
import type { VectorEncoding } from "./vector-code.ts";
import { nextWorkKeys } from "./work-keys.ts";

export interface ClaimedPaper {
  readonly key: string;
  readonly title: string;
  readonly abstract: string;
  /** Of the text that is to be embedded; goes back with the vector. */
  readonly textHash: string;
}

export interface ClaimRequest {
  readonly model: string;
  /** A name that no other worker has. */
  readonly worker: string;
  /** Papers at most. */
  readonly limit: number;
  /** How long the claim lasts unless it is extended. */
  readonly seconds: number;
  /** Look only at keys after this one: `after` of the batch before, "" for the first. */
  readonly after: string;
}

export interface ClaimedBatch {
  /** In key order; may be empty while there is more, when other workers were quicker. */
  readonly papers: readonly ClaimedPaper[];
  /** Where to go on; null when no work was left to look at. */
  readonly after: string | null;
}

/** Works looked at in one step: most of them have their vector when a stored corpus grows. */
const WORKS_PER_STEP = 4_000;

/**
 * Claims the next representatives of works that have no vector of this model, or one of an older text, and that no
 * other worker has claimed; an expired claim is taken over.
 */
export async function claimUnembedded(db: Database, request: ClaimRequest): Promise<ClaimedBatch> {
  const { keys, after } = await findUnclaimed(db, request);
  if (keys.length === 0) return { papers: [], after };
  const papers = await db.transaction(async (tx) => {
    const won = await insertClaims(tx, request, keys);
    const wanted = await readWanted(tx, request.model, won);
    const done = new Set(won);
    for (const paper of wanted) done.delete(paper.key);
    await deleteClaims(tx, request.model, [...done]);
    return wanted;
  });
  return { papers, after };
}

/** Up to `limit` keys after `after`, and where the next search goes on. Only a hint: others may be claiming them. */
async function findUnclaimed(
  db: Queryable,
  { model, limit, after: start }: ClaimRequest,
): Promise<{ keys: string[]; after: string | null }> {
  const keys: string[] = [];
  let after = start;
  for (let step = 2 * limit; ; step = WORKS_PER_STEP) {
    const works = await nextWorkKeys(db, after, step);
    const found = await withoutVector(db, model, works);
    keys.push(...found);
    if (keys.length > limit) return { keys: keys.slice(0, limit), after: keys[limit - 1]! };
    if (works.length === 0) return { keys, after: keys.at(-1) ?? null };
    after = works.at(-1)!;
  }
}

/**
 * The papers of the keys `$2` beside their vectors of the model `$1`. Joined, not looked up by `any`: without
 * statistics the planner would scan the table and compare each row with each key.
 */
const NAMED_PAPERS = `unnest($2::text::text[]) as t (key) join papers p on p.key = t.key collate "C"
       left join embeddings e on e.model = $1 and e.paper_key = p.key`;

async function withoutVector(db: Queryable, model: string, works: readonly string[]): Promise<string[]> {
  if (works.length === 0) return [];
  const rows = await db.query<{ key: string }>(
    `select p.key from ${NAMED_PAPERS}
       left join embedding_claims c on c.model = $1 and c.paper_key = p.key
     where e.text_hash is distinct from p.text_hash
       and (c.claimed_until is null or c.claimed_until <= clock_timestamp()) order by p.key`,
    [model, arrayLiteral(works)],
  );
  return rows.map((row) => row.key);
}

const INSERT_CLAIMS = `
  insert into embedding_claims (model, paper_key, claimed_by, claimed_until)
  select $1, key, $2, clock_timestamp() + make_interval(secs => $3::float8)
  from unnest($4::text::text[]) with ordinality as t (key, place) order by place
  on conflict (model, paper_key)
  do update set claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until
  where embedding_claims.claimed_until <= clock_timestamp()
  returning paper_key as key`;

/** @param keys in order. Resolves to those that nobody else has. */
async function insertClaims(
  tx: Queryable,
  { model, worker, seconds }: ClaimRequest,
  keys: readonly string[],
): Promise<string[]> {
  const rows = await tx.query<{ key: string }>(INSERT_CLAIMS, [
    model,
    worker,
    String(seconds),
    arrayLiteral(keys),
  ]);
  return rows.map((row) => row.key);
}

async function readWanted(tx: Queryable, model: string, keys: readonly string[]): Promise<ClaimedPaper[]> {
  return tx.query<ClaimedPaper & Record<string, unknown>>(
    `select p.key, p.title, p.abstract, p.text_hash as "textHash" from ${NAMED_PAPERS}
     where e.text_hash is distinct from p.text_hash order by p.key`,
    [model, arrayLiteral(keys)],
  );
}

async function deleteClaims(tx: Queryable, model: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.query(`delete from embedding_claims where model = $1 and paper_key = any($2::text::text[])`, [
    model,
    arrayLiteral(keys),
  ]);
}

/**
 * Stores the vectors of claimed papers and ends their claims, in one transaction. Vectors of papers that the worker
 * does not hold any more are dropped: another one has taken them over. Resolves to the number stored.
 *
 * @throws VectorDimensionError
 */
export async function completeClaims(
  db: Database,
  { model, worker }: Pick<ClaimRequest, "model" | "worker">,
  rows: readonly EmbeddingRow[],
  encoding: VectorEncoding = "int8",
): Promise<number> {
  return db.transaction(async (tx) => {
    const held = await tx.query<{ key: string }>(
      `select paper_key as key from embedding_claims
       where model = $1 and claimed_by = $2 and paper_key = any($3::text::text[]) order by paper_key for update`,
      [model, worker, arrayLiteral(rows.map((row) => row.key))],
    );
    const keys = new Set(held.map((row) => row.key));
    const kept = rows.filter((row) => keys.has(row.key));
    await writeEmbeddings(tx, model, kept, encoding);
    await deleteClaims(tx, model, [...keys]);
    return kept.length;
  });
}

/** All that the worker still holds lasts `seconds` from now: for a batch that takes longer than its claim. */
export async function extendClaims(
  db: Database,
  { model, worker, seconds }: Pick<ClaimRequest, "model" | "worker" | "seconds">,
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockHeld(tx, model, worker);
    await tx.query(
      `update embedding_claims set claimed_until = clock_timestamp() + make_interval(secs => $3::float8)
       where model = $1 and claimed_by = $2`,
      [model, worker, String(seconds)],
    );
  });
}

/** Gives back all that the worker still holds. */
export async function releaseClaims(
  db: Database,
  { model, worker }: Pick<ClaimRequest, "model" | "worker">,
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockHeld(tx, model, worker);
    await tx.query(`delete from embedding_claims where model = $1 and claimed_by = $2`, [model, worker]);
  });
}

async function lockHeld(tx: Queryable, model: string, worker: string): Promise<void> {
  await tx.query(
    `select 1 from embedding_claims where model = $1 and claimed_by = $2 order by paper_key for update`,
    [model, worker],
  );
}

/** What other workers hold at the moment: how many papers, and how long until the first of the claims ends. */
export async function othersClaims(
  db: Queryable,
  { model, worker }: Pick<ClaimRequest, "model" | "worker">,
): Promise<{ readonly papers: number; readonly secondsToFirstEnd: number }> {
  const [row] = await db.query<{ papers: number; seconds: number }>(
    `select count(*)::int as papers,
       coalesce(extract(epoch from min(claimed_until) - clock_timestamp()), 0)::float8 as seconds
     from embedding_claims where model = $1 and claimed_by <> $2 and claimed_until > clock_timestamp()`,
    [model, worker],
  );
  return { papers: row!.papers, secondsToFirstEnd: Math.max(0, row!.seconds) };
}
