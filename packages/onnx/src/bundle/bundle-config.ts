/**
 * `config.json` of a model bundle: the contract between the training stack, which writes it, and the embedder, which
 * reads it. Version 1:
 *
 * - the model reads `input_ids` and `attention_mask` [batch, length] int64 (and `token_type_ids` where it has them);
 * - pooling "none": its first output is [batch, dimension], already pooled; "mean" and "cls": its first output is the
 *   last hidden state [batch, length, dimension], and the reader pools;
 * - vectors are scaled to length 1 after cutting to one of `matryoshkaDims`;
 * - with `queryVariants` queries have models of their own, whose vectors lie in the same space. Who knows nothing of them
 *   may read queries with the models of documents;
 * - with `tokenLogWeights` texts can be compared token by token, with `rerankVariants` by vectors that tokens have for that;
 * - with `rerankQueryVariants` those of a query's tokens depend on their neighbours.
 */
export const BUNDLE_FORMAT_VERSION = 1;

export const BUNDLE_VARIANTS = ["float32", "float16", "int8"] as const;
export type BundleVariant = (typeof BUNDLE_VARIANTS)[number];

export const POOLINGS = ["mean", "cls", "none"] as const;
export type Pooling = (typeof POOLINGS)[number];

export interface BundleFile {
  /** Name within the bundle's folder. */
  readonly file: string;
  /** Hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

export interface BundleConfig {
  readonly formatVersion: typeof BUNDLE_FORMAT_VERSION;
  /** Name and version; vectors in the database are stored under it. Letters, digits, `.`, `_`, `-`. */
  readonly id: string;
  /** Sizes of the network, for people and for who trains on. */
  readonly architecture: Readonly<Record<string, string | number | boolean>>;
  /** Numbers in a full vector. */
  readonly dimension: number;
  /** Lengths a vector may be cut to, the full one first. */
  readonly matryoshkaDims: readonly number[];
  /** Tokens of the longest text, special tokens included. */
  readonly maxTokens: number;
  readonly pooling: Pooling;
  /** Put before a text by its use; empty for none. */
  readonly prefixes: { readonly query: string; readonly document: string };
  readonly variants: Readonly<Partial<Record<BundleVariant, BundleFile>>>;
  /** Models that read queries, one for each of `variants`; left out where one model reads both. */
  readonly queryVariants?: Readonly<Partial<Record<BundleVariant, BundleFile>>>;
  /**
   * Models of the same inputs that give tokens the vectors they are compared by, one for each of `variants`, of any
   * dimension; left out where those of documents serve.
   */
  readonly rerankVariants?: Readonly<Partial<Record<BundleVariant, BundleFile>>>;
  /**
   * Models that read the tokens of queries among each other before they are compared, one for each of `variants`: from the
   * same inputs unit vectors `vectors` [batch, length, dimension of rerankVariants] and what the tokens count, `weights`
   * [batch, length]. Left out where tokens of queries are compared as those of texts are.
   */
  readonly rerankQueryVariants?: Readonly<Partial<Record<BundleVariant, BundleFile>>>;
  /**
   * Name of the initializer [vocabSize, 1] in the models of `rerankVariants`, or where there are none in the models of
   * documents, in float16 models with ".float16" after it, that holds logarithms of what tokens count in a text. Given
   * where a text's vector is the mean, so weighted, of the vectors that its tokens have as texts of their own (a bag,
   * without prefixes): such texts can be compared token by token. Left out of all other models.
   */
  readonly tokenLogWeights?: string;
  readonly tokenizer: BundleFile;
  /** Measured figures by name, as the evaluation command printed them. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What it was trained on, and what must not be assumed. */
  readonly dataStatement: string;
  readonly license: string;
}

/** A bundle is missing, incomplete or damaged; the message names the folder, the file and the way out. */
export class BundleError extends Error {
  override readonly name = "BundleError";
}

/** Checks a parsed config.json. Throws a BundleError that names the field. */
export function parseBundleConfig(value: unknown, folder: string): BundleConfig {
  const wrong = (field: string, expected: string): never => {
    throw new BundleError(`${folder}/config.json: ${field} must be ${expected}; export the bundle again.`);
  };
  if (!isRecord(value)) return wrong("the file", "a JSON object");
  if (value.formatVersion !== BUNDLE_FORMAT_VERSION) wrong("formatVersion", String(BUNDLE_FORMAT_VERSION));
  if (typeof value.id !== "string" || !/^[A-Za-z0-9._-]{1,100}$/.test(value.id))
    wrong("id", "a name of letters, digits, . _ -");
  if (!isPositiveInteger(value.dimension)) wrong("dimension", "a positive whole number");
  if (!isPositiveInteger(value.maxTokens)) wrong("maxTokens", "a positive whole number");
  if (!POOLINGS.some((pooling) => pooling === value.pooling))
    wrong("pooling", `one of ${POOLINGS.join(", ")}`);
  const dims = value.matryoshkaDims;
  const dimension = value.dimension as number;
  if (
    !Array.isArray(dims) ||
    dims[0] !== dimension ||
    !dims.every((dim) => isPositiveInteger(dim) && dim <= dimension)
  ) {
    wrong("matryoshkaDims", `whole numbers up to ${dimension}, ${dimension} itself first`);
  }
  const { prefixes } = value;
  if (!isRecord(prefixes) || typeof prefixes.query !== "string" || typeof prefixes.document !== "string") {
    wrong("prefixes", "an object with the strings query and document");
  }
  if (!isBundleFile(value.tokenizer)) wrong("tokenizer", "an object with file, sha256 and sizeBytes");
  const { variants } = value;
  if (!isVariants(variants))
    return wrong("variants", `an object with at least one of ${BUNDLE_VARIANTS.join(", ")}`);
  const offered = Object.keys(variants).sort().join(", ");
  for (const field of ["queryVariants", "rerankVariants", "rerankQueryVariants"]) {
    const others = value[field];
    if (others === undefined) continue;
    if (!isVariants(others) || Object.keys(others).sort().join(", ") !== offered)
      wrong(field, `an object with ${offered}, as variants has them, or left out`);
  }
  if (value.tokenLogWeights !== undefined && typeof value.tokenLogWeights !== "string")
    wrong("tokenLogWeights", "the name of an initializer, or left out");
  if (value.rerankQueryVariants !== undefined && value.rerankVariants === undefined)
    wrong("rerankVariants", `an object with ${offered}, beside rerankQueryVariants`);
  if (value.rerankVariants !== undefined && value.tokenLogWeights === undefined)
    wrong("tokenLogWeights", "the name of an initializer of the models in rerankVariants");
  return value as unknown as BundleConfig;
}

function isVariants(value: unknown): value is NonNullable<BundleConfig["queryVariants"]> {
  return (
    isRecord(value) &&
    Object.keys(value).length > 0 &&
    Object.entries(value).every(
      ([name, file]) => BUNDLE_VARIANTS.some((known) => known === name) && isBundleFile(file),
    )
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPositiveInteger(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

/** A file within the folder: a name with a separator would reach outside. */
function isBundleFile(value: unknown): value is BundleFile {
  return (
    isRecord(value) &&
    typeof value.file === "string" &&
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value.file) &&
    typeof value.sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(value.sha256) &&
    Number.isInteger(value.sizeBytes)
  );
}
