/**
 * A process that imports one file into a data folder and can be killed at any moment: the test of what a kill leaves
 * behind. Prints a line for each batch and `done` with the report.
 * Arguments: data folder, file, batch size.
 */
import { openDatabase } from "@cool-papers/db";
import { openFileSource } from "@cool-papers/ingest";
import { importFiles } from "../src/import-files.ts";
import { createMemoryEngine } from "./memory-engine.ts";

const [dataDir = "", file = "", batchSize = ""] = process.argv.slice(2);
const db = await openDatabase({ databaseUrl: null, dataDir });
const context = {
  db,
  engine: createMemoryEngine(),
  embedder: null,
  dataDir,
  log: () => {},
  clock: () => new Date(),
};
const report = await importFiles(
  context,
  [await openFileSource(file)],
  { batchSize: Number(batchSize) },
  { onProgress: (progress) => process.stdout.write(`batch ${progress.papers}\n`) },
);
await db.close();
process.stdout.write(`done ${JSON.stringify(report.files[0])}\n`);
