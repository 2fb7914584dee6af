import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BundleParts, encodeModel, GraphBuilder, tensorOf, writeBundle } from "@cool-papers/onnx";
import { WordPieceTokenizer, writeTokenizerJson } from "@cool-papers/text";

const HIDDEN = 8;
const MAX_TOKENS = 32;

const WORDS = "attention is all you need deep learning of graphs 图 神 经 网 络 query document".split(" ");
const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789".split("");
const VOCABULARY = [
  "[PAD]",
  "[UNK]",
  "[CLS]",
  "[SEP]",
  "[MASK]",
  ":",
  ...WORDS,
  ...LETTERS,
  ...LETTERS.map((letter) => `##${letter}`),
];

/** Uniform numbers in [-1, 1) (mulberry32), so that every run builds the same bundle. */
export function randomNumbers(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}

/** The mean of tanh(E[id] · W) over real tokens: enough for padding and truncation to be visible. */
function randomModel(numbers: typeof randomNumbers): Uint8Array {
  const graph = new GraphBuilder("random");
  const ids = graph.input("input_ids", "int64", ["batch", "length"]);
  const mask = graph.input("attention_mask", "int64", ["batch", "length"]);
  const size = VOCABULARY.length;
  const table = graph.initializer("table", tensorOf("float32", [size, HIDDEN], numbers(size * HIDDEN, 1)));
  const weight = graph.initializer(
    "weight",
    tensorOf("float32", [HIDDEN, HIDDEN], randomNumbers(HIDDEN ** 2, 2)),
  );
  const hidden = graph.op("Tanh", [graph.op("MatMul", [graph.op("Gather", [table, ids]), weight])]);
  const real = graph.op("Unsqueeze", [graph.op("Cast", [mask], { to: 1 }), graph.integers([2])]);
  const axis = graph.integers([1]);
  const sum = graph.op("ReduceSum", [graph.op("Mul", [hidden, real]), axis], { keepdims: 0 });
  const count = graph.op("ReduceSum", [real, axis], { keepdims: 0 });
  graph.output("embedding", graph.op("Div", [sum, count]), ["batch", HIDDEN]);
  return encodeModel(graph.build());
}

/** A bag: the mean of E[id], each with the weight e^W[id], over real tokens; `weights` are W. */
function bagModel(weights: Float32Array, width = HIDDEN, seed = 1): Uint8Array {
  const graph = new GraphBuilder("bag");
  const ids = graph.input("input_ids", "int64", ["batch", "length"]);
  const mask = graph.input("attention_mask", "int64", ["batch", "length"]);
  const size = VOCABULARY.length;
  const numbers = randomNumbers(size * width, seed);
  const table = graph.initializer("table", tensorOf("float32", [size, width], numbers));
  const logWeights = graph.initializer("log-weights", tensorOf("float32", [size, 1], weights));
  const real = graph.op("Unsqueeze", [graph.op("Cast", [mask], { to: 1 }), graph.integers([2])]);
  const shares = graph.op("Mul", [graph.op("Exp", [graph.op("Gather", [logWeights, ids])]), real]);
  const axis = graph.integers([1]);
  const sum = graph.op("ReduceSum", [graph.op("Mul", [graph.op("Gather", [table, ids]), shares]), axis], {
    keepdims: 0,
  });
  const total = graph.op("ReduceSum", [shares, axis], { keepdims: 0 });
  graph.output("embedding", graph.op("Div", [sum, total]), ["batch", width]);
  return encodeModel(graph.build());
}

/** Reads each token by itself: what the bag of the same weights says of it, with `factor` times its weight. */
function readerModel(weights: Float32Array, width: number, seed: number, factor: number): Uint8Array {
  const graph = new GraphBuilder("reader");
  const ids = graph.input("input_ids", "int64", ["batch", "length"]);
  graph.input("attention_mask", "int64", ["batch", "length"]);
  const size = weights.length;
  const numbers = randomNumbers(size * width, seed);
  for (let row = 0; row < size; row++) {
    const vector = numbers.subarray(row * width, (row + 1) * width);
    const length = Math.hypot(...vector);
    vector.forEach((value, k) => {
      vector[k] = value / length;
    });
  }
  const table = graph.initializer("table", tensorOf("float32", [size, width], numbers));
  const scales = graph.initializer(
    "scales",
    tensorOf(
      "float32",
      [size],
      weights.map((w) => factor * Math.exp(w)),
    ),
  );
  graph.output("vectors", graph.op("Gather", [table, ids]), ["batch", "length", width]);
  graph.output("weights", graph.op("Gather", [scales, ids]), ["batch", "length"]);
  return encodeModel(graph.build());
}

export const TOKENIZER = new WordPieceTokenizer(VOCABULARY);

const DESCRIPTION: BundleParts["description"] = {
  id: "random-test",
  architecture: { hiddenSize: HIDDEN },
  dimension: HIDDEN,
  matryoshkaDims: [HIDDEN, 4],
  maxTokens: MAX_TOKENS,
  pooling: "none",
  prefixes: { query: "query: ", document: "document: " },
  metrics: {},
  dataStatement: "Random numbers.",
  license: "Apache-2.0",
};

export interface TestBundle {
  readonly folder: string;
  remove(): void;
}

/**
 * Writes a small random bundle into a temporary folder; `numbers` may fill its table with others, `queryNumbers` the table
 * of a model for queries alone.
 */
export async function makeRandomBundle(
  numbers = randomNumbers,
  queryNumbers?: typeof randomNumbers,
): Promise<TestBundle> {
  const folder = mkdtempSync(join(tmpdir(), "bundle-"));
  await writeBundle(folder, {
    description: DESCRIPTION,
    models: { float32: randomModel(numbers) },
    ...(queryNumbers ? { queryModels: { float32: randomModel(queryNumbers) } } : {}),
    tokenizerJson: writeTokenizerJson(TOKENIZER),
    modelCard: "# Random test bundle\n",
  });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * A bag with random vectors; `tokenLogWeights` is what its config names, `weigh` the logarithm of a piece's weight, and
 * `weighCompared` the same in a narrower model for reranking, which has vectors of its own; none when left out. With
 * `read` queries have a reader that weighs every token `factor` times and gives it another vector, but for seed 3.
 */
export async function makeBagBundle(
  weigh: (piece: string) => number,
  tokenLogWeights = "log-weights",
  weighCompared?: (piece: string) => number,
  read?: { readonly factor: number; readonly seed: number; readonly width?: number },
): Promise<TestBundle> {
  const folder = mkdtempSync(join(tmpdir(), "bag-bundle-"));
  await writeBundle(folder, {
    description: { ...DESCRIPTION, prefixes: { query: "", document: "" }, tokenLogWeights },
    models: { float32: bagModel(Float32Array.from(VOCABULARY, weigh)) },
    ...(weighCompared && {
      rerankModels: { float32: bagModel(Float32Array.from(VOCABULARY, weighCompared), 5, 3) },
    }),
    ...(weighCompared &&
      read && {
        rerankQueryModels: {
          float32: readerModel(
            Float32Array.from(VOCABULARY, weighCompared),
            read.width ?? 5,
            read.seed,
            read.factor,
          ),
        },
      }),
    tokenizerJson: writeTokenizerJson(TOKENIZER),
    modelCard: "# Random bag\n",
  });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The cosine of two vectors of length 1. */
export function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
