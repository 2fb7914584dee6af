import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { pino } from "pino";
import { createEmbeddingApp } from "./api/embedding-app.ts";
import { EmbeddingMetrics } from "./api/embedding-metrics.ts";
import { listen } from "./api/embedding-server.ts";
import { EXECUTION_PROVIDERS, MODEL_VARIANTS, type ModelVariant, type TruncationPolicy } from "./encoder.ts";
import { EmbedError } from "./errors.ts";
import type { ProviderChoice } from "./inference/execution-provider.ts";
import { SHIPPED_BUNDLE } from "./inference/shipped-bundle.ts";
import { ThreadedEncoder } from "./inference/threaded-encoder.ts";
import { ApiKeyStore, KeyStoreError } from "./keys/api-key-store.ts";
import { KeyBudget } from "./keys/key-budget.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A mistake of the person at the terminal; the message is the whole answer. */
class UsageError extends Error {}

interface ServeOptions {
  port: number;
  host: string;
  bundle: string;
  keys: string;
  provider: ProviderChoice;
  device: number;
  variant?: ModelVariant;
  threads?: number;
  truncate: TruncationPolicy;
  maxBodyMb: number;
  drainSeconds: number;
}

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
    .option("--bundle <dir>", "model bundle", env.MODEL_DIR || SHIPPED_BUNDLE)
    .option("--keys <file>", "file of API keys", join(dataDir, "api-keys.json"))
    .addOption(
      new Option("--provider <name>", "execution provider")
        .choices(["auto", ...EXECUTION_PROVIDERS])
        .default("auto"),
    )
    .option("--device <id>", "device number of the provider", parseCount, 0)
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
  const file = join(dataDir, "api-keys.json");
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

async function serveUntilSignal(options: ServeOptions, env: Environment): Promise<void> {
  const log = pino({ level: env.LOG_LEVEL || "info" });
  const store = new ApiKeyStore(options.keys);
  if (store.list().length === 0 && !isLoopback(options.host)) {
    throw new UsageError(
      `No API key exists, so the server listens on this machine only, not on ${options.host}: ` +
        "add a key with `npm run embed -- keys add NAME`, or leave out --host.",
    );
  }
  const encoder = await ThreadedEncoder.open({
    bundleDir: options.bundle,
    provider: options.provider,
    deviceId: options.device,
    variant: options.variant ?? null,
    threads: options.threads ?? null,
  });
  for (const note of encoder.model.notes) log.warn(note);
  let draining = false;
  const app = createEmbeddingApp({
    encoder,
    keys: () => store.list(),
    budget: new KeyBudget(),
    metrics: new EmbeddingMetrics(() => encoder.pending),
    truncate: options.truncate,
    maxBodyBytes: options.maxBodyMb * 1e6,
    log: (line) => log.info(line, "embedding request"),
    now: () => performance.now(),
    isReady: () => !draining,
  });
  const server = await listen(app, options.host, options.port).catch(async (error: unknown) => {
    await encoder.close();
    throw error;
  });
  const { id, provider, variant } = encoder.model;
  log.info(`${id} (${variant} on ${provider}) listens on ${server.url}`);
  if (store.list().length === 0) log.warn("no API keys: everybody on this machine may use the server");
  await signalled();
  draining = true;
  log.info("draining");
  await server.close(options.drainSeconds * 1000);
  await encoder.close();
}

function signalled(): Promise<void> {
  return new Promise((done) => {
    process.once("SIGTERM", () => done());
    process.once("SIGINT", () => done());
  });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
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

function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number of at least 0.");
  return Number(text);
}
