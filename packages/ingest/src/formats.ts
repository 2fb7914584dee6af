import { arxivListFormat } from "./arxiv/arxiv-list-format.ts";
import { kaggleFormat } from "./arxiv/kaggle-format.ts";
import { UnknownFormatError } from "./errors.ts";
import { interchangeFormat } from "./interchange/interchange-format.ts";
import type { PaperFormat } from "./paper-format.ts";
import { venueListFormat } from "./venues/venue-list-format.ts";

/** Every file format, in the order in which a record is offered to them. */
export const PAPER_FORMATS: readonly PaperFormat[] = [
  interchangeFormat,
  kaggleFormat,
  venueListFormat,
  arxivListFormat,
];

/** Throws UnknownFormatError with the names there are. */
export function requireFormat(name: string): PaperFormat {
  const format = PAPER_FORMATS.find((candidate) => candidate.name === name);
  if (format) return format;
  const names = PAPER_FORMATS.map((candidate) => candidate.name).join(", ");
  throw new UnknownFormatError(
    `there is no format "${name}"; choose one of ${names}, or leave it out to have each line recognised`,
  );
}

/** The format of a record by its keys, or null. */
export function recogniseFormat(record: Readonly<Record<string, unknown>>): PaperFormat | null {
  return PAPER_FORMATS.find((format) => format.recognises(record)) ?? null;
}
