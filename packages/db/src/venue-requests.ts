import { canonicalVenue } from "@cool-papers/core";
import type { Database, Queryable } from "./database.ts";
import { readState, writeState } from "./state.ts";

/** Where the record keeps them: a JSON object from name to number. */
const STATE_NAME = "venue requests";
/** Names kept at most: whoever sends nonsense fills this and no more. */
const MAX_VENUES = 1000;

/** How often each missing venue was asked for, by its name. */
export async function venueRequests(db: Queryable): Promise<Readonly<Record<string, number>>> {
  return ((await readState(db, STATE_NAME)) ?? {}) as Record<string, number>;
}

/**
 * Adds one request for a venue; names that differ in case or blanks only are one. Resolves to its count, null when the
 * name is new and there are already 1,000.
 */
export async function countVenueRequest(db: Database, name: string): Promise<number | null> {
  const venue = canonicalVenue(name.replace(/\s+/g, " "));
  return db.transaction(async (tx) => {
    await tx.query(`insert into state (name, value) values ($1, '{}') on conflict (name) do nothing`, [
      STATE_NAME,
    ]);
    // Two requests at once take turns at this row.
    await tx.query(`select name from state where name = $1 for update`, [STATE_NAME]);
    const requests = await venueRequests(tx);
    const known = Object.keys(requests).find((other) => other.toLowerCase() === venue.toLowerCase());
    if (known === undefined && Object.keys(requests).length >= MAX_VENUES) return null;
    const counted = known ?? venue;
    const count = (requests[counted] ?? 0) + 1;
    await writeState(tx, STATE_NAME, { ...requests, [counted]: count });
    return count;
  });
}
