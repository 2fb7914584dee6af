import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { DataError } from "./data-error.ts";

const NEWLINE = 0x0a;

/**
 * Lines of a UTF-8 file, gunzipped when the name ends in `.gz`. Only `\n` ends a line: abstracts hold U+2028.
 *
 * @throws DataError when the file is missing or its gzip stream is broken
 */
export async function* readLines(path: string): AsyncGenerator<string> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const source = path.endsWith(".gz") ? file.pipe(createGunzip({ chunkSize: 1 << 20 })) : file;
  file.on("error", (error) => source.destroy(error));
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, start)) {
        yield data.toString("utf8", start, end);
        start = end + 1;
      }
      rest = data.subarray(start);
    }
  } catch (cause) {
    throw new DataError(`Cannot read ${path}: ${reason(cause)}.`, { cause });
  } finally {
    file.destroy();
  }
  if (rest.length > 0) yield rest.toString("utf8");
}

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if ((cause as NodeJS.ErrnoException).code === "ENOENT") return "the file does not exist";
  return cause.message;
}

/**
 * Objects of a JSON-lines file (`.jsonl` or `.jsonl.gz`); empty lines are skipped.
 *
 * @throws DataError naming file and line for anything that is not a JSON object
 */
export async function* readJsonLines(path: string): AsyncGenerator<Record<string, unknown>> {
  let number = 0;
  for await (const line of readLines(path)) {
    number++;
    if (line.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw new DataError(`${path}:${number} is not valid JSON; each line must be one object.`);
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new DataError(`${path}:${number} is not a JSON object; each line must be one.`);
    }
    yield value as Record<string, unknown>;
  }
}

/** A string field. @throws DataError naming the file and the missing field */
export function stringField(row: Record<string, unknown>, field: string, path: string): string {
  const value = row[field];
  if (typeof value !== "string") {
    throw new DataError(`A row of ${path} has no text in "${field}" (found ${JSON.stringify(value)}).`);
  }
  return value;
}
