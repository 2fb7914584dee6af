import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  type BundleConfig,
  BundleError,
  type BundleFile,
  type BundleVariant,
  parseBundleConfig,
} from "./bundle-config.ts";

/**
 * What a model of a bundle is for; "rerank" gives the vectors that tokens are compared by, and "rerank-query" those of
 * queries, which have no other.
 */
export type ModelUse = "query" | "document" | "rerank" | "rerank-query";

/** A bundle in a folder, its description read and its tokenizer checked. */
export interface Bundle {
  readonly folder: string;
  readonly config: BundleConfig;
  /** Text of tokenizer.json. */
  readonly tokenizerJson: string;
  /**
   * Path of a variant's model file, after its size and checksum were compared.
   *
   * @param use what the model is for, documents when left out; one model often serves for all
   * @throws BundleError when the bundle lacks the variant or the file is damaged
   */
  modelFile(variant: BundleVariant, use?: ModelUse): Promise<string>;
}

/**
 * Reads a bundle. Model files are checked when they are asked for, so that unused variants cost nothing.
 *
 * @throws BundleError when the folder holds no bundle, or a damaged one
 */
export async function readBundle(folder: string): Promise<Bundle> {
  const config = parseBundleConfig(await readConfig(folder), folder);
  await checkFile(folder, config.tokenizer);
  const tokenizerJson = await readFile(join(folder, config.tokenizer.file), "utf8");
  return {
    folder,
    config,
    tokenizerJson,
    modelFile: async (variant, use = "document") => {
      const file = variantsOf(config, use)[variant];
      if (file === undefined) {
        const offered = Object.keys(variantsOf(config, use)).join(", ") || "none";
        throw new BundleError(`${folder} holds no ${variant} model; it offers ${offered}.`);
      }
      await checkFile(folder, file);
      return join(folder, file.file);
    },
  };
}

function variantsOf(config: BundleConfig, use: ModelUse) {
  const { variants, queryVariants = variants, rerankVariants = variants, rerankQueryVariants = {} } = config;
  return {
    document: variants,
    query: queryVariants,
    rerank: rerankVariants,
    "rerank-query": rerankQueryVariants,
  }[use];
}

async function readConfig(folder: string): Promise<unknown> {
  const file = join(folder, "config.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new BundleError(`${folder} is no model bundle: ${file} cannot be read.`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BundleError(`${file} is not valid JSON; export the bundle again.`, { cause });
  }
}

async function checkFile(folder: string, { file, sha256, sizeBytes }: BundleFile): Promise<void> {
  const path = join(folder, file);
  const size = await stat(path).then(
    (found) => found.size,
    () => null,
  );
  if (size === null)
    throw new BundleError(`${path} is missing from the bundle; copy or export the bundle again.`);
  if (size !== sizeBytes) {
    throw new BundleError(
      `${path} has ${size} bytes instead of ${sizeBytes}: it is damaged; copy or export the bundle again.`,
    );
  }
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  if (hash.digest("hex") !== sha256) {
    throw new BundleError(
      `${path} does not match its checksum: it is damaged; copy or export the bundle again.`,
    );
  }
}
