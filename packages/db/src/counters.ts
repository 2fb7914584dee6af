import type { Database } from "./database.ts";
import type { PaperCounters } from "./get-papers.ts";
import { lockForWriting, nextChange } from "./upsert-papers.ts";

export type CounterName = "pdf" | "faq";

const INCREMENT: Record<CounterName, string> = {
  pdf: incrementStatement("pdf"),
  faq: incrementStatement("faq"),
};

function incrementStatement(column: CounterName): string {
  return `insert into paper_counters (paper_key, ${column}, change_seq)
    select key, 1, $2::bigint from papers where key = $1
    on conflict (paper_key) do update set ${column} = paper_counters.${column} + 1, change_seq = excluded.change_seq
    returning pdf, faq`;
}

/** Adds one opening of the paper's PDF or FAQ; resolves to the new counts, null when the paper is not stored. */
export async function incrementCounter(
  db: Database,
  key: string,
  counter: CounterName,
): Promise<PaperCounters | null> {
  return db.transaction(async (tx) => {
    await lockForWriting(tx);
    const seq = await nextChange(tx);
    const [row] = await tx.query<{ pdf: number; faq: number }>(INCREMENT[counter], [key, String(seq)]);
    return row ?? null;
  });
}
