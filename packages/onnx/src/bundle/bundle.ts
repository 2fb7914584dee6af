import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { OnnxModel } from "../model.ts";
import { encodeModel } from "../protobuf/codec.ts";
import { type BundleConfig, validateBundleConfig } from "./bundle-config.ts";

/** Precisions in which a bundle may hold its graph. */
export const MODEL_VARIANTS = ["int8", "float32", "float16"] as const;
export type ModelVariant = (typeof MODEL_VARIANTS)[number];

const MODEL_FILES: Record<ModelVariant, string> = {
  int8: "model.int8.onnx",
  float32: "model.fp32.onnx",
  float16: "model.fp16.onnx",
};
const TOKENIZER_FILE = "tokenizer.json";
const CONFIG_FILE = "config.json";
const CARD_FILE = "MODEL_CARD.md";
const CHECKSUM_FILE = "checksums.json";

/** A folder that is no complete, unharmed bundle. */
export class BundleError extends Error {
  override readonly name = "BundleError";
}

export interface BundleContents {
  /** at least one variant; bytes of an `.onnx` file or a model to be written as one */
  readonly models: Readonly<Partial<Record<ModelVariant, OnnxModel | Uint8Array>>>;
  /** Hugging Face `tokenizer.json` */
  readonly tokenizerJson: string;
  readonly config: BundleConfig;
  /** Markdown */
  readonly modelCard: string;
}

/** A bundle that was opened: small files are read, models are named. */
export interface Bundle {
  readonly dir: string;
  readonly config: BundleConfig;
  readonly tokenizerJson: string;
  readonly modelCard: string;
  readonly variants: readonly ModelVariant[];
  /** Path of a model file. @throws BundleError when the bundle lacks the variant */
  modelPath(variant: ModelVariant): string;
}

/**
 * Writes a bundle as one step: a folder that is there under its name is complete. An earlier bundle in its place is
 * replaced.
 * @throws BundleError when there is no model, BundleConfigError when the configuration is wrong
 */
export async function writeBundle(dir: string, contents: BundleContents): Promise<void> {
  const files = bundleFiles(contents);
  const checksums = Object.fromEntries([...files].map(([name, bytes]) => [name, sha256(bytes)]));
  const building = join(dirname(dir), `.${basename(dir)}.${randomUUID()}`);
  await mkdir(building, { recursive: true });
  try {
    for (const [name, bytes] of files) await writeFile(join(building, name), bytes);
    await writeFile(join(building, CHECKSUM_FILE), `${JSON.stringify(checksums, null, 2)}\n`);
    await rm(dir, { recursive: true, force: true });
    await rename(building, dir);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

function bundleFiles(contents: BundleContents): Map<string, Uint8Array> {
  const utf8 = new TextEncoder();
  const files = new Map<string, Uint8Array>();
  for (const variant of MODEL_VARIANTS) {
    const model = contents.models[variant];
    if (model) files.set(MODEL_FILES[variant], model instanceof Uint8Array ? model : encodeModel(model));
  }
  if (files.size === 0) throw new BundleError("a bundle needs at least one model");
  const config = validateBundleConfig(JSON.parse(JSON.stringify(contents.config)));
  files.set(TOKENIZER_FILE, utf8.encode(contents.tokenizerJson));
  files.set(CONFIG_FILE, utf8.encode(`${JSON.stringify(config, null, 2)}\n`));
  files.set(CARD_FILE, utf8.encode(contents.modelCard));
  return files;
}

/**
 * Opens a bundle and checks every file against its checksum.
 * @throws BundleError when a file is missing or damaged, BundleConfigError when `config.json` cannot be used
 */
export async function readBundle(dir: string): Promise<Bundle> {
  const checksums = await readChecksums(dir);
  const names = Object.keys(checksums);
  for (const required of [TOKENIZER_FILE, CONFIG_FILE, CARD_FILE]) {
    if (!names.includes(required)) throw new BundleError(`the bundle ${dir} lists no ${required}`);
  }
  const files = new Map<string, Uint8Array>();
  for (const name of names) {
    const bytes = await readPart(dir, name);
    if (sha256(bytes) !== checksums[name]) {
      throw new BundleError(
        `${join(dir, name)} is damaged: its checksum differs from ${CHECKSUM_FILE}; write the bundle again`,
      );
    }
    if (!name.endsWith(".onnx")) files.set(name, bytes);
  }
  const textOf = (name: string): string => new TextDecoder().decode(files.get(name));
  const variants = MODEL_VARIANTS.filter((variant) => names.includes(MODEL_FILES[variant]));
  if (variants.length === 0) throw new BundleError(`the bundle ${dir} holds no model`);
  return {
    dir,
    config: validateBundleConfig(parseJson(textOf(CONFIG_FILE), join(dir, CONFIG_FILE))),
    tokenizerJson: textOf(TOKENIZER_FILE),
    modelCard: textOf(CARD_FILE),
    variants,
    modelPath(variant) {
      if (!variants.includes(variant)) {
        throw new BundleError(`the bundle ${dir} has no ${variant} model; it has ${variants.join(", ")}`);
      }
      return join(dir, MODEL_FILES[variant]);
    },
  };
}

async function readChecksums(dir: string): Promise<Record<string, string>> {
  const found = await readdir(dir).catch(() => null);
  if (found === null) throw new BundleError(`there is no bundle at ${dir}`);
  if (!found.includes(CHECKSUM_FILE))
    throw new BundleError(`${dir} is no bundle: it has no ${CHECKSUM_FILE}`);
  const path = join(dir, CHECKSUM_FILE);
  const checksums = parseJson(await readFile(path, "utf8"), path);
  // A name with a slash would lead out of the folder.
  const isValid =
    typeof checksums === "object" &&
    checksums !== null &&
    Object.entries(checksums).every(([name, sum]) => typeof sum === "string" && /^[\w.-]+$/.test(name));
  if (!isValid) throw new BundleError(`${path} is no list of file names and checksums`);
  return checksums as Record<string, string>;
}

async function readPart(dir: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(dir, name));
  } catch (error) {
    throw new BundleError(`the bundle ${dir} lacks ${name}`, { cause: error });
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BundleError(`${path} is no JSON: ${(error as Error).message}`, { cause: error });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
