import { latestChange, linkWorks as linkStoredWorks, readState, writeState } from "@cool-papers/db";
import { z } from "zod";
import type { PipelineContext } from "./context.ts";

export interface LinkReport {
  /** Papers that joined another paper's work, and papers that left one. */
  readonly linked: number;
  readonly split: number;
  readonly seconds: number;
}

const STATE_NAME = "link:position";
const LinkPosition = z.object({ changeSeq: z.int() });

/** Groups preprints with their venue versions (V4), as far as papers have changed since the last time. */
export async function linkWorks(context: PipelineContext): Promise<LinkReport> {
  const startedMs = context.clock().getTime();
  const kept = LinkPosition.safeParse(await readState(context.db, STATE_NAME));
  // Taken before linking: what is written meanwhile is looked at the next time.
  const changeSeq = await latestChange(context.db);
  const { linked, split } = await linkStoredWorks(
    context.db,
    kept.success ? { since: kept.data.changeSeq } : {},
  );
  await writeState(context.db, STATE_NAME, { changeSeq });
  return { linked, split, seconds: (context.clock().getTime() - startedMs) / 1000 };
}
