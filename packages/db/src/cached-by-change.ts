import { latestPaperChange } from "./changes.ts";
import type { Database } from "./database.ts";

interface Cached {
  readonly change: number;
  readonly value: Promise<unknown>;
  readonly startedAt: number;
  tookMs: number;
}

const caches = new WeakMap<Database, Map<string, Cached>>();

/** Cheaper than this: always counted anew after a change. */
const CHEAP_MS = 50;
/** A costly count may take this share of the time while papers keep coming in. */
const MAX_SHARE = 0.02;

/**
 * Keeps a count over the whole record until papers change; finding that out is one look at an index. During an
 * import, a count that takes a second is renewed about once a minute.
 */
export async function cachedByChange<T>(
  db: Database,
  name: string,
  compute: (db: Database) => Promise<T>,
  now: () => number = () => performance.now(),
): Promise<T> {
  const cache = caches.get(db) ?? new Map<string, Cached>();
  caches.set(db, cache);
  const change = await latestPaperChange(db);
  const cached = cache.get(name);
  if (cached !== undefined && (cached.change === change || isYoung(cached, now()))) {
    return cached.value as Promise<T>;
  }
  const startedAt = now();
  const entry: Cached = { change, value: compute(db), startedAt, tookMs: 0 };
  cache.set(name, entry);
  try {
    const value = (await entry.value) as T;
    entry.tookMs = now() - startedAt;
    return value;
  } catch (error) {
    cache.delete(name);
    throw error;
  }
}

function isYoung(cached: Cached, now: number): boolean {
  return cached.tookMs > CHEAP_MS && now - cached.startedAt < cached.tookMs / MAX_SHARE;
}
