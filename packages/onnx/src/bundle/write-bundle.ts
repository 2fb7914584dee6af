import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  BUNDLE_FORMAT_VERSION,
  BUNDLE_VARIANTS,
  type BundleConfig,
  type BundleFile,
  type BundleVariant,
  parseBundleConfig,
} from "./bundle-config.ts";

export interface BundleParts {
  readonly description: Omit<BundleConfig, "formatVersion" | "variants" | "tokenizer">;
  /** Serialised models. */
  readonly models: Readonly<Partial<Record<BundleVariant, Uint8Array>>>;
  readonly tokenizerJson: string;
  /** Markdown. */
  readonly modelCard: string;
}

/**
 * Writes a bundle into a folder, made where it is missing. config.json comes last, by rename: a folder that was
 * interrupted has no valid config and is refused by the reader.
 *
 * @throws BundleError when the description is incomplete
 */
export async function writeBundle(folder: string, parts: BundleParts): Promise<BundleConfig> {
  const tokenizer = new TextEncoder().encode(parts.tokenizerJson);
  const variants: Partial<Record<BundleVariant, BundleFile>> = {};
  for (const variant of BUNDLE_VARIANTS) {
    const model = parts.models[variant];
    if (model !== undefined) variants[variant] = describe(`model.${variant}.onnx`, model);
  }
  const config = parseBundleConfig(
    {
      formatVersion: BUNDLE_FORMAT_VERSION,
      ...parts.description,
      variants,
      tokenizer: describe("tokenizer.json", tokenizer),
    },
    folder,
  );
  await mkdir(folder, { recursive: true });
  for (const variant of BUNDLE_VARIANTS) {
    const model = parts.models[variant];
    if (model !== undefined) await writeFile(join(folder, `model.${variant}.onnx`), model);
  }
  await writeFile(join(folder, "tokenizer.json"), tokenizer);
  await writeFile(join(folder, "MODEL_CARD.md"), parts.modelCard);
  const next = join(folder, "config.json.tmp");
  await writeFile(next, `${JSON.stringify(config, null, 2)}\n`);
  await rename(next, join(folder, "config.json"));
  return config;
}

function describe(file: string, content: Uint8Array): BundleFile {
  return { file, sha256: createHash("sha256").update(content).digest("hex"), sizeBytes: content.byteLength };
}
