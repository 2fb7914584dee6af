import { latestChange } from "./changes.ts";
import type { Database } from "./database.ts";

interface Cached {
  readonly change: number;
  readonly value: Promise<unknown>;
}

const caches = new WeakMap<Database, Map<string, Cached>>();

/** Keeps a costly count per database until the record changes; finding that out is one look at two indexes. */
export async function cachedByChange<T>(
  db: Database,
  name: string,
  compute: (db: Database) => Promise<T>,
): Promise<T> {
  const cache = caches.get(db) ?? new Map<string, Cached>();
  caches.set(db, cache);
  const change = await latestChange(db);
  const cached = cache.get(name);
  if (cached !== undefined && cached.change === change) return cached.value as Promise<T>;
  const value = compute(db);
  cache.set(name, { change, value });
  value.catch(() => cache.delete(name));
  return value;
}
