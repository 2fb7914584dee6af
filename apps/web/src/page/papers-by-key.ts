import { parsePaperKey } from "@cool-papers/core";
import type { StoredPaper } from "@cool-papers/db";
import { theSite } from "../server/site.ts";

/** Stored papers for printed ids, in order; null where none is stored. Keys that are none are left out. */
export async function papersByKey(keys: readonly string[]): Promise<readonly (StoredPaper | null)[]> {
  return theSite().papers(keys.map(parsePaperKey).filter((id) => id !== null));
}
