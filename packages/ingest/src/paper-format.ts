import type { Paper } from "@cool-papers/core";
import { z } from "zod";

/** The outcome for one record: a paper, or the reason why it is none. */
export type ParsedRecord = { readonly paper: Paper } | { readonly reason: string };

/** A kind of JSON-lines file. */
export interface PaperFormat {
  readonly name: string;
  /** One line for `--help`. */
  readonly description: string;
  /** A cheap look at the keys; `parse` gives the verdict. */
  recognises(record: Readonly<Record<string, unknown>>): boolean;
  parse(record: unknown): ParsedRecord;
}

/** Thrown by a mapping when a record is well formed and yet cannot be a paper of ours; it becomes a reject. */
export class UnusableRecordError extends Error {
  override readonly name = "UnusableRecordError";
}

/** Joins a wire schema and its mapping to Paper. */
export function definePaperFormat<Wire>(format: {
  name: string;
  description: string;
  recognises: PaperFormat["recognises"];
  schema: z.ZodType<Wire>;
  toPaper: (wire: Wire) => Paper;
}): PaperFormat {
  const { name, description, recognises, schema, toPaper } = format;
  return {
    name,
    description,
    recognises,
    parse(record) {
      const parsed = schema.safeParse(record);
      if (!parsed.success) return { reason: firstProblem(parsed.error) };
      try {
        return { paper: toPaper(parsed.data) };
      } catch (error) {
        if (error instanceof UnusableRecordError) return { reason: error.message };
        throw error;
      }
    },
  };
}

/** `authors.3.name: expected string, received number`. */
function firstProblem(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return "the record does not fit the format";
  const message = issue.message.replace(/^Invalid input: /u, "");
  const where = issue.path.join(".");
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : "";
  return `${where === "" ? "record" : where}: ${message}${more}`;
}

export const MAX_TITLE_CHARACTERS = 10_000;
export const MAX_ABSTRACT_CHARACTERS = 500_000;
export const MAX_AUTHORS = 20_000;
const MAX_SHORT_CHARACTERS = 20_000;

/** Building blocks of the wire schemas, with the limits of docs/interchange.md. */
export const wire = {
  title: z.string().max(MAX_TITLE_CHARACTERS),
  abstract: z.string().max(MAX_ABSTRACT_CHARACTERS),
  short: z.string().max(MAX_SHORT_CHARACTERS),
  optionalShort: z.string().max(MAX_SHORT_CHARACTERS).nullish(),
  authorNames: z.array(z.string().max(MAX_SHORT_CHARACTERS)).max(MAX_AUTHORS),
};
