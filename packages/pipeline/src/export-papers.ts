import { parsePaperKey } from "@cool-papers/core";
import { databaseStats, getPapers, streamSearchDocuments } from "@cool-papers/db";
import { printInterchangeLine } from "@cool-papers/ingest";
import type { PipelineContext, StepControl } from "./context.ts";
import { throwIfInterrupted } from "./errors.ts";
import { letOthersRun } from "./let-others-run.ts";
import { ProgressMeter } from "./progress.ts";

export interface ExportReport {
  readonly papers: number;
  readonly seconds: number;
}

const BATCH_SIZE = 500;

/** Hands every paper of the record to `onLine` in the interchange format (docs/interchange.md), a work's papers together. */
export async function exportPapers(
  context: PipelineContext,
  onLine: (line: string) => void | Promise<void>,
  control: StepControl = {},
): Promise<ExportReport> {
  const startedMs = context.clock().getTime();
  const { papers: total } = await databaseStats(context.db);
  const meter = new ProgressMeter({ step: "export", label: "papers", unit: "papers", total }, () =>
    context.clock().getTime(),
  );
  let papers = 0;
  for await (const works of streamSearchDocuments(context.db, { batchSize: BATCH_SIZE })) {
    await letOthersRun();
    throwIfInterrupted(control.signal, "the export is not complete; run it again");
    const ids = works.flatMap((work) => work.memberKeys.map(parsePaperKey)).filter((id) => id !== null);
    for (const paper of await getPapers(context.db, ids)) {
      if (!paper) continue;
      await onLine(printInterchangeLine(paper));
      papers += 1;
    }
    control.onProgress?.(meter.at(papers, papers));
  }
  return { papers, seconds: (context.clock().getTime() - startedMs) / 1000 };
}
