import { DataError } from "./data-error.ts";
import { readLines } from "./json-lines.ts";

/**
 * Rows of a tab-separated file with a header line, by column name. Quotes have no meaning.
 *
 * @throws DataError naming file and line when a row has another number of columns than the header
 */
export async function* readTsv(path: string): AsyncGenerator<Record<string, string>> {
  let header: string[] | null = null;
  let number = 0;
  for await (const raw of readLines(path)) {
    number++;
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    const cells = line.split("\t");
    if (header === null) {
      header = cells;
      continue;
    }
    if (line === "") continue;
    if (cells.length !== header.length) {
      throw new DataError(
        `${path}:${number} has ${cells.length} columns, but the header names ${header.length}.`,
      );
    }
    yield Object.fromEntries(header.map((name, i) => [name, cells[i]!]));
  }
}
