/** How one vector comes out of a text's tokens. The graph does it; users only show it. */
export const POOLINGS = ["cls", "mean", "weighted"] as const;
export type BundlePooling = (typeof POOLINGS)[number];

/** `config.json` of a bundle: what a user of the encoder has to know. */
export interface BundleConfig {
  readonly formatVersion: 1;
  /** letters, digits, dot, dash and underscore, such as `roformer-sim-papers-tiny` */
  readonly name: string;
  /** changes with every training; stored beside vectors so that they are not compared across versions */
  readonly revision: string;
  readonly architecture: string;
  readonly license: string;
  readonly pooling: BundlePooling;
  /** length of the vectors */
  readonly dimension: number;
  /** lengths at which a vector may be cut (and normalised again), ascending; `dimension` is the last */
  readonly matryoshkaDims: readonly number[];
  /** longest text in tokens, [CLS] and [SEP] included */
  readonly maxTokens: number;
  /** put before a text by its role; empty where the model wants none */
  readonly prefixes: { readonly query: string; readonly document: string };
  readonly graph: {
    /** int64 [batch, seq] */
    readonly inputIds: string;
    /** int64 [batch, seq], 1 for real tokens */
    readonly attentionMask: string;
    /** float32 [batch, dimension], unit vectors */
    readonly embedding: string;
  };
  /** measured values by name, such as `autoscholar.recallAt20` */
  readonly metrics: Readonly<Record<string, number>>;
  /** what the model was trained on and under which licences */
  readonly dataStatement: string;
  /** the encoder's hyperparameters as its trainer knows them */
  readonly encoder: Readonly<Record<string, string | number | boolean>>;
}

/** A `config.json` that cannot be used. */
export class BundleConfigError extends Error {
  override readonly name = "BundleConfigError";
}

type Check = (value: unknown) => string | null;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text: Check = (value) =>
  typeof value === "string" && value !== "" ? null : "a text that is not empty";
const anyText: Check = (value) => (typeof value === "string" ? null : "a text");
const positiveInteger: Check = (value) =>
  Number.isInteger(value) && (value as number) > 0 ? null : "a whole number above 0";

function record(check: Check, what: string): Check {
  return (value) => {
    if (!isObject(value)) return what;
    return Object.values(value).every((entry) => check(entry) === null) ? null : what;
  };
}

function object(fields: Readonly<Record<string, Check>>): Check {
  return (value) => {
    if (!isObject(value)) return "an object";
    for (const [name, check] of Object.entries(fields)) {
      const wanted = check(value[name]);
      if (wanted !== null) return `an object whose "${name}" is ${wanted}`;
    }
    return null;
  };
}

const finite: Check = (value) => (Number.isFinite(value) ? null : "a number");
const plain: Check = (value) =>
  ["string", "number", "boolean"].includes(typeof value) ? null : "a plain value";

const FIELDS: { readonly [K in keyof BundleConfig]: Check } = {
  formatVersion: (value) => (value === 1 ? null : "1 (a newer format needs a newer reader)"),
  name: (value) =>
    typeof value === "string" && /^[\w.-]+$/.test(value) ? null : "letters, digits, dot, dash, underscore",
  revision: text,
  architecture: text,
  license: text,
  pooling: (value) => (POOLINGS.includes(value as BundlePooling) ? null : `one of ${POOLINGS.join(", ")}`),
  dimension: positiveInteger,
  matryoshkaDims: (value) => (isAscending(value) ? null : "ascending whole numbers above 0"),
  maxTokens: positiveInteger,
  prefixes: object({ query: anyText, document: anyText }),
  graph: object({ inputIds: text, attentionMask: text, embedding: text }),
  metrics: record(finite, "an object of numbers"),
  dataStatement: text,
  encoder: record(plain, "an object of plain values"),
};

function isAscending(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((size, k) => positiveInteger(size) === null && (k === 0 || size > value[k - 1]))
  );
}

/**
 * Checks a parsed `config.json`; unknown fields are dropped.
 * @throws BundleConfigError that names the field, what it holds and what it should hold
 */
export function validateBundleConfig(value: unknown): BundleConfig {
  if (!isObject(value))
    throw new BundleConfigError(`config.json holds ${JSON.stringify(value)}, not an object`);
  for (const [name, check] of Object.entries(FIELDS)) {
    const wanted = check(value[name]);
    if (wanted !== null) {
      throw new BundleConfigError(
        `config.json: "${name}" is ${JSON.stringify(value[name]) ?? "missing"}; it should be ${wanted}`,
      );
    }
  }
  const config = Object.fromEntries(
    Object.keys(FIELDS).map((name) => [name, value[name]]),
  ) as unknown as BundleConfig;
  if (config.matryoshkaDims.at(-1) !== config.dimension) {
    throw new BundleConfigError(
      `config.json: "matryoshkaDims" ends with ${config.matryoshkaDims.at(-1)}, not with the dimension ${config.dimension}`,
    );
  }
  return config;
}
