import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type BundleConfig, BundleError, type BundleFile, parseBundleConfig } from "@cool-papers/onnx";
import type { ModelVariant } from "../encoder.ts";
import { ModelLoadError } from "../errors.ts";

export interface FetchBundleOptions {
  /** Hosts (with their port where it is not the usual one) that bundles may come from. */
  readonly allowedHosts: readonly string[];
  /** Where bundles are kept, each in a folder named after its config.json's SHA-256. */
  readonly cacheDir: string;
  /** null: all that the bundle offers. */
  readonly variant: ModelVariant | null;
  readonly fetch: typeof fetch;
}

const MAX_CONFIG_BYTES = 1_000_000;
/** For one file; the largest variant over a slow line. */
const TIMEOUT_MS = 30 * 60_000;

export function isBundleUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/**
 * Brings a bundle from an address (`https://host/path/`, holding config.json and the files that it names) onto this
 * machine and returns its folder. Files are compared with the sizes and checksums in config.json, and config.json with
 * `#sha256=HEX` where the address ends so; then a bundle fetched earlier needs no network.
 *
 * @throws ModelLoadError when the host is not allowed, does not answer, redirects, or sends something else
 */
export async function fetchBundle(address: string, options: FetchBundleOptions): Promise<string> {
  const { base, pin } = readAddress(address, options.allowedHosts);
  const kept =
    pin === null ? null : await readFile(join(options.cacheDir, pin, "config.json")).catch(() => null);
  const bytes = kept ?? (await fetchConfig(new URL("config.json", base), options));
  const digest = sha256(bytes);
  if (pin !== null && digest !== pin) {
    throw new ModelLoadError(`${base}config.json has the SHA-256 ${digest}, not ${pin} as the address says.`);
  }
  const config = readConfig(bytes, base);
  const folder = join(options.cacheDir, digest);
  await mkdir(folder, { recursive: true });
  for (const file of neededFiles(config, options.variant)) await fetchFile(base, file, folder, options);
  // Last, so that a folder with a config.json is whole.
  await replaceFile(join(folder, "config.json"), (next) => writeFile(next, bytes));
  return folder;
}

function readAddress(address: string, allowedHosts: readonly string[]): { base: URL; pin: string | null } {
  let url: URL;
  try {
    url = new URL(address);
  } catch (cause) {
    throw new ModelLoadError(`${address} is no address of a bundle.`, null, { cause });
  }
  const isLoopback = url.hostname === "127.0.0.1" || url.hostname === "localhost";
  if (url.protocol !== "https:" && !isLoopback) {
    throw new ModelLoadError(`${address}: bundles come over https only; use an https address.`);
  }
  if (!allowedHosts.includes(url.host)) {
    const allowed = allowedHosts.join(", ") || "no host";
    throw new ModelLoadError(
      `${url.host} is not among the hosts of MODEL_HOSTS (${allowed}); add it there to trust it.`,
    );
  }
  const pin = /^#sha256=([0-9a-f]{64})$/i.exec(url.hash)?.[1]?.toLowerCase() ?? null;
  if (url.hash !== "" && pin === null) {
    throw new ModelLoadError(`${address}: what follows # must be sha256= and 64 hexadecimal digits.`);
  }
  url.hash = "";
  url.search = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return { base: url, pin };
}

function readConfig(bytes: Uint8Array, base: URL): BundleConfig {
  try {
    return parseBundleConfig(JSON.parse(new TextDecoder().decode(bytes)), base.href.replace(/\/$/, ""));
  } catch (cause) {
    const reason = cause instanceof BundleError ? cause.message : `${base}config.json is not valid JSON.`;
    throw new ModelLoadError(reason, null, { cause });
  }
}

function neededFiles(config: BundleConfig, variant: ModelVariant | null): BundleFile[] {
  const { variants: documents, queryVariants, rerankVariants, rerankQueryVariants } = config;
  const models = [documents, queryVariants, rerankVariants, rerankQueryVariants].flatMap((variants = {}) =>
    variant === null ? Object.values(variants) : [variants[variant]],
  );
  return [config.tokenizer, ...models].filter((file) => file !== undefined);
}

async function fetchConfig(url: URL, { fetch }: FetchBundleOptions): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of await openBody(url, fetch)) {
    size += chunk.byteLength;
    if (size > MAX_CONFIG_BYTES)
      throw new ModelLoadError(`${url} is larger than 1 MB: it is no config.json of a bundle.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function fetchFile(
  base: URL,
  { file, sizeBytes, sha256: expected }: BundleFile,
  folder: string,
  { fetch }: FetchBundleOptions,
): Promise<void> {
  const path = join(folder, file);
  // Only whole files get their name; the checksum is compared again whenever the bundle is opened.
  if ((await stat(path).catch(() => null))?.size === sizeBytes) return;
  const url = new URL(file, base);
  const body = await openBody(url, fetch);
  const hash = createHash("sha256");
  let size = 0;
  const check = async function* (source: AsyncIterable<Uint8Array>) {
    for await (const chunk of source) {
      size += chunk.byteLength;
      if (size > sizeBytes) throw damaged(url);
      hash.update(chunk);
      yield chunk;
    }
    if (size !== sizeBytes || hash.digest("hex") !== expected) throw damaged(url);
  };
  await replaceFile(path, async (next) => {
    // Opened first: a stream that opens its file itself may still create it after a failure has removed it.
    const target = await open(next, "w");
    await pipeline(Readable.from(body), check, target.createWriteStream());
  }).catch((cause: unknown) => {
    if (cause instanceof ModelLoadError) throw cause;
    throw new ModelLoadError(`${url} broke off after ${size} of ${sizeBytes} bytes; start again.`, null, {
      cause,
    });
  });
}

function damaged(url: URL): ModelLoadError {
  return new ModelLoadError(
    `${url} does not match the size and checksum in its config.json: it is damaged or was changed.`,
  );
}

async function openBody(url: URL, request: typeof fetch): Promise<AsyncIterable<Uint8Array>> {
  // A redirect could lead to a host that nobody allowed.
  const response = await request(url, { redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    (cause: unknown) => {
      throw new ModelLoadError(`${url} could not be fetched (redirects are not followed).`, null, { cause });
    },
  );
  if (!response.ok || response.body === null) throw new ModelLoadError(`${url} answered ${response.status}.`);
  return response.body;
}

/** Writes beside the file and renames, so that a reader never sees half of it. */
async function replaceFile(path: string, write: (next: string) => Promise<void>): Promise<void> {
  const next = `${path}.${process.pid}.tmp`;
  try {
    await write(next);
    await rename(next, path);
  } finally {
    await rm(next, { force: true });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
