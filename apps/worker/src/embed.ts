/**
 * `npm run embed`: without a sub-command the worker's embed step over the stored papers; `serve` and `keys` belong to
 * the embedding API of packages/embed.
 */
import { runEmbedCommand } from "@cool-papers/embed/command";
import { loadEnvFile } from "@cool-papers/pipeline/load-env-file";

loadEnvFile();
const [subcommand] = process.argv.slice(2);
if (subcommand === "serve" || subcommand === "keys") {
  process.exitCode = await runEmbedCommand(process.argv.slice(2), process.env);
} else {
  process.argv.splice(2, 0, "embed");
  await import("./main.ts");
}
