import {
  databaseStats,
  getEmbeddings,
  latestChange,
  readState,
  type SearchDocumentRow,
  streamSearchDocuments,
  writeState,
} from "@cool-papers/db";
import type { SearchDocument } from "@cool-papers/search";
import { z } from "zod";
import type { PipelineContext, StepControl } from "./context.ts";
import { throwIfInterrupted } from "./errors.ts";
import { letOthersRun } from "./let-others-run.ts";
import { ProgressMeter } from "./progress.ts";

export interface IndexOptions {
  /** Build everything anew beside the live index and swap, even when only a little has changed. */
  readonly isFull?: boolean;
}

interface Written {
  /** Documents written in this run. */
  documents: number;
  /** Documents with a vector among them. */
  vectors: number;
}

export interface IndexReport extends Readonly<Written> {
  readonly mode: "full" | "incremental";
  readonly seconds: number;
}

/** What the index was last built from; kept in the record. */
const IndexPosition = z.object({
  changeSeq: z.int(),
  documents: z.int(),
  model: z.string().nullable(),
  /** Vectors of the model in the record: making one is no change of a paper. */
  embedded: z.int(),
});
type IndexPosition = z.infer<typeof IndexPosition>;

const STATE_NAME = "index:position";
const BATCH_SIZE = 1000;
/** A rebuild writes faster than upserts do: above this share of new documents it is quicker. */
const REBUILD_SHARE = 0.2;

/**
 * Brings the search index up to the record: what changed since the last time, or everything when the index is new,
 * gone, without the vectors there are, or far behind. Running it again changes nothing.
 */
export async function buildIndex(
  context: PipelineContext,
  options: IndexOptions = {},
  control: StepControl = {},
): Promise<IndexReport> {
  const startedMs = context.clock().getTime();
  const record = await readRecord(context);
  const { documents: indexed, problem } = await context.engine.stats();
  if (problem) {
    context.log(
      `The search index on disk cannot be used (${problem}); building it anew beside it. Until that is done, search finds nothing.`,
    );
  }
  const known = options.isFull ? null : await readPosition(context);
  // An index that does not hold what it held when the position was written is another one.
  const position = known?.documents === indexed ? known : null;
  const isIncremental = position !== null && canUpsert(position, record);
  const written = isIncremental
    ? await upsertChanged(context, position.changeSeq, control)
    : await rebuild(context, record.works, control);
  const { documents } = await context.engine.stats();
  const { changeSeq, model, embedded } = record;
  await writeState(context.db, STATE_NAME, { changeSeq, documents, model, embedded } satisfies IndexPosition);
  return {
    mode: isIncremental ? "incremental" : "full",
    ...written,
    seconds: (context.clock().getTime() - startedMs) / 1000,
  };
}

interface RecordState {
  readonly changeSeq: number;
  readonly works: number;
  readonly model: string | null;
  readonly embedded: number;
}

async function readRecord(context: PipelineContext): Promise<RecordState> {
  const model = context.embedder?.model ?? null;
  const changeSeq = await latestChange(context.db);
  const { works, embeddings } = await databaseStats(context.db);
  return { changeSeq, works, model, embedded: model === null ? 0 : (embeddings[model] ?? 0) };
}

/** What the index was last built from; null before the first time. */
export async function readPosition(context: PipelineContext): Promise<IndexPosition | null> {
  const parsed = IndexPosition.safeParse(await readState(context.db, STATE_NAME));
  return parsed.success ? parsed.data : null;
}

function canUpsert(position: IndexPosition, record: RecordState): boolean {
  const hasItsVectors = position.model === record.model && position.embedded === record.embedded;
  return hasItsVectors && record.works - position.documents <= REBUILD_SHARE * record.works;
}

async function rebuild(context: PipelineContext, works: number, control: StepControl): Promise<Written> {
  const meter = indexMeter(context, works);
  const written: Written = { documents: 0, vectors: 0 };
  const documents = async function* (): AsyncIterable<readonly SearchDocument[]> {
    for await (const rows of streamSearchDocuments(context.db, { batchSize: BATCH_SIZE })) {
      await letOthersRun();
      throwIfInterrupted(control.signal, "the index in use stays as it is; run the same command again");
      const batch = await withVectors(context, rows);
      count(written, batch);
      control.onProgress?.(meter.at(written.documents, written.documents));
      yield batch;
    }
  };
  await context.engine.rebuild(documents(), undefined, control.signal);
  return written;
}

async function upsertChanged(
  context: PipelineContext,
  changedSince: number,
  control: StepControl,
): Promise<Written> {
  const meter = indexMeter(context, null);
  const written: Written = { documents: 0, vectors: 0 };
  for await (const rows of streamSearchDocuments(context.db, { batchSize: BATCH_SIZE, changedSince })) {
    await letOthersRun();
    throwIfInterrupted(control.signal, "run the same command again to go on");
    const batch = await withVectors(context, rows);
    // A paper that has joined a work stops being a document of its own.
    await context.engine.remove(rows.flatMap((row) => row.memberKeys.filter((key) => key !== row.key)));
    await context.engine.upsert(batch);
    count(written, batch);
    control.onProgress?.(meter.at(written.documents, written.documents));
  }
  if (written.documents > 0) await context.engine.optimize();
  return written;
}

function indexMeter(context: PipelineContext, total: number | null): ProgressMeter {
  return new ProgressMeter({ step: "index", label: "works", unit: "papers", total }, () =>
    context.clock().getTime(),
  );
}

async function withVectors(
  context: PipelineContext,
  rows: readonly SearchDocumentRow[],
): Promise<SearchDocument[]> {
  if (!context.embedder) return [...rows];
  const keys = rows.map((row) => row.key);
  const vectors = await getEmbeddings(context.db, context.embedder.model, keys);
  return rows.map((row) => {
    const vector = vectors.get(row.key);
    return vector ? { ...row, vector } : row;
  });
}

function count(written: Written, documents: readonly SearchDocument[]): void {
  written.documents += documents.length;
  written.vectors += documents.filter((document) => document.vector !== undefined).length;
}
