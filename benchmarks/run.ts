import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** One area's benchmark: prints for people while it runs and returns what `--json` prints as the last line. */
export interface Benchmark {
  readonly run: (options: { readonly json: boolean }) => Promise<object>;
}

const AREAS = ["search", "import", "training", "bag", "embed", "web"] as const;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: "boolean" } } });
const area = positionals[0];
const file = join(import.meta.dirname, `${area}.ts`);
if (area === undefined || !AREAS.some((known) => known === area) || !existsSync(file)) {
  const available = AREAS.filter((known) => existsSync(join(import.meta.dirname, `${known}.ts`)));
  console.error(`Usage: npm run bench -- AREA [--json], where AREA is one of: ${available.join(", ")}.`);
  process.exit(2);
}
const benchmark = (await import(file)) as Benchmark;
const result = await benchmark.run({ json: values.json === true });
if (values.json) console.log(JSON.stringify(result));
