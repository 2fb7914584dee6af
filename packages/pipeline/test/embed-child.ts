/**
 * A worker that embeds the papers of a database server and can be killed at any moment: for the tests of shared work.
 * Prints a JSON message a line: `ready`, `encoding` with the titles of each call to the encoder, what the step logs,
 * and `done` with the report. It starts at the first line of its standard input and holds its first batch until the
 * second one.
 * Arguments: connection string, how long a claim lasts in seconds.
 */
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { openDatabase } from "@cool-papers/db";
import type { PaperEmbedder } from "../src/context.ts";
import { embedPapers } from "../src/embed-papers.ts";
import { createMemoryEngine } from "./memory-engine.ts";

const [databaseUrl = "", claimSeconds = ""] = process.argv.slice(2);
const input = createInterface(process.stdin)[Symbol.asyncIterator]();
const tell = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);
const db = await openDatabase({ databaseUrl, dataDir: tmpdir() });

let calls = 0;
const embedder: PaperEmbedder = {
  model: "letters-2d",
  dimension: 2,
  embedDocuments: async (texts) => {
    tell({ type: "encoding", titles: texts.map((text) => text.split("\n", 1)[0]) });
    calls += 1;
    if (calls === 1) await input.next();
    return texts.map((text) => new Float32Array(text.length % 2 === 0 ? [1, 0] : [0, 1]));
  },
  embedQuery: async () => new Float32Array([1, 0]),
};

tell({ type: "ready" });
await input.next();
const log = (message: string) => void tell({ type: "log", message });
const context = {
  db,
  engine: createMemoryEngine(),
  embedder,
  dataDir: tmpdir(),
  log,
  clock: () => new Date(),
};
const report = await embedPapers(context, {}, { claimSeconds: Number(claimSeconds) });
tell({ type: "done", report });
await db.close();
process.stdin.destroy();
