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
  readonly description: Omit<
    BundleConfig,
    "formatVersion" | "variants" | "queryVariants" | "rerankVariants" | "rerankQueryVariants" | "tokenizer"
  >;
  /** Serialised models. */
  readonly models: Readonly<Partial<Record<BundleVariant, Uint8Array>>>;
  /** Models that read queries, where those of `models` read documents alone. */
  readonly queryModels?: Readonly<Partial<Record<BundleVariant, Uint8Array>>>;
  /** Models whose token vectors are compared, where those of `models` are not. */
  readonly rerankModels?: Readonly<Partial<Record<BundleVariant, Uint8Array>>>;
  /** Models that read the tokens of queries for reranking. */
  readonly rerankQueryModels?: Readonly<Partial<Record<BundleVariant, Uint8Array>>>;
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
  const models = {
    variants: modelFiles("model", parts.models),
    queryVariants: modelFiles("query", parts.queryModels),
    rerankVariants: modelFiles("rerank", parts.rerankModels),
    rerankQueryVariants: modelFiles("rerank-query", parts.rerankQueryModels),
  };
  const config = parseBundleConfig(
    {
      formatVersion: BUNDLE_FORMAT_VERSION,
      ...parts.description,
      ...Object.fromEntries(
        Object.entries(models).flatMap(([field, files]) =>
          files === null ? [] : [[field, describeAll(files)]],
        ),
      ),
      tokenizer: describe("tokenizer.json", tokenizer),
    },
    folder,
  );
  await mkdir(folder, { recursive: true });
  for (const { file, content } of Object.values(models).flatMap((files) => files ?? []))
    await writeFile(join(folder, file), content);
  await writeFile(join(folder, "tokenizer.json"), tokenizer);
  await writeFile(join(folder, "MODEL_CARD.md"), parts.modelCard);
  const next = join(folder, "config.json.tmp");
  await writeFile(next, `${JSON.stringify(config, null, 2)}\n`);
  await rename(next, join(folder, "config.json"));
  return config;
}

interface ModelFile {
  readonly variant: BundleVariant;
  readonly file: string;
  readonly content: Uint8Array;
}

/** `model.int8.onnx` and the like; null where there are no such models. */
function modelFiles(stem: string, models: BundleParts["models"] | undefined): ModelFile[] | null {
  if (models === undefined) return null;
  return BUNDLE_VARIANTS.flatMap((variant) => {
    const content = models[variant];
    return content === undefined ? [] : [{ variant, file: `${stem}.${variant}.onnx`, content }];
  });
}

function describeAll(files: readonly ModelFile[]): Partial<Record<BundleVariant, BundleFile>> {
  return Object.fromEntries(files.map(({ variant, file, content }) => [variant, describe(file, content)]));
}

function describe(file: string, content: Uint8Array): BundleFile {
  return { file, sha256: createHash("sha256").update(content).digest("hex"), sizeBytes: content.byteLength };
}
