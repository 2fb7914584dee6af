import { fileURLToPath } from "node:url";
import { databaseStats } from "@cool-papers/db";
import { openFileSource } from "@cool-papers/ingest";
import type { PipelineContext, StepControl } from "./context.ts";
import { type RunAllReport, runAll } from "./run-all.ts";

/** `seeded` is null when there were papers already. */
export interface SeedReport {
  readonly seeded: RunAllReport | null;
}

/** Path of the seed corpus, in the interchange format. */
export const SEED_FILE = fileURLToPath(new URL("../seed/papers.jsonl", import.meta.url));

/** Gives a new installation the seed corpus, so that a first search finds something. Leaves a record with papers alone. */
export async function seedIfEmpty(context: PipelineContext, control: StepControl = {}): Promise<SeedReport> {
  const { papers } = await databaseStats(context.db);
  if (papers > 0) return { seeded: null };
  const source = await openFileSource(SEED_FILE);
  return { seeded: await runAll(context, [source], { steps: ["link", "embed", "index"] }, control) };
}
