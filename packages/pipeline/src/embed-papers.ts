import { countUnembedded, putEmbeddings, streamUnembedded } from "@cool-papers/db";
import type { PipelineContext, StepControl } from "./context.ts";
import { throwIfInterrupted } from "./errors.ts";
import { letOthersRun } from "./let-others-run.ts";
import { ProgressMeter } from "./progress.ts";

export interface EmbedReport {
  /** null when no embedding bundle is installed: nothing was done. */
  readonly model: string | null;
  readonly embedded: number;
  readonly seconds: number;
}

const BATCH_SIZE = 256;

/**
 * Vectors for every paper that has none (or an old one) of the active model. Each batch is kept as soon as it is
 * made; running again goes on with the rest. Without an embedder it says so and does nothing.
 */
export async function embedPapers(context: PipelineContext, control: StepControl = {}): Promise<EmbedReport> {
  const startedMs = context.clock().getTime();
  const { embedder } = context;
  if (!embedder) {
    context.log("no embedding model is installed: search works on keywords; nothing to embed");
    return { model: null, embedded: 0, seconds: 0 };
  }
  const total = await countUnembedded(context.db, embedder.model);
  const meter = new ProgressMeter({ step: "embed", label: embedder.model, unit: "papers", total }, () =>
    context.clock().getTime(),
  );
  let embedded = 0;
  for await (const rows of streamUnembedded(context.db, embedder.model, { batchSize: BATCH_SIZE })) {
    await letOthersRun();
    throwIfInterrupted(
      control.signal,
      `${embedded} papers are embedded; run the same command again to go on`,
    );
    const texts = rows.map((row) => `${row.title}\n${row.abstract}`);
    const vectors = await embedder.embedDocuments(texts, control.signal);
    await putEmbeddings(
      context.db,
      embedder.model,
      rows.map((row, i) => ({ key: row.key, vector: vectors[i]!, textHash: row.textHash })),
    );
    embedded += rows.length;
    control.onProgress?.(meter.at(embedded, embedded));
  }
  return { model: embedder.model, embedded, seconds: (context.clock().getTime() - startedMs) / 1000 };
}
