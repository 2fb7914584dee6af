import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  decodeModel,
  encodeModel,
  findViolations,
  type OnnxModel,
  printModel,
  readBundle,
  tensorNumbers,
  tensorOf,
} from "@cool-papers/onnx";
import { expect, test } from "vitest";
import { CpuSession } from "../src/backend/cpu-session.ts";
import { buildStepGraph } from "../src/backend/step-graph.ts";
import { SeededRandom } from "../src/data/seeded-random.ts";
import {
  convertFloat16,
  type EmbeddingSource,
  EncoderRunner,
  exportBundle,
  exportEncoder,
  measureParity,
  ParityError,
  quantizeColumns,
  quantizeInt8,
  quantizeRows,
} from "../src/export/index.ts";
import { input, lowerGraph, type Node } from "../src/graph/index.ts";
import { encode } from "../src/models/encoder.ts";
import {
  DISTILLATION_DEFAULTS,
  distillationObjective,
  distillationTask,
  encoderConfig,
  POOLED,
} from "../src/models/index.ts";
import { comparedWeights } from "../src/models/objectives/index.ts";
import { ForwardContext, initializeParameters } from "../src/nn/index.ts";

const config = encoderConfig({
  vocabSize: 200,
  hiddenSize: 64,
  numHiddenLayers: 2,
  numAttentionHeads: 4,
  pooling: "weighted",
  typeVocabSize: 0,
});
const block = { rows: 2, length: 4, ids: new Int32Array(8), lengths: new Int32Array(2) };
const batch = {
  short: block,
  long: block,
  m: new Float32Array(0),
  mMask: new Float32Array(0),
  e: new Float32Array(0),
};
const options = { config, ...DISTILLATION_DEFAULTS, teacherDimensions: 24 };
const heads: EmbeddingSource = {
  kind: "heads",
  heads: [
    { name: "m", size: 24, share: 0.3 },
    { name: "e", size: 24, share: 0.7 },
  ],
};

function parametersOf(model = config) {
  const context = new ForwardContext(true);
  distillationObjective({ ...options, config: model }).define(context, input, batch);
  return initializeParameters(context.specs(), 3);
}

function parametersOfReader(model: typeof config) {
  const context = new ForwardContext(false);
  const [tokenIds, mask] = [input("ids", "int", [1, 2]), input("mask", "float", [1, 2])];
  const { sequence } = encode(context, model, { tokenIds, mask });
  comparedWeights(context, model, tokenIds, sequence);
  return initializeParameters(context.specs(), 4);
}

async function readQuery(model: OnnxModel, ids: Int32Array) {
  const session = await CpuSession.create(model, { optimization: "all" });
  const shape = [1, ids.length];
  const outputs = await session.run(
    {
      input_ids: BigInt64Array.from(ids, BigInt),
      attention_mask: new BigInt64Array(ids.length).fill(1n),
    },
    { input_ids: shape, attention_mask: shape },
  );
  await session.release();
  return outputs as { vectors: Float32Array; weights: Float32Array };
}

const random = new SeededRandom(6);
const texts = Array.from({ length: 40 }, () =>
  Int32Array.from({ length: 2 + random.nextBelow(30) }, () => random.nextBelow(200)),
);

test("every exported graph and the training graph are valid by the specification of packages/onnx", () => {
  const model = exportEncoder(config, parametersOf(), heads);
  expect(findViolations(model)).toEqual([]);
  expect(findViolations(quantizeInt8(model))).toEqual([]);
  expect(findViolations(convertFloat16(model))).toEqual([]);
  const { loss, gradients } = buildStepGraph(distillationTask(options).define(batch));
  const outputs = new Map<string, Node>([["loss", loss]]);
  for (const { parameter, dense } of gradients)
    if (dense) outputs.set(`gradient/${parameter.op.name}`, dense);
  for (const opSet of ["cpu", "portable"] as const) {
    const { model: training } = lowerGraph(outputs, { target: { opSet, precision: "float32" } });
    expect(findViolations(training)).toEqual([]);
  }
});

test("an inference graph has one LayerNormalization per norm and contrib rotation", () => {
  const text = printModel(exportEncoder(config, parametersOf()));
  expect(text.match(/= LayerNormalization\(/g)?.length).toBe(1 + 2 * config.numHiddenLayers);
  expect(text.match(/com\.microsoft\.RotaryEmbedding\(/g)?.length).toBe(2 * config.numHiddenLayers);
});

test("the cosine of embeddings made of heads is the shares' mean of the heads' cosines", async () => {
  const parameters = parametersOf();
  const cosines = async (source: EmbeddingSource): Promise<number> => {
    const runner = await EncoderRunner.create(exportEncoder(config, parameters, source));
    const [a, b] = await runner.embed(texts.slice(0, 2));
    await runner.release();
    return a!.reduce((sum, value, k) => sum + value * b![k]!, 0);
  };
  const one = (name: string): EmbeddingSource => ({ kind: "heads", heads: [{ name, size: 24, share: 1 }] });
  expect(await cosines(heads)).toBeCloseTo(
    0.3 * (await cosines(one("m"))) + 0.7 * (await cosines(one("e"))),
    5,
  );
});

test("int8 vectors stay within 0.999 of float32's, with a third of the bytes", async () => {
  const model = exportEncoder(config, parametersOf());
  const parity = await measureParity(model, quantizeInt8(model), texts);
  expect(parity.texts).toBe(40);
  expect(parity.meanCosine).toBeGreaterThan(0.999);
  expect(parity.minCosine).toBeLessThan(1);
});

test("float16 vectors stay within 0.9999 of float32's, in half the bytes, also for long texts", async () => {
  const model = exportEncoder(config, parametersOf(), heads);
  const half = convertFloat16(model);
  const long = Array.from({ length: 3 }, () => Int32Array.from({ length: 400 }, () => random.nextBelow(200)));
  const parity = await measureParity(model, half, [...texts, ...long]);
  expect(parity.minCosine).toBeGreaterThan(0.9999);
  expect(parity.minCosine).toBeLessThan(1);
  expect(encodeModel(half).length / encodeModel(model).length).toBeLessThan(0.56);
});

test("int8 scales belong to columns of products and rows of tables, zeros included", () => {
  const matrix = tensorOf("float32", [2, 3], [1, 0, -4, 0.5, 0, 2]);
  const columns = quantizeColumns(matrix);
  expect(Array.from(columns.scales.data as Float32Array)).toEqual([1 / 127, 0, 4 / 127].map(Math.fround));
  expect(Array.from(columns.values.data as Int8Array)).toEqual([127, 0, -127, 64, 0, 64]);
  const rows = quantizeRows(matrix);
  expect(Array.from(rows.scales.data as Float32Array)).toEqual([4 / 127, 2 / 127].map(Math.fround));
  expect(Array.from(rows.values.data as Int8Array)).toEqual([32, 0, -127, 32, 0, 127]);
});

const described = {
  variants: ["float32", "float16", "int8"],
  parityTexts: texts,
  tokenizerJson: "{}",
  modelCard: "# Card\n",
  description: {
    id: "test-1",
    matryoshkaDims: [48],
    maxTokens: 32,
    prefixes: { query: "", document: "" },
    metrics: {},
    dataStatement: "random weights",
    license: "Apache-2.0",
  },
} as const;

test("a bundle is written with its parity, and one whose vectors are no numbers is not", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bundle-"));
  const bundle = { ...described, folder, config, parameters: parametersOf(), source: heads };
  try {
    const report = await exportBundle(bundle);
    expect(report.parity.int8!.meanCosine).toBeGreaterThan(0.999);
    const read = await readBundle(folder);
    expect(read.config.dimension).toBe(48);
    expect(Object.keys(read.config.variants).toSorted()).toEqual(["float16", "float32", "int8"]);
    const broken = parametersOf();
    broken.get("layers.0.attention.value.weight").data[0] = Number.NaN;
    await expect(exportBundle({ ...bundle, parameters: broken })).rejects.toThrow(ParityError);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a bag's bundle names the weights of its tokens, in every variant; no other bundle does", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bag-"));
  const bag = encoderConfig({ ...config, numHiddenLayers: 0 });
  const parameters = parametersOf();
  parameters.get("pooling.tokenWeights").data.set(Array.from({ length: 200 }, (_, id) => id / 64));
  const write = async (changes: object): Promise<string | undefined> => {
    const description = { ...described.description, matryoshkaDims: [64] };
    const options = {
      ...described,
      description,
      folder,
      config: bag,
      parameters,
      source: POOLED,
      ...changes,
    };
    return (await exportBundle(options)).config.tokenLogWeights;
  };
  try {
    const name = await write({});
    const bundle = await readBundle(folder);
    expect([name, bundle.config.tokenLogWeights]).toEqual(Array(2).fill("pooling.tokenWeights"));
    for (const variant of described.variants) {
      const model = decodeModel(await readFile(await bundle.modelFile(variant)));
      const stored = variant === "float16" ? `${name}.float16` : name!;
      const weights = tensorNumbers(model.graph.initializers.get(stored)!);
      expect(weights).toHaveLength(200);
      expect(weights[128]).toBe(2);
    }
    // A narrower bag that was trained to compare tokens: its weights are named then, whatever the model is.
    const narrow = encoderConfig({ ...bag, hiddenSize: 16, numAttentionHeads: 2 });
    const reranker = { config: narrow, parameters: parametersOf(narrow) };
    expect(await write({ config, reranker })).toBe("pooling.tokenWeights");
    const { config: written, modelFile } = await readBundle(folder);
    expect(Object.keys(written.rerankVariants!).toSorted()).toEqual(["float16", "float32", "int8"]);
    const table = decodeModel(await readFile(await modelFile("float32", "rerank"))).graph.initializers;
    expect(table.get("embeddings.token")!.shape).toEqual([200, 16]);
    await expect(write({ reranker: { config, parameters } })).rejects.toThrow(
      "The reranker reads texts with layers",
    );
    // Layers that read the queries alone have models of their own, which are compared as the others are.
    expect(written.rerankQueryVariants).toBeUndefined();
    const reading = { ...narrow, numHiddenLayers: 1, hasBagDocuments: true };
    await write({ config, reranker: { config: reading, parameters: parametersOfReader(reading) } });
    const broken = parametersOfReader(reading);
    broken.get("layers.0.attention.value.weight").data[0] = Number.NaN;
    await expect(write({ config, reranker: { config: reading, parameters: broken } })).rejects.toThrow(
      ParityError,
    );
    const readers = await readBundle(folder);
    const ids = Int32Array.of(2, 9, 7, 3);
    const [exact, ...others] = await Promise.all(
      described.variants.map(async (variant) => {
        const model = decodeModel(await readFile(await readers.modelFile(variant, "rerank-query")));
        return readQuery(model, ids);
      }),
    );
    expect(exact!.weights).toHaveLength(4);
    expect(exact!.vectors).toHaveLength(4 * 16);
    expect(Math.hypot(...exact!.vectors.subarray(16, 32))).toBeCloseTo(1, 5);
    for (const other of others) {
      other.vectors.forEach((value, k) => {
        expect(Math.abs(value - exact!.vectors[k]!)).toBeLessThan(0.05);
      });
    }
    // Layers; heads; a prefix: what a text means no longer follows from its tokens.
    expect(await write({ config })).toBeUndefined();
    expect(await write({ source: heads, description: described.description })).toBeUndefined();
    const prefixes = { query: "query: ", document: "" };
    expect(
      await write({ description: { ...described.description, matryoshkaDims: [64], prefixes } }),
    ).toBeUndefined();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
