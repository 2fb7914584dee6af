import { tidyDatabase } from "@cool-papers/db";
import type { ByteSource } from "@cool-papers/ingest";
import { buildIndex, type IndexReport } from "./build-index.ts";
import type { PipelineContext, StepControl } from "./context.ts";
import { type EmbedReport, embedPapers } from "./embed-papers.ts";
import { BrokenImportError } from "./errors.ts";
import { type FileReport, type ImportOptions, importFiles } from "./import-files.ts";
import { type LinkReport, linkWorks } from "./link-works.ts";

export interface RunAllOptions extends ImportOptions {
  /** What follows the import, in this order. */
  readonly steps: readonly ("link" | "embed" | "index")[];
}

export interface RunAllReport {
  readonly files: readonly FileReport[];
  readonly link: LinkReport | null;
  readonly embed: EmbedReport | null;
  readonly index: IndexReport | null;
}

/**
 * Imports files and brings everything that is derived from the record up to date. A file that breaks off does not keep
 * the rest from being indexed; BrokenImportError says so at the end.
 */
export async function runAll(
  context: PipelineContext,
  sources: readonly ByteSource[],
  options: RunAllOptions,
  control: StepControl = {},
): Promise<RunAllReport> {
  const { files } = await importFiles(context, sources, options, control);
  if (countWritten(files) >= TIDY_FROM_PAPERS) await tidyDatabase(context.db);
  const link = options.steps.includes("link") ? await linkWorks(context) : null;
  const embed = options.steps.includes("embed") ? await embedPapers(context, control) : null;
  const index = options.steps.includes("index") ? await buildIndex(context, {}, control) : null;
  const broken = files.find((file) => file.broken !== null);
  if (broken) {
    throw new BrokenImportError(
      `${broken.name}: ${broken.broken}; ${broken.lines} lines before that are imported, get the file again for the rest`,
    );
  }
  return { files, link, embed, index };
}

/** A planner without counts of a freshly filled table scans it for every link. */
const TIDY_FROM_PAPERS = 5_000;

function countWritten(files: readonly FileReport[]): number {
  return files.reduce((sum, file) => sum + file.inserted + file.updated, 0);
}
