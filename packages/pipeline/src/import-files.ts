import { printPaperId } from "@cool-papers/core";
import {
  type Database,
  type Queryable,
  type RejectedPaper,
  readState,
  upsertPapers,
  writeState,
} from "@cool-papers/db";
import {
  type ByteSource,
  type PaperBatch,
  type PaperFormat,
  type RejectedLine,
  readPapers,
  requireFormat,
} from "@cool-papers/ingest";
import type { PipelineContext, StepControl } from "./context.ts";
import { throwIfInterrupted } from "./errors.ts";
import { type ImportCounts, type ImportPosition, positionName, startingPosition } from "./import-position.ts";
import { letOthersRun } from "./let-others-run.ts";
import { ProgressMeter } from "./progress.ts";
import { readAhead } from "./read-ahead.ts";
import { RejectFile } from "./reject-file.ts";

export interface ImportOptions {
  /** A name from PAPER_FORMATS; null recognises each line. */
  readonly format?: string | null;
  /** Stop after so many records of each file, from its start; no position is kept. */
  readonly limit?: number | null;
  /** Records in one transaction. */
  readonly batchSize?: number;
}

/** What became of one file. The counts are those of the whole pass, earlier interrupted runs included. */
export interface FileReport extends ImportCounts {
  readonly name: string;
  readonly lines: number;
  /** Lines that an earlier run had done. */
  readonly resumedAfterLine: number;
  /** null when every line gave a paper. */
  readonly rejectFile: string | null;
  /** Why the rest of the file cannot be read, or null. */
  readonly broken: string | null;
  readonly seconds: number;
}

export interface ImportReport {
  readonly files: readonly FileReport[];
}

/**
 * Reads files into the record, one after the other. Each batch and the position after it are one transaction: an
 * import that is killed at any point loses nothing, doubles nothing, and goes on where it stopped when it is run
 * again. Running a finished import again changes nothing.
 * Throws StepInterruptedError (after the batch at hand) and UnknownFormatError.
 */
export async function importFiles(
  context: PipelineContext,
  sources: readonly ByteSource[],
  options: ImportOptions = {},
  control: StepControl = {},
): Promise<ImportReport> {
  const format = options.format ? requireFormat(options.format) : null;
  const files: FileReport[] = [];
  for (const [i, source] of sources.entries()) {
    const earlier = sources.slice(0, i).filter((other) => other.name === source.name).length;
    const rejectName = earlier === 0 ? source.name : `${source.name}.${earlier + 1}`;
    files.push(await importFile(context, { source, format, rejectName }, options, control));
  }
  return { files };
}

/** One transaction of this size takes a third of a second; larger ones gain little. */
export const DEFAULT_BATCH_SIZE = 500;

async function importFile(
  context: PipelineContext,
  { source, format, rejectName }: { source: ByteSource; format: PaperFormat | null; rejectName: string },
  options: ImportOptions,
  control: StepControl,
): Promise<FileReport> {
  const startedMs = context.clock().getTime();
  const limit = options.limit ?? null;
  const stateName = limit === null ? positionName(source, format?.name ?? null) : null;
  const start = startingPosition(stateName && (await readState(context.db, stateName)), source);
  const rejectFile = await RejectFile.open(context.dataDir, rejectName, start.rejectBytes);
  const meter = new ProgressMeter({ step: "import", label: source.name, ...extentOf(source, limit) }, () =>
    context.clock().getTime(),
  );
  if (start.line > 0) context.log(`${source.name}: going on after line ${start.line}`);

  let position = start;
  let papers = 0;
  let broken: string | null = null;
  const batches = readPapers(source, {
    format,
    from: start,
    limit,
    batchSize: options.batchSize ?? DEFAULT_BATCH_SIZE,
  });
  for await (const batch of readAhead(batches)) {
    await letOthersRun();
    throwIfInterrupted(control.signal, howToGoOn(source.name, position.line, stateName !== null));
    position = await commitBatch(context, batch, position, rejectFile, stateName);
    papers += batch.papers.length;
    broken = batch.broken;
    control.onProgress?.(meter.at(limit === null ? batch.sourceBytes : papers, papers));
  }
  position = { ...position, isComplete: broken === null };
  if (stateName) await writeState(context.db, stateName, position);
  return {
    name: source.name,
    lines: position.line,
    resumedAfterLine: start.line,
    ...position.counts,
    rejectFile: position.counts.rejected > 0 ? rejectFile.path : null,
    broken,
    seconds: (context.clock().getTime() - startedMs) / 1000,
  };
}

function howToGoOn(name: string, line: number, isPositionKept: boolean): string {
  const again = isPositionKept ? "to go on" : "to start over (what is there stays as it is)";
  return `${name} is imported up to line ${line}; run the same command again ${again}`;
}

/** A limited import ends by its count, any other at the end of the file. */
function extentOf(
  source: ByteSource,
  limit: number | null,
): { unit: "bytes" | "papers"; total: number | null } {
  return limit === null ? { unit: "bytes", total: source.sizeBytes } : { unit: "papers", total: limit };
}

/** Papers, rejects and the position after them, in one transaction. */
async function commitBatch(
  context: PipelineContext,
  batch: PaperBatch,
  before: ImportPosition,
  rejectFile: RejectFile,
  stateName: string | null,
): Promise<ImportPosition> {
  return context.db.transaction(async (tx) => {
    const db = joinTransaction(context.db, tx);
    const written = await upsertPapers(
      db,
      batch.papers.map(({ paper }) => paper),
    );
    const rejects = [...batch.rejects, ...refusals(batch, written.rejected)];
    await rejectFile.append(rejects);
    const { counts } = before;
    const after: ImportPosition = {
      ...before,
      line: batch.cursor.line,
      byte: batch.cursor.byte,
      rejectBytes: rejectFile.bytes,
      counts: {
        inserted: counts.inserted + written.inserted,
        updated: counts.updated + written.updated,
        unchanged: counts.unchanged + written.unchanged,
        rejected: counts.rejected + rejects.length,
      },
    };
    if (stateName) await writeState(db, stateName, after);
    return after;
  });
}

/** Papers that the record refuses, with the lines they came from. */
function refusals(batch: PaperBatch, refused: readonly RejectedPaper[]): RejectedLine[] {
  const reasons = new Map(refused.map((paper) => [paper.key, paper.reason]));
  return batch.papers.flatMap(({ paper, line }) => {
    const reason = reasons.get(printPaperId(paper.id));
    return reason ? [{ line, reason, excerpt: paper.title.slice(0, 200).toWellFormed() }] : [];
  });
}

/** The database with `tx` in place of its own transactions: what is done through it commits or fails with `tx`. */
function joinTransaction(db: Database, tx: Queryable): Database {
  return { ...db, query: (text, params) => tx.query(text, params), transaction: (work) => work(tx) };
}
