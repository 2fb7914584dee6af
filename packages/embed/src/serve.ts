import { isIPv4 } from "node:net";
import { pino } from "pino";
import { BodyBudget } from "./api/body-budget.ts";
import { createEmbeddingApp } from "./api/embedding-app.ts";
import { EmbeddingMetrics } from "./api/embedding-metrics.ts";
import { listen } from "./api/embedding-server.ts";
import type { ModelVariant, TruncationPolicy } from "./encoder.ts";
import { EncoderGroup } from "./inference/encoder-group.ts";
import type { ProviderChoice } from "./inference/execution-provider.ts";
import { fetchBundle, isBundleUrl } from "./inference/fetch-bundle.ts";
import { ApiKeyStore } from "./keys/api-key-store.ts";
import { KeyBudget } from "./keys/key-budget.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A mistake of the person at the terminal; the message is the whole answer. */
export class UsageError extends Error {}

export interface ServeOptions {
  port: number;
  host: string;
  /** Folder or address. */
  bundle: string;
  bundleCache: string;
  keys: string;
  provider: ProviderChoice;
  /** Numbers of the devices; one encoder on each. */
  device: readonly number[];
  variant?: ModelVariant;
  threads?: number;
  truncate: TruncationPolicy;
  maxBodyMb: number;
  drainSeconds: number;
}

/** Bodies held at once, in largest bodies. */
const HELD_BODIES = 8;

/**
 * Serves the embedding API until SIGTERM or SIGINT, then lets running requests finish.
 *
 * @throws UsageError before anything is loaded, ModelLoadError, the system's error when it cannot listen, ClosedError
 *   when the encoder's thread failed: the server stops then, so that whatever supervises it starts it anew
 */
export async function serveUntilSignal(options: ServeOptions, env: Environment): Promise<void> {
  const log = pino({ level: env.LOG_LEVEL || "info" });
  const store = new ApiKeyStore(options.keys);
  const isLocal = isLoopback(options.host);
  if (store.list().length === 0 && !isLocal) {
    throw new UsageError(
      `No API key exists, so the server listens on this machine only, not on ${options.host}: ` +
        "add a key with `npm run embed -- keys add NAME`, or leave out --host.",
    );
  }
  const encoder = await openEncoder(options, env);
  for (const note of encoder.model.notes) log.warn(note);
  let draining = false;
  const maxBodyBytes = options.maxBodyMb * 1e6;
  const app = createEmbeddingApp({
    encoder,
    keys: () => store.list(),
    withoutKeys: isLocal ? "anybody" : "nobody",
    budget: new KeyBudget(() => performance.now()),
    metrics: new EmbeddingMetrics(() => encoder.pending),
    truncate: options.truncate,
    maxBodyBytes,
    bodies: new BodyBudget(HELD_BODIES * maxBodyBytes),
    log: (line) => log.info(line, "embedding request"),
    now: () => performance.now(),
    isReady: () => !draining && encoder.failure === null,
  });
  const server = await listen(app, options.host, options.port).catch(async (error: unknown) => {
    await encoder.close();
    throw error;
  });
  const { id, provider, variant } = encoder.model;
  log.info(`${id} (${variant} on ${provider}) listens on ${server.url}`);
  if (store.list().length === 0) log.warn("no API keys: everybody on this machine may use the server");
  await Promise.race([signalled(), encoder.ended]);
  draining = true;
  const drained = server.close(options.drainSeconds * 1000);
  log.info("draining");
  await drained;
  await encoder.close();
  if (encoder.failure !== null) throw encoder.failure;
}

async function openEncoder(options: ServeOptions, env: Environment): Promise<EncoderGroup> {
  const variant = options.variant ?? null;
  const allowedHosts = (env.MODEL_HOSTS ?? "")
    .split(",")
    .map((host) => host.trim())
    .filter((host) => host !== "");
  const bundleDir = isBundleUrl(options.bundle)
    ? await fetchBundle(options.bundle, { allowedHosts, cacheDir: options.bundleCache, variant, fetch })
    : options.bundle;
  const threads = options.threads ?? null;
  return EncoderGroup.open({ bundleDir, provider: options.provider, variant, threads }, options.device);
}

function signalled(): Promise<void> {
  return new Promise((done) => {
    process.once("SIGTERM", () => done());
    process.once("SIGINT", () => done());
  });
}

/** Only addresses of this machine itself; a name could be made to mean another. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}
