import { arrayLiteral } from "./array-literal.ts";
import type { Database, Queryable } from "./database.ts";
import { VectorDimensionError } from "./errors.ts";
import { DECODE_VECTOR, ENCODE_VECTOR, type VectorEncoding } from "./vector-code.ts";

export interface EmbeddingRow {
  /** Printed PaperId. */
  readonly key: string;
  /** [dimension] */
  readonly vector: Float32Array;
  /** `textHash` of the ClaimedPaper that was embedded; without it the text stored now is taken. */
  readonly textHash?: string;
}

export interface EmbeddingModel {
  readonly model: string;
  readonly dimension: number;
  readonly encoding: VectorEncoding;
  readonly count: number;
}

/**
 * Stores vectors of one model; a paper's earlier one is replaced, keys that are not stored are left out. The first
 * call fixes the model's dimension and encoding (int8 unless told).
 *
 * @throws VectorDimensionError
 */
export async function putEmbeddings(
  db: Database,
  model: string,
  rows: readonly EmbeddingRow[],
  encoding: VectorEncoding = "int8",
): Promise<void> {
  await db.transaction((tx) => writeEmbeddings(tx, model, rows, encoding));
}

/** `putEmbeddings` as a part of a transaction. */
export async function writeEmbeddings(
  tx: Queryable,
  model: string,
  rows: readonly EmbeddingRow[],
  encoding: VectorEncoding,
): Promise<void> {
  const first = rows[0];
  if (first === undefined) return;
  const known = await registerModel(tx, model, first.vector.length, encoding);
  for (const { key, vector } of rows) {
    if (vector.length !== known.dimension)
      throw new VectorDimensionError(model, known.dimension, vector.length, key);
  }
  const latest = new Map(rows.map((row) => [row.key, row]));
  const encoded = [...latest.values()].map((row) => ({
    ...row,
    ...ENCODE_VECTOR[known.encoding](row.vector),
  }));
  await tx.query(
    `insert into embeddings (model, paper_key, text_hash, vector, scale)
     select $1, p.key, coalesce(t.text_hash, p.text_hash), decode(t.vector, 'hex'), t.scale
     from unnest($2::text::text[], $3::text::text[], $4::text::text[], $5::text::real[]) as t (key, text_hash, vector, scale)
     join papers p on p.key = t.key collate "C"
     on conflict (model, paper_key)
     do update set text_hash = excluded.text_hash, vector = excluded.vector, scale = excluded.scale`,
    [
      model,
      arrayLiteral(encoded.map((row) => row.key)),
      arrayLiteral(encoded.map((row) => row.textHash ?? null)),
      arrayLiteral(encoded.map((row) => Buffer.from(row.bytes).toString("hex"))),
      arrayLiteral(encoded.map((row) => String(row.scale))),
    ],
  );
}

type ModelRow = { dimension: number; encoding: VectorEncoding };

async function registerModel(
  tx: Queryable,
  model: string,
  dimension: number,
  encoding: VectorEncoding,
): Promise<ModelRow> {
  await tx.query(
    `insert into embedding_models (model, dimension, encoding) values ($1, $2, $3) on conflict (model) do nothing`,
    [model, dimension, encoding],
  );
  const [row] = await tx.query<ModelRow>(
    `select dimension, encoding from embedding_models where model = $1`,
    [model],
  );
  return row!;
}

type VectorRow = { key: string; vector: Uint8Array; scale: number; encoding: VectorEncoding };

/**
 * Vectors of one model by the keys asked for; a paper that has none of its own answers with its work's
 * representative's. Keys without either are absent from the map.
 */
export async function getEmbeddings(
  db: Queryable,
  model: string,
  keys: readonly string[],
): Promise<Map<string, Float32Array>> {
  if (keys.length === 0) return new Map();
  const rows = await db.query<VectorRow>(
    `select distinct on (p.key) p.key, e.vector, e.scale, m.encoding
     from papers p
     join embeddings e on e.model = $1 and e.paper_key in (p.key, p.work_key)
     join embedding_models m on m.model = e.model
     where p.key = any($2::text::text[])
     order by p.key, e.paper_key <> p.key`,
    [model, arrayLiteral(keys)],
  );
  return new Map(
    rows.map(({ key, vector, scale, encoding }) => [key, DECODE_VECTOR[encoding]({ bytes: vector, scale })]),
  );
}

/** How many works have no vector of this model for their representative's present text, claimed or not. */
export async function countUnembedded(db: Queryable, model: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*)::int as count from papers p left join embeddings e on e.model = $1 and e.paper_key = p.key
     where p.key = p.work_key and e.text_hash is distinct from p.text_hash`,
    [model],
  );
  return row!.count;
}

export async function listEmbeddingModels(db: Queryable): Promise<EmbeddingModel[]> {
  return db.query<EmbeddingModel & Record<string, unknown>>(
    `select m.model, m.dimension, m.encoding, count(e.paper_key)::int as count
     from embedding_models m left join embeddings e on e.model = m.model
     group by m.model order by m.model`,
  );
}

/** Forgets a model and its vectors; resolves to their number. */
export async function deleteEmbeddings(db: Database, model: string): Promise<number> {
  return db.transaction(async (tx) => {
    const [row] = await tx.query<{ count: number }>(
      `with gone as (delete from embeddings where model = $1 returning 1) select count(*)::int as count from gone`,
      [model],
    );
    await tx.query(`delete from embedding_claims where model = $1`, [model]);
    await tx.query(`delete from embedding_models where model = $1`, [model]);
    return row!.count;
  });
}
