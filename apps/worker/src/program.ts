import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { parseSettings } from "@cool-papers/core/settings";
import { openFileSource, PAPER_FORMATS, requireFormat } from "@cool-papers/ingest";
import type { StepName, StepOptions, StepReport } from "@cool-papers/pipeline";
import { Command, InvalidArgumentError } from "commander";
import { callerPath } from "./caller-paths.ts";
import {
  describeEmbed,
  describeImport,
  describeIndex,
  describeLink,
  describeStats,
} from "./describe-report.ts";
import { runStepSomewhere } from "./run-step-somewhere.ts";
import { formatCount, formatDuration, type ProgressDisplay } from "./show-progress.ts";

export interface ProgramSettings {
  readonly display: ProgressDisplay;
  /** Fires when the user wants to stop. */
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** The command line. Parsing throws CommanderError for wrong usage, and what a step throws. */
export function createProgram(settings: ProgramSettings): Command {
  const program = new Command("worker")
    .description("Fills Cool Papers: imports papers, links their versions, embeds and indexes them.")
    .exitOverride()
    .showHelpAfterError("(--help shows examples)")
    .addHelpText("after", EXAMPLES);
  addImport(program, settings);
  addAll(program, settings);
  addSmallSteps(program, settings);
  addExport(program, settings);
  addStats(program, settings);
  addMigrate(program, settings);
  return program;
}

const EXAMPLES = `
Examples:
  npm run import -- ../shared/data/arxiv.jsonl.gz ../shared/data/venues.jsonl.gz
  npm run import -- --limit 1000 arxiv-metadata-oai-snapshot.json
  zcat papers.jsonl.gz | npm run import -- -
  npm run index -- --full
  npm run stats
  npm run worker -- export --out papers.jsonl

Data lie in DATA_DIR (default .data), or in the Postgres server of DATABASE_URL. While the site runs on the same
folder the steps run inside it. Each step can be stopped at any time and run again: it goes on where it was.`;

const FORMAT_HELP = `\nFormats (recognised line by line when --format is left out):\n${PAPER_FORMATS.map(
  (format) => `  ${format.name.padEnd(12)} ${format.description}`,
).join("\n")}\n`;

interface ImportFlags {
  readonly format?: string;
  readonly limit?: number;
  readonly index?: boolean;
  readonly embed?: boolean;
}

function addFileArguments(command: Command): Command {
  return command
    .argument("<file...>", 'JSON lines, plain or gzip; "-" reads standard input')
    .option("--format <name>", "take every line as this format", parseFormat)
    .option("--limit <n>", "stop after so many lines of each file", parseCount)
    .addHelpText("after", FORMAT_HELP);
}

function addImport(program: Command, settings: ProgramSettings): void {
  addFileArguments(program.command("import"))
    .description("read papers from files into the record, then link, embed and index them")
    .option("--no-embed", "index words only; `npm run embed` and `npm run index` add the vectors later")
    .option("--no-index", "leave linking, embedding and indexing for later")
    .addHelpText(
      "after",
      "\nExample:\n  npm run import -- ../shared/data/arxiv.jsonl.gz\n\nBad lines go to DATA_DIR/rejects/<file>.jsonl with number and reason.\n",
    )
    .action(async (files: string[], flags: ImportFlags) => {
      const { index = true, embed = true } = flags;
      const options = { ...(await importOptions(settings, files, flags)), index, embed };
      print(settings, describeImport(await run(settings, "import", options, hasStdin(files))));
    });
}

function addAll(program: Command, settings: ProgramSettings): void {
  addFileArguments(program.command("all"))
    .description("import, link, embed and index in one go")
    .action(async (files: string[], flags: ImportFlags) => {
      print(
        settings,
        describeImport(
          await run(settings, "all", await importOptions(settings, files, flags), hasStdin(files)),
        ),
      );
    });
}

function addSmallSteps(program: Command, settings: ProgramSettings): void {
  program
    .command("link")
    .description("group preprints with their venue versions")
    .action(async () => {
      print(settings, describeLink(await run(settings, "link", {})));
    });
  program
    .command("embed")
    .description("compute the vectors that are missing")
    .action(async () => print(settings, describeEmbed(await run(settings, "embed", {}))));
  program
    .command("index")
    .description("bring the search index up to the record")
    .option("--full", "build it anew beside the live one, then swap", false)
    .action(async (flags: { full: boolean }) =>
      print(settings, describeIndex(await run(settings, "index", flags))),
    );
  program
    .command("seed")
    .description("load the seed corpus when there are no papers yet")
    .action(async () => {
      const { seeded } = await run(settings, "seed", {});
      print(
        settings,
        seeded ? describeImport(seeded) : "there are papers already; the seed corpus is for an empty record",
      );
    });
}

function addExport(program: Command, settings: ProgramSettings): void {
  program
    .command("export")
    .description("write all papers in the interchange format (docs/interchange.md)")
    .option("--out <file>", "a file instead of standard output")
    .action(async (flags: { out?: string }) => {
      const target = flags.out
        ? createWriteStream(callerPath(flags.out, settings.env, settings.cwd))
        : process.stdout;
      const failed = new Promise<never>((_, reject) => target.once("error", reject));
      failed.catch(() => {});
      const onLine = async (line: string) => {
        if (!target.write(`${line}\n`))
          await Promise.race([new Promise<void>((resolve) => target.once("drain", () => resolve())), failed]);
      };
      const report = await Promise.race([run(settings, "export", {}, false, onLine), failed]);
      if (target !== process.stdout) {
        target.end();
        await finished(target);
      }
      settings.display.log(
        `exported ${formatCount(report.papers)} papers (${formatDuration(report.seconds)})`,
      );
    });
}

function addStats(program: Command, settings: ProgramSettings): void {
  program
    .command("stats")
    .description("counts of the record and of the search index")
    .option("--json", "one JSON object")
    .action(async (flags: { json?: boolean }) => {
      const report = await run(settings, "stats", {});
      print(settings, flags.json ? JSON.stringify(report) : describeStats(report));
    });
}

function addMigrate(program: Command, settings: ProgramSettings): void {
  program
    .command("migrate")
    .description("bring the tables of DATABASE_URL (or of the data folder) up to this version")
    .action(async () => {
      const { migrateDatabase } = await import("@cool-papers/db");
      const { applied } = await migrateDatabase(parseSettings(settings.env));
      print(settings, applied.length === 0 ? "the tables are up to date" : `applied ${applied.join(", ")}`);
    });
}

function run<Name extends StepName>(
  { display, env, signal }: ProgramSettings,
  name: Name,
  options: StepOptions<Name>,
  withStdin = false,
  onLine?: (line: string) => Promise<void>,
): Promise<StepReport<Name>> {
  return runStepSomewhere(parseSettings(env), name, options, {
    signal,
    onProgress: display.show,
    onLog: display.log,
    stdin: withStdin ? process.stdin : undefined,
    onLine,
  });
}

/** Paths as the step needs them. A file that cannot be read is reported before the data are opened. */
async function importOptions({ env, cwd }: ProgramSettings, names: readonly string[], flags: ImportFlags) {
  const files = names.map((name) => callerPath(name, env, cwd));
  for (const file of files) if (file !== "-") await openFileSource(file);
  return { files, format: flags.format ?? null, limit: flags.limit ?? null };
}

function hasStdin(files: readonly string[]): boolean {
  return files.includes("-");
}

function parseFormat(text: string): string {
  try {
    return requireFormat(text).name;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("give a whole number from 1 on");
  return count;
}

function print({ display }: ProgramSettings, text: string): void {
  display.stop();
  process.stdout.write(`${text}\n`);
}
