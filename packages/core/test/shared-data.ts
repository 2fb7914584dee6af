/** Real metadata beside the repository, for tests that have it. */
import { createReadStream, existsSync } from "node:fs";
import { createGunzip } from "node:zlib";

const FOLDER = new URL("../../../../shared/data/", import.meta.url);

/** Path of a data file, null (said aloud) where the data are absent. */
export function sharedDataFile(name: string): URL | null {
  const file = new URL(name, FOLDER);
  if (existsSync(file)) return file;
  console.warn(`skipped: no ../shared/data (${name})`);
  return null;
}

/** The lines of a gzipped file, split at line feeds only. */
export async function* gzipLines(file: URL): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of createReadStream(file).pipe(createGunzip())) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
