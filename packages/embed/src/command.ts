import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { EXECUTION_PROVIDERS, type ExecutionProvider, MODEL_VARIANTS } from "./encoder.ts";
import { EmbedError } from "./errors.ts";
import type { ProviderChoice } from "./inference/execution-provider.ts";
import { SHIPPED_BUNDLE } from "./inference/shipped-bundle.ts";
import { API_KEY_FILE, ApiKeyStore, KeyStoreError } from "./keys/api-key-store.ts";
import { type Environment, type ServeOptions, serveUntilSignal, UsageError } from "./serve.ts";

/** `npm run embed -- …`: serves the embedding API and manages its keys. Resolves to the exit code. */
export async function runEmbedCommand(args: readonly string[], env: Environment): Promise<number> {
  const program = createProgram(env);
  try {
    await program.parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const expected =
      error instanceof EmbedError || error instanceof KeyStoreError || error instanceof UsageError;
    console.error(expected ? error.message : listenProblem(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

function createProgram(env: Environment): Command {
  const dataDir = env.DATA_DIR || ".data";
  const program = new Command("embed").exitOverride().description("Serve sentence embeddings over HTTP.");
  program
    .command("serve")
    .description("serve OpenAI's /v1/embeddings and text-embeddings-inference's /embed")
    .option("--port <port>", "TCP port", parsePort, 8080)
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option(
      "--bundle <dir>",
      "model bundle: a folder, or an address at a host of MODEL_HOSTS",
      env.MODEL_DIR || SHIPPED_BUNDLE,
    )
    .option("--bundle-cache <dir>", "where fetched bundles are kept", join(dataDir, "models"))
    .option("--keys <file>", "file of API keys", join(dataDir, API_KEY_FILE))
    .option(
      "--provider <names>",
      `auto, or execution providers in the order to try: ${EXECUTION_PROVIDERS.join(", ")}`,
      parseProviders,
      "auto",
    )
    .option("--device <ids>", "device numbers of the provider, one encoder on each: 0,1", parseDevices, [0])
    .addOption(
      new Option("--variant <name>", "model variant; default: the best for the provider").choices(
        MODEL_VARIANTS,
      ),
    )
    .option("--threads <n>", "CPU threads of the model", parsePositive)
    .addOption(
      new Option("--truncate <policy>", "texts over the model's length: cut, or refuse")
        .choices(["end", "error"])
        .default("end"),
    )
    .option("--max-body-mb <n>", "largest request body", parsePositive, 16)
    .option("--drain-seconds <n>", "time for running requests after SIGTERM", parsePositive, 20)
    .addHelpText(
      "after",
      `\nExample:\n  npm run embed -- keys add my-laptop\n  npm run embed -- serve --host 0.0.0.0 --port 8080\n  curl -H "Authorization: Bearer cp-…" localhost:8080/v1/embeddings \\\n    -H "content-type: application/json" -d '{"model": "NAME", "input": "attention"}'`,
    )
    .action((options: ServeOptions) => serveUntilSignal(options, env));
  addKeyCommands(program.command("keys").description("manage API keys"), dataDir);
  return program;
}

function addKeyCommands(keys: Command, dataDir: string): void {
  const file = join(dataDir, API_KEY_FILE);
  keys
    .command("add <name>")
    .description("make a key and print it once")
    .option("--keys <file>", "file of API keys", file)
    .option("--requests-per-minute <n>", "limit of requests", parsePositive)
    .option("--tokens-per-minute <n>", "limit of tokens", parsePositive)
    .action(
      (name: string, options: { keys: string; requestsPerMinute?: number; tokensPerMinute?: number }) => {
        const limits = {
          requestsPerMinute: options.requestsPerMinute ?? null,
          tokensPerMinute: options.tokensPerMinute ?? null,
        };
        console.log(new ApiKeyStore(options.keys).add(name, limits, new Date()));
        console.error("This is the only time the key is shown; it is stored as a hash.");
      },
    );
  keys
    .command("list")
    .description("list the keys' names and limits")
    .option("--keys <file>", "file of API keys", file)
    .action((options: { keys: string }) => {
      for (const key of new ApiKeyStore(options.keys).list()) {
        const limits = [
          key.requestsPerMinute === null ? null : `${key.requestsPerMinute} requests/min`,
          key.tokensPerMinute === null ? null : `${key.tokensPerMinute} tokens/min`,
        ].filter((limit) => limit !== null);
        console.log(`${key.name}\tsince ${key.createdAt.slice(0, 10)}\t${limits.join(", ") || "no limits"}`);
      }
    });
  keys
    .command("remove <name>")
    .description("remove a key; it stops working at once")
    .option("--keys <file>", "file of API keys", file)
    .action((name: string, options: { keys: string }) => new ApiKeyStore(options.keys).remove(name));
}

function listenProblem(error: unknown): string {
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (code === "EADDRINUSE") return `Port ${port} on ${address} is in use; choose another one with --port.`;
  if (code === "EACCES")
    return `This user may not listen on port ${port}; choose one of 1024 or above with --port.`;
  return error instanceof Error ? error.message : String(error);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
  return port;
}

function parsePositive(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1)
    throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return count;
}

/** `auto`, or `cuda,webgpu`. */
function parseProviders(text: string): ProviderChoice {
  if (text === "auto") return "auto";
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !EXECUTION_PROVIDERS.some((known) => known === name));
  if (unknown === undefined) return names as ExecutionProvider[];
  throw new InvalidArgumentError(
    `${JSON.stringify(unknown)} is none of auto, ${EXECUTION_PROVIDERS.join(", ")}.`,
  );
}

function parseDevices(text: string): number[] {
  if (!/^\d{1,3}(,\d{1,3})*$/.test(text))
    throw new InvalidArgumentError("It must be whole numbers like 0 or 0,1.");
  return text.split(",").map(Number);
}
