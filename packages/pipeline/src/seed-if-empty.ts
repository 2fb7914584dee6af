import { fileURLToPath } from "node:url";
import { databaseStats, readState, writeState } from "@cool-papers/db";
import { openFileSource } from "@cool-papers/ingest";
import { z } from "zod";
import type { PipelineContext, StepControl } from "./context.ts";
import { type RunAllReport, runAll } from "./run-all.ts";

/** `seeded` is null when there were papers already. */
export interface SeedReport {
  readonly seeded: RunAllReport | null;
}

/** Path of the seed corpus, in the interchange format. */
export const SEED_FILE = fileURLToPath(new URL("../seed/papers.jsonl", import.meta.url));

const STATE_NAME = "seed";
const SeedState = z.object({ isComplete: z.boolean() });

/**
 * Gives a new installation the seed corpus, so that a first search finds something. Leaves a record with papers alone,
 * unless they are those of a seeding that was cut short.
 */
export async function seedIfEmpty(
  context: PipelineContext,
  control: StepControl = {},
  file: string = SEED_FILE,
): Promise<SeedReport> {
  const state = SeedState.safeParse(await readState(context.db, STATE_NAME));
  const wasCutShort = state.success && !state.data.isComplete;
  if (!wasCutShort && (await databaseStats(context.db)).papers > 0) return { seeded: null };
  await writeState(context.db, STATE_NAME, { isComplete: false });
  const seeded = await runAll(
    context,
    [await openFileSource(file)],
    { steps: ["link", "embed", "index"] },
    control,
  );
  await writeState(context.db, STATE_NAME, { isComplete: true });
  return { seeded };
}
