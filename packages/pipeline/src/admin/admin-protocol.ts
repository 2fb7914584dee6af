import { z } from "zod";
import type { StepProgress } from "../progress.ts";

/** Folder of the endpoint under the site's address; the step's name follows. */
export const ADMIN_PATH = "/api/admin/";
/** Carries the options as JSON when the body is the file to import. */
export const OPTIONS_HEADER = "x-cool-papers-options";
export const MESSAGES_TYPE = "application/x-ndjson";
/** The server says something at least this often, so that no client takes a long statement for a dead line. */
export const ALIVE_INTERVAL_MS = 10_000;

const Progress: z.ZodType<StepProgress> = z.object({
  step: z.string(),
  label: z.string(),
  done: z.number(),
  total: z.number().nullable(),
  unit: z.enum(["bytes", "papers"]),
  papers: z.number(),
  papersPerSecond: z.number(),
  etaSeconds: z.number().nullable(),
});

/** One line of the answer. The last one is `done` or `error`; an answer without either was cut off. */
export const AdminMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), progress: Progress }),
  z.object({ type: z.literal("log"), message: z.string() }),
  /** A line of an export. */
  z.object({ type: z.literal("line"), line: z.string() }),
  z.object({ type: z.literal("alive") }),
  z.object({ type: z.literal("done"), report: z.unknown() }),
  z.object({ type: z.literal("error"), name: z.string(), message: z.string() }),
]);
export type AdminMessage = z.infer<typeof AdminMessage>;
