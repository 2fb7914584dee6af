import pg from "pg";
import type { Database, Queryable, Row } from "./database.ts";
import { DatabaseOpenError } from "./errors.ts";

/** Connections a process keeps; a page needs one for some milliseconds. */
const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 10_000;

/** A pool of connections to a server. Fails at once when the server cannot be reached. */
export async function openPostgres(databaseUrl: string): Promise<Database> {
  const place = placeOf(databaseUrl);
  const pool = makePool(databaseUrl, place);
  // An idle connection that breaks (server restart) is replaced by the pool; unheard, the event would end the process.
  pool.on("error", () => {});
  try {
    await pool.query("select 1");
  } catch (error) {
    await pool.end();
    throw new DatabaseOpenError(place, error);
  }
  let closing: Promise<void> | null = null;

  return {
    kind: "postgres",
    place,
    query: queryOn(pool),
    transaction: (work) => withClient(pool, (client) => transactionOn(client, work)),
    script: async (text) => {
      await pool.query(text);
    },
    exclusively: (name, work) => exclusively(databaseUrl, name, work),
    close: () => {
      closing ??= pool.end();
      return closing;
    },
  };
}

function makePool(databaseUrl: string, place: string): pg.Pool {
  try {
    return new pg.Pool({
      connectionString: databaseUrl,
      max: POOL_SIZE,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: "cool-papers",
    });
  } catch (error) {
    throw new DatabaseOpenError(place, error);
  }
}

/** On a connection beside the pool: waiting for a lock must not keep one from its holder. */
async function exclusively<T>(databaseUrl: string, name: number, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: "cool-papers lock" });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [name]);
    return await work();
  } finally {
    // The lock goes with its connection.
    await client.end();
  }
}

function queryOn(target: pg.Pool | pg.PoolClient): Queryable["query"] {
  return async <T extends Row>(text: string, params: readonly unknown[] = []) => {
    const result = await target.query<T>(text, [...params]);
    return result.rows;
  };
}

async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | boolean = false;
  try {
    return await work(client);
  } catch (error) {
    // A client whose rollback failed must not return to the pool.
    broken = error instanceof RollbackFailedError;
    throw error instanceof RollbackFailedError ? error.cause : error;
  } finally {
    client.release(broken);
  }
}

class RollbackFailedError extends Error {}

async function transactionOn<T>(client: pg.PoolClient, work: (tx: Queryable) => Promise<T>): Promise<T> {
  await client.query("begin");
  try {
    const result = await work({ query: queryOn(client) });
    await client.query("commit");
    return result;
  } catch (error) {
    try {
      await client.query("rollback");
    } catch {
      throw new RollbackFailedError("rollback failed", { cause: error });
    }
    throw error;
  }
}

/** `host:port/database` of a connection string (or `folder/database` of a unix socket); never its user or password. */
function placeOf(databaseUrl: string): string {
  try {
    const { host, port, database } = new pg.Client({ connectionString: databaseUrl });
    return host.startsWith("/") ? `${host}/${database}` : `${host}:${port}/${database}`;
  } catch {
    return "of DATABASE_URL";
  }
}
