import { createHash } from "node:crypto";
import type { ByteSource } from "@cool-papers/ingest";
import { z } from "zod";

/** How many lines and papers an import has seen; sums over all runs of one pass through a file. */
const ImportCounts = z.object({
  inserted: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  rejected: z.int(),
});
export type ImportCounts = z.infer<typeof ImportCounts>;

const ImportPosition = z.object({
  fingerprint: z.string(),
  /** Lines done; decompressed bytes up to their end. */
  line: z.int(),
  byte: z.int(),
  /** Length of the reject file up to here. */
  rejectBytes: z.int(),
  counts: ImportCounts,
  /** True after the last line: the next import of the file starts again at its first line. */
  isComplete: z.boolean(),
});
/** Where an import of one file is; kept in the record under `positionName`. */
export type ImportPosition = z.infer<typeof ImportPosition>;

export const NO_COUNTS: ImportCounts = { inserted: 0, updated: 0, unchanged: 0, rejected: 0 };

/** Name of the state row, or null when the source is a stream, whose position means nothing later. */
export function positionName(source: ByteSource, formatName: string | null): string | null {
  if (source.fingerprint === null) return null;
  const hash = createHash("sha256")
    .update(`${formatName ?? "auto"} ${source.fingerprint}`)
    .digest("hex")
    .slice(0, 24);
  return `import:${hash}`;
}

/** Where to begin: after the kept position if it is of this file and unfinished, else at the start. */
export function startingPosition(kept: unknown, source: ByteSource): ImportPosition {
  const parsed = ImportPosition.safeParse(kept);
  if (parsed.success && parsed.data.fingerprint === source.fingerprint && !parsed.data.isComplete)
    return parsed.data;
  return {
    fingerprint: source.fingerprint ?? "",
    line: 0,
    byte: 0,
    rejectBytes: 0,
    counts: NO_COUNTS,
    isComplete: false,
  };
}
