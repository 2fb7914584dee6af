import { loadEnvFile } from "@cool-papers/pipeline/load-env-file";
import { CommanderError } from "commander";
import { createProgram } from "./program.ts";
import { createProgressDisplay } from "./show-progress.ts";

loadEnvFile();

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** What shells report for a command that a SIGINT ended. */
const EXIT_INTERRUPTED = 130;

const display = createProgressDisplay(process.stderr, Date.now);
const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, onSignal);
process.exitCode = await main();

async function main(): Promise<number> {
  try {
    await createProgram({
      display,
      signal: interrupt.signal,
      env: process.env,
      cwd: process.cwd(),
    }).parseAsync(process.argv);
    return 0;
  } catch (error) {
    display.stop();
    // Commander has said what is wrong with the command line by itself.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    process.stderr.write(`${describeError(error)}\n`);
    return interrupt.signal.aborted ? EXIT_INTERRUPTED : EXIT_FAILED;
  } finally {
    display.stop();
    // Standard input that was not read to its end would keep the process alive.
    process.stdin.destroy();
  }
}

/** The first signal lets the batch at hand finish; the second one ends at once, which is safe too. */
function onSignal(): void {
  if (interrupt.signal.aborted) process.exit(EXIT_INTERRUPTED);
  display.log("finishing the batch at hand; press Ctrl-C again to stop at once (nothing is lost either way)");
  interrupt.abort();
}

/** One sentence; with LOG_LEVEL=debug all there is to know. */
function describeError(error: unknown): string {
  if (process.env.LOG_LEVEL === "debug") return (error as Error).stack ?? String(error);
  const message = (error as Error).message.replace(/\s+/gu, " ").trim();
  return message === "" ? `failed: ${(error as Error).name} (LOG_LEVEL=debug shows more)` : message;
}
