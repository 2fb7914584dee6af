/**
 * `npm run embed`: without a sub-command the worker's embed step over the stored papers; `serve` and `keys` belong to
 * the embedding API of packages/embed.
 */
import { parseSettings } from "@cool-papers/core/settings";
import { runEmbedCommand } from "@cool-papers/embed/command";
import { loadEnvFile } from "@cool-papers/pipeline/load-env-file";

loadEnvFile();
const [subcommand] = process.argv.slice(2);
if (subcommand === "serve" || subcommand === "keys") {
  process.exitCode = hasUsableSettings() ? await runEmbedCommand(process.argv.slice(2), process.env) : 1;
} else {
  process.argv.splice(2, 0, "embed");
  await import("./main.ts");
}

/** packages/embed may not import the settings; they are checked here, before it reads its own from the environment. */
function hasUsableSettings(): boolean {
  try {
    parseSettings(process.env);
    return true;
  } catch (error) {
    console.error((error as Error).message);
    return false;
  }
}
