import { describe, expect, test } from "vitest";
import { compileForward, compileTrainStep } from "../src/backend/cpu-step.ts";
import { SeededRandom } from "../src/data/seeded-random.ts";
import {
  add,
  constant,
  exp,
  expand,
  gradients,
  greater,
  input,
  matmul,
  minimum,
  mul,
  type Node,
  reduceSum,
  reshape,
  softmax,
  square,
  where,
} from "../src/graph/index.ts";
import { multiLabelLoss, spanRows } from "../src/losses/index.ts";
import {
  decodeMentions,
  type EncoderConfig,
  embeddingOf,
  encode,
  encoderConfig,
  enlarge,
  globalPointer,
  languageModelLoss,
  lmBias,
  possibleSpans,
  roFormerV2Config,
} from "../src/models/index.ts";
import {
  causalBias,
  ForwardContext,
  frozenUnderLora,
  he,
  type Initializer,
  initializeParameters,
  type LoraAdapter,
  layerMultiplications,
  lecun,
  maskFromLengths,
  mergeLora,
  normal,
  ntkAwareBase,
  ntkDense,
  recurrentAttention,
  robustPositions,
  ropeTiePositions,
  rotaryAngles2D,
  rotaryFrequencies,
  rotaryTables,
  truncatedNormal,
  uniform,
  windowBias,
  xavier,
} from "../src/nn/index.ts";
import { AdamW, constant as constantRate, SgdMomentum } from "../src/optim/index.ts";
import { copyParameters, type ParameterSet } from "../src/parameters.ts";
import { Trainer } from "../src/train/index.ts";
import { evaluate, FLOAT64, gradientError } from "./gradient-check.ts";

const [BATCH, SEQ] = [2, 6];
const SMALL = {
  vocabSize: 30,
  hiddenSize: 8,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  initializerStd: 0.4,
  layerNormEpsilon: 1e-8,
  hiddenDropout: 0,
  attentionDropout: 0,
};
const FEEDS = {
  ids: Int32Array.of(3, 7, 7, 1, 0, 0, 9, 8, 5, 4, 2, 1),
  lengths: Int32Array.of(4, 6),
};

interface Built {
  readonly context: ForwardContext;
  readonly outputs: Record<string, Node>;
}

function build(config: EncoderConfig, adapter: LoraAdapter | null = null, extra: object = {}): Built {
  const context = new ForwardContext(false, adapter);
  const tokenIds = input("ids", "int", [BATCH, SEQ]);
  const mask = maskFromLengths(tokenIds, input("lengths", "int", [BATCH]));
  const { sequence, pooled } = encode(context, config, { tokenIds, mask, ...extra });
  return { context, outputs: { sequence, pooled } };
}

async function run(
  outputs: Record<string, Node>,
  parameters: ParameterSet,
  feeds = FEEDS,
): Promise<Record<string, number[]>> {
  const graph = await compileForward(outputs);
  const results = await graph.run(parameters, feeds);
  await graph.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, data]) => [name, Array.from(data as Float32Array)]),
  );
}

const worstDifference = (a: readonly number[], b: readonly number[]): number => {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, k) => Math.max(worst, Math.abs(value - b[k]!)), 0);
};

describe("RoFormerV2", () => {
  const config = roFormerV2Config({ ...SMALL, pooling: "mean" });

  test("has neither biases nor norm scales", () => {
    const names = build(config)
      .context.specs()
      .map(({ name }) => name);
    expect(names.filter((name) => /bias|scale/.test(name))).toEqual([]);
    expect(names).toContain("layers.1.feedForward.output.weight");
  });

  test("with a residual scale of 0 its layers pass their input on, with 1 they are as without it", async () => {
    const scaleOf = (value: number) => ({ residualScale: constant([value], []) });
    const { context, outputs: plain } = build(config);
    const parameters = initializeParameters(context.specs(), 1);
    const [off, on, bag] = [
      build(config, null, scaleOf(0)),
      build(config, null, scaleOf(1)),
      build({ ...config, numHiddenLayers: 0 }),
    ];
    const [plainResult, offResult, onResult, bagResult] = [
      await run(plain, parameters),
      await run(off.outputs, parameters),
      await run(on.outputs, parameters),
      await run(bag.outputs, parameters),
    ];
    expect(worstDifference(offResult.sequence!, bagResult.sequence!)).toBeLessThan(1e-6);
    expect(worstDifference(onResult.sequence!, plainResult.sequence!)).toBeLessThan(1e-6);
    expect(worstDifference(onResult.sequence!, offResult.sequence!)).toBeGreaterThan(0.1);
  });
});

describe("lossless enlargement", () => {
  const source = { kind: "heads", heads: [{ name: "m", size: 5, share: 1 }] } as const;

  function withHeads(config: EncoderConfig): Built {
    const { context, outputs } = build(config);
    const targets = {
      positions: constant([0, 3], [2], "int"),
      labels: constant([5, 7], [2], "int"),
      weights: constant([1, 1], [2]),
    };
    const lm = languageModelLoss(context, config, outputs.sequence!, targets);
    lmBias(context, config);
    return { context, outputs: { ...outputs, lm, embedding: embeddingOf(context, outputs.pooled!, source) } };
  }

  test.each([
    ["post-norm, CLS", {}, 2],
    ["post-norm, weighted, three times as wide", { pooling: "weighted", typeVocabSize: 0 }, 3],
    ["pre-norm, mean", { normPlacement: "pre", pooling: "mean" }, 2],
    ["RoFormerV2", { isBiasFree: true, isRmsNorm: true, pooling: "mean" }, 2],
  ] as [string, Partial<EncoderConfig>, number][])(
    "%s gives the same vectors and losses",
    async (_, values, factor) => {
      const config = encoderConfig({ ...SMALL, ...values });
      const narrow = withHeads(config);
      const parameters = initializeParameters(narrow.context.specs(), 5);
      // Biases and scales that are not 0 and 1, so that their treatment shows.
      const random = new SeededRandom(3);
      for (const name of parameters.names)
        if (/bias|scale|tokenWeights/.test(name))
          parameters.get(name).data.forEach((value, k, data) => {
            data[k] = value + random.next() - 0.5;
          });
      const wide = enlarge(config, parameters, factor);
      const [small, large] = [
        await run(narrow.outputs, parameters),
        await run(withHeads(wide.config).outputs, wide.parameters),
      ];
      expect(worstDifference(small.embedding!, large.embedding!)).toBeLessThan(1e-5);
      expect(worstDifference(small.lm!, large.lm!)).toBeLessThan(1e-5);
      const width = config.hiddenSize;
      const repeated = small.sequence!.flatMap((_, k) =>
        k % width === 0
          ? Array.from({ length: factor }, () => small.sequence!.slice(k, k + width)).flat()
          : [],
      );
      expect(worstDifference(repeated, large.sequence!)).toBeLessThan(1e-5);
    },
  );

  test("the wide model has every parameter that its graph asks for, in its shape", () => {
    const config = encoderConfig(SMALL);
    const { config: wideConfig, parameters } = enlarge(
      config,
      initializeParameters(withHeads(config).context.specs(), 5),
      2,
    );
    for (const { name, shape } of withHeads(wideConfig).context.specs())
      expect(parameters.get(name).shape, name).toEqual(shape);
  });
});

describe("LoRA", () => {
  const config = encoderConfig({ ...SMALL, pooling: "mean" });
  const adapter: LoraAdapter = {
    rank: 2,
    alpha: 4,
    adapts: (layer) => layer.endsWith(".query") || layer.endsWith(".value"),
  };

  test("starts as the model it adapts, trains adapters alone, and merges into the same function", async () => {
    const { context, outputs } = build(config, adapter);
    const parameters = initializeParameters(context.specs(), 1);
    const before = copyParameters(parameters);
    const plain = await run(build(config).outputs, parameters);
    expect(worstDifference((await run(outputs, parameters)).pooled!, plain.pooled!)).toBe(0);

    const frozen = frozenUnderLora(parameters.names);
    const trainer = new Trainer<null>({
      task: {
        size: () => 1,
        graphKey: () => "",
        feeds: () => FEEDS,
        define: () => ({ loss: reduceSum(square(build(config, adapter).outputs.pooled!)), specs: [] }),
      },
      parameters,
      optimizer: new SgdMomentum({ b1: 0 }),
      learningRate: constantRate(0.05),
      seed: 1,
      maxGradientNorm: 1,
      frozen,
    });
    for (let k = 0; k < 5; k++) await trainer.update([null]);
    await trainer.release();
    const moved = parameters.names.filter(
      (name) => worstDifference(Array.from(parameters.get(name).data), Array.from(before.get(name).data)) > 0,
    );
    expect(moved.length).toBe(8);
    expect(moved.every((name) => !frozen.has(name))).toBe(true);

    const merged = mergeLora(parameters, adapter);
    expect(merged.names).toEqual(
      build(config)
        .context.specs()
        .map(({ name }) => name),
    );
    const adapted = (await run(outputs, parameters)).pooled!;
    expect(worstDifference((await run(build(config).outputs, merged)).pooled!, adapted)).toBeLessThan(1e-5);
    expect(worstDifference(adapted, plain.pooled!)).toBeGreaterThan(1e-3);
  });

  test("one SGD step moves W by −η·s²(A·Aᵀ·G + G·Bᵀ·B)", async () => {
    const [inSize, outSize, rank, scale, rate] = [3, 4, 2, 2, 1e-4];
    const random = new SeededRandom(9);
    const matrix = (rows: number, columns: number) =>
      Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.next() - 0.5));
    const [a, b] = [matrix(inSize, rank), matrix(rank, outSize)];
    const product = (x: number[][], y: number[][]): number[][] =>
      x.map((row) => y[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * y[k]![j]!, 0)));
    const transposed = (x: number[][]): number[][] => x[0]!.map((_, j) => x.map((row) => row[j]!));
    const plus = (x: number[][], y: number[][], factor: number): number[][] =>
      x.map((row, i) => row.map((value, j) => value + factor * y[i]![j]!));
    const target = matrix(inSize, outSize);
    const effective = (x: number[][], y: number[][]): number[][] =>
      product(x, y).map((row) => row.map((value) => scale * value));
    // loss = ½‖s·A·B − target‖², so G = s·A·B − target.
    const g = plus(effective(a, b), target, -1);
    const nodes = { a: input("a", "float", [inSize, rank]), b: input("b", "float", [rank, outSize]) };
    const difference = matmul(nodes.a, nodes.b, { alpha: scale });
    const loss = mul(
      reduceSum(
        square(
          add(
            difference,
            constant(
              target.flat().map((value) => -value),
              [inSize, outSize],
            ),
          ),
        ),
      ),
      0.5,
    );
    const [slopeA, slopeB] = gradients(loss, [nodes.a, nodes.b]);
    const found = await evaluate({ slopeA: slopeA!, slopeB: slopeB! }, { a: a.flat(), b: b.flat() }, FLOAT64);
    const rowsOf = (values: number[], columns: number): number[][] =>
      values.flatMap((_, k) => (k % columns === 0 ? [values.slice(k, k + columns)] : []));
    const [nextA, nextB] = [
      plus(a, rowsOf(found.slopeA!, rank), -rate),
      plus(b, rowsOf(found.slopeB!, outSize), -rate),
    ];
    const change = plus(effective(nextA, nextB), effective(a, b), -1);
    const predicted = plus(
      product(product(a, transposed(a)), g),
      product(product(g, transposed(b)), b),
      1,
    ).map((row) => row.map((value) => -rate * scale ** 2 * value));
    change.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(Math.abs(value - predicted[i]![j]!)).toBeLessThan(1e-6);
      });
    });
  });
});

describe("length extrapolation", () => {
  test("log scaling leaves texts up to the trained length alone and sharpens longer ones", async () => {
    const config = encoderConfig({ ...SMALL, pooling: "mean" });
    const { context, outputs } = build(config);
    const parameters = initializeParameters(context.specs(), 1);
    const plain = (await run(outputs, parameters)).pooled!;
    const pooledWith = async (logScaleLength: number) =>
      (await run(build({ ...config, logScaleLength }).outputs, parameters)).pooled!;
    expect(worstDifference(await pooledWith(6), plain)).toBeLessThan(1e-6);
    // Trained on 4 tokens: the first text (4 tokens) stays, the second (6 tokens) changes.
    const scaled = await pooledWith(4);
    expect(worstDifference(scaled.slice(0, 8), plain.slice(0, 8))).toBeLessThan(1e-6);
    expect(worstDifference(scaled.slice(8), plain.slice(8))).toBeGreaterThan(1e-4);
  });

  test("the NTK-aware base slows the slowest pair by the factor and keeps the fastest", () => {
    const [before, after] = [
      rotaryFrequencies(64, 10_000),
      rotaryFrequencies(64, ntkAwareBase(10_000, 8, 64)),
    ];
    expect(after[0]).toBe(before[0]);
    expect(before.at(-1)! / after.at(-1)!).toBeCloseTo(8, 6);
  });

  test("robust positions rise evenly from 0 to a random end of the given mean", () => {
    const random = new SeededRandom(4);
    const ends = Array.from({ length: 4000 }, () => robustPositions(5, 100, random).at(-1)!);
    expect(ends.reduce((a, b) => a + b, 0) / ends.length).toBeGreaterThan(95);
    expect(ends.reduce((a, b) => a + b, 0) / ends.length).toBeLessThan(105);
    const positions = robustPositions(5, 100, random);
    positions.forEach((position, k) => {
      expect(position).toBeCloseTo((positions[4]! * k) / 4, 3);
    });
  });

  test("window and causal masks by hand", async () => {
    const ids = input("ids", "int", [1, 4]);
    const { window, causal } = await evaluate({ window: windowBias(ids, 1), causal: causalBias(ids) }, {});
    const seen = (bias: number[]): string[] =>
      [0, 4, 8, 12].map((k) =>
        bias
          .slice(k, k + 4)
          .map((value) => (value === 0 ? 1 : 0))
          .join(""),
      );
    expect(seen(window!)).toEqual(["1100", "1110", "0111", "0011"]);
    expect(seen(causal!)).toEqual(["1000", "1100", "1110", "1111"]);
  });
});

describe("multi-axis positions", () => {
  test("RoPE-Tie without an image is one-dimensional RoPE exactly", () => {
    const positions = ropeTiePositions([{ kind: "text", tokens: 4 }]);
    expect(positions).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(rotaryAngles2D(positions[3]!, 8, 10_000)).toEqual(
      rotaryFrequencies(8, 10_000).map((frequency) => 3 * frequency),
    );
  });

  test("RoPE-Tie puts a 2 × 1 image after two tokens at (L + x·(h+1), L + y·(w+1)) and text goes on at L + (w+1)(h+1)", () => {
    // The formula counts from 1: L = 2, patches (4, 5) and (6, 5), next token 8; here everything is one less.
    const positions = ropeTiePositions([
      { kind: "text", tokens: 2 },
      { kind: "image", width: 2, height: 1 },
      { kind: "text", tokens: 1 },
    ]);
    expect(positions).toEqual([
      [0, 0],
      [1, 1],
      [3, 4],
      [5, 4],
      [7, 7],
    ]);
  });

  test("two-dimensional scores depend on both differences only", () => {
    const random = new SeededRandom(1);
    const [q, k] = [0, 1].map(() => Array.from({ length: 8 }, () => random.next() - 0.5)) as [
      number[],
      number[],
    ];
    const turn = (vector: number[], angles: number[]): number[] =>
      angles.flatMap((angle, i) => {
        const [a, b] = [vector[2 * i]!, vector[2 * i + 1]!];
        return [a * Math.cos(angle) - b * Math.sin(angle), a * Math.sin(angle) + b * Math.cos(angle)];
      });
    const score = (p: [number, number], r: [number, number]): number => {
      const [left, right] = [turn(q, rotaryAngles2D(p, 8, 100)), turn(k, rotaryAngles2D(r, 8, 100))];
      return left.reduce((sum, value, i) => sum + value * right[i]!, 0);
    };
    expect(score([5, 2], [3, 7])).toBeCloseTo(score([15, 22], [13, 27]), 10);
    expect(Math.abs(score([5, 2], [3, 7]) - score([5, 2], [3, 6]))).toBeGreaterThan(1e-3);
  });
});

describe("linear and recurrent attention", () => {
  test("a linear-attention layer equals plain loops over all pairs", async () => {
    const config = encoderConfig({
      ...SMALL,
      numHiddenLayers: 1,
      numAttentionHeads: 1,
      hasLinearAttention: true,
      pooling: "mean",
      hasEmbeddingNorm: false,
      typeVocabSize: 0,
      normPlacement: "pre",
    });
    const { context, outputs } = build(config);
    const parameters = initializeParameters(context.specs(), 1);
    // Only attention: the feed-forward part adds nothing.
    parameters.get("layers.0.feedForward.output.weight").data.fill(0);
    const found = (await run(outputs, parameters)).sequence!;
    const get = (name: string): Float32Array => parameters.get(name).data;
    const affine = (x: number[], name: string): number[] =>
      Array.from({ length: 8 }, (_, o) =>
        x.reduce((sum, value, i) => sum + value * get(`${name}.weight`)[i * 8 + o]!, get(`${name}.bias`)[o]!),
      );
    const normed = (x: number[]): number[] => {
      const mean = x.reduce((a, b) => a + b, 0) / 8;
      const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / 8;
      return x.map((value) => (value - mean) / Math.sqrt(variance + 1e-8));
    };
    const phi = (x: number[]): number[] => x.map((value) => (value > 0 ? value + 1 : Math.exp(value)));
    const turn = (x: number[], position: number): number[] =>
      rotaryFrequencies(8, 10_000).flatMap((frequency, i) => {
        const [c, s] = [Math.cos(position * frequency), Math.sin(position * frequency)];
        return [x[2 * i]! * c - x[2 * i + 1]! * s, x[2 * i]! * s + x[2 * i + 1]! * c];
      });
    const dot = (a: number[], b: number[]): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0);
    for (const [text, length] of [4, 6].entries()) {
      const x = Array.from({ length }, (_, i) =>
        Array.from(
          get("embeddings.token").subarray(
            FEEDS.ids[text * SEQ + i]! * 8,
            (FEEDS.ids[text * SEQ + i]! + 1) * 8,
          ),
        ),
      );
      const name = "layers.0.attention";
      const [q, k, v] = ["query", "key", "value"].map((part) =>
        x.map((row) => affine(normed(row), `${name}.${part}`)),
      ) as [number[][], number[][], number[][]];
      x.forEach((row, i) => {
        const weights = x.map((_, j) => dot(turn(phi(q[i]!), i), turn(phi(k[j]!), j)));
        const total = x.reduce((sum, _, j) => sum + dot(phi(q[i]!), phi(k[j]!)), 0);
        const mixed = Array.from({ length: 8 }, (_, c) =>
          weights.reduce((sum, weight, j) => sum + (weight / total) * v[j]![c]!, 0),
        );
        const expected = affine(mixed, `${name}.output`).map((value, c) => value + row[c]!);
        expect(
          worstDifference(expected, found.slice((text * SEQ + i) * 8, (text * SEQ + i + 1) * 8)),
        ).toBeLessThan(1e-5);
      });
    }
  });

  test("attention as a recurrence equals softmax attention, also where e^(q·k) overflows", async () => {
    const random = new SeededRandom(2);
    const vector = (size: number, scale = 1): number[] =>
      Array.from({ length: size }, () => scale * (random.next() - 0.5));
    for (const scale of [1, 100]) {
      const query = vector(4, scale);
      const tokens = Array.from({ length: 7 }, () => ({ key: vector(4, scale), value: vector(3) }));
      const weights = softmax(
        matmul(
          constant(query, [1, 4]),
          constant(
            tokens.flatMap(({ key }) => key),
            [7, 4],
          ),
          { transposeB: true },
        ),
      );
      const { mixed } = await evaluate(
        {
          mixed: matmul(
            weights,
            constant(
              tokens.flatMap(({ value }) => value),
              [7, 3],
            ),
          ),
        },
        {},
        FLOAT64,
      );
      expect(worstDifference(Array.from(recurrentAttention(query, tokens)), mixed!)).toBeLessThan(1e-9);
    }
  });

  test("the quadratic part of a layer leads beyond six times its width", () => {
    const [at, beyond] = [layerMultiplications(6 * 384, 384), layerMultiplications(6 * 384 + 1, 384)];
    expect(at.quadratic).toBe(at.linear);
    expect(beyond.quadratic).toBeGreaterThan(beyond.linear);
  });

  test("the feature map's gradient stays a number for large inputs", async () => {
    const x = input("x", "float", [2]);
    const slope = gradients(reduceSum(where(greater(x, 0), add(x, 1), exp(minimum(x, 0)))), [x])[0]!;
    expect((await evaluate({ slope }, { x: [1000, -1] })).slope).toEqual([1, Math.fround(Math.exp(-1))]);
  });
});

describe("GlobalPointer", () => {
  const sizes = { types: 2, headDim: 4 };

  async function scoresAt(isEfficient: boolean, shift: number): Promise<number[]> {
    const context = new ForwardContext(false);
    const sequence = input("x", "float", [1, 3, 5]);
    const positions = constant(
      [0, 1, 2].map((k) => k + shift),
      [3],
    );
    const scores = globalPointer(context, "mentions", sequence, rotaryTables(positions, 4, 10_000), {
      ...sizes,
      isEfficient,
    });
    const parameters = initializeParameters(context.specs(), 3);
    const random = new SeededRandom(1);
    const graph = await compileForward({ scores });
    const result = await graph.run(parameters, {
      x: Float32Array.from({ length: 15 }, () => random.next() - 0.5),
    });
    await graph.release();
    return Array.from(result.scores as Float32Array);
  }

  test.each([false, true])(
    "scores (efficient: %s) depend on distances only and differ by type",
    async (isEfficient) => {
      const [here, there] = [await scoresAt(isEfficient, 0), await scoresAt(isEfficient, 50)];
      expect(worstDifference(here, there)).toBeLessThan(1e-5);
      expect(worstDifference(here.slice(0, 9), here.slice(9))).toBeGreaterThan(1e-3);
    },
  );

  test("a further type costs the efficient variant 4·headDim weights", () => {
    const count = (types: number): number => {
      const context = new ForwardContext(false);
      globalPointer(
        context,
        "m",
        input("x", "float", [1, 3, 5]),
        rotaryTables(constant([0, 1, 2], [3]), 4, 10_000),
        { types, headDim: 4, isEfficient: true },
      );
      return context
        .specs()
        .filter(({ name }) => name.endsWith("weight"))
        .reduce((sum, { shape }) => sum + shape[0]! * shape[1]!, 0);
    };
    expect(count(3) - count(2)).toBe(4 * 4);
  });

  test("the multi-label loss by hand, and excluded labels do not count", async () => {
    const scores = constant([1, -2, 3], [1, 3]);
    const target = constant([1, 0, 0], [1, 3]);
    const expected = Math.log(1 + Math.exp(-2) + Math.exp(3)) + Math.log(1 + Math.exp(-1));
    const without = Math.log(1 + Math.exp(-2)) + Math.log(1 + Math.exp(-1));
    const all = await evaluate(
      {
        all: multiLabelLoss(scores, target),
        some: multiLabelLoss(scores, target, constant([1, 1, 0], [1, 3])),
      },
      {},
      FLOAT64,
    );
    expect(all.all![0]).toBeCloseTo(expected, 10);
    expect(all.some![0]).toBeCloseTo(without, 10);
    expect(
      await gradientError([[2, 3]], (x) => multiLabelLoss(x!, constant([1, 0, 1, 0, 0, 1], [2, 3]))),
    ).toBeLessThan(1e-6);
  });

  test("learns flat and nested mentions of a text and decodes exactly them", async () => {
    const context = new ForwardContext(true);
    const sequence = context.parameter("tokens", [1, 6, 8], normal(0.5));
    const mask = constant([1, 1, 1, 1, 1, 0], [1, 6]);
    const tables = rotaryTables(constant([0, 1, 2, 3, 4, 5], [6]), 4, 10_000);
    const scores = globalPointer(context, "mentions", sequence, tables, { ...sizes, isEfficient: true });
    const gold = [
      [0, 1, 3],
      [0, 2, 2],
      [1, 0, 4],
    ] as const;
    const target = new Array(2 * 36).fill(0);
    for (const [type, start, end] of gold) target[(type * 6 + start) * 6 + end] = 1;
    const allowed = reshape(expand(possibleSpans(mask), [1, 2, 6, 6]), [2, 36]);
    const loss = multiLabelLoss(spanRows(scores), constant(target, [2, 36]), allowed);
    const parameters = initializeParameters(context.specs(), 3);
    const step = await compileTrainStep({ loss, metrics: { scores } });
    const optimizer = new AdamW({ weightDecay: 0 });
    let last = new Float32Array();
    for (let k = 0; k < 150; k++) {
      const result = await step.run(parameters, {}, new SeededRandom(1));
      optimizer.update(parameters, result.gradients, 0.02);
      last = result.metrics.scores as Float32Array<ArrayBuffer>;
    }
    await step.release();
    const found = decodeMentions(last, 2, 6, 5).map(({ type, start, end }) => [type, start, end]);
    expect(found.toSorted()).toEqual(gold.map((mention) => [...mention]).toSorted());
  });
});

describe("initialisers", () => {
  const random = () => new SeededRandom(12);
  const statistics = (initializer: Initializer, shape: number[]) => {
    const data = initializer(shape, random());
    const mean = data.reduce((a, b) => a + b, 0) / data.length;
    return {
      std: Math.sqrt(data.reduce((a, b) => a + (b - mean) ** 2, 0) / data.length),
      largest: data.reduce((a, b) => Math.max(a, Math.abs(b)), 0),
    };
  };

  test.each([
    ["normal", normal],
    ["uniform", uniform],
    ["truncated normal", truncatedNormal],
  ])("%s has the deviation it was asked for", (_, of) => {
    expect(statistics(of(0.02), [200, 500]).std).toBeCloseTo(0.02, 4);
  });

  test("uniform ends at √3σ, the truncated normal at two of its wider deviations", () => {
    expect(statistics(uniform(1), [300, 300]).largest).toBeLessThanOrEqual(Math.sqrt(3));
    const { largest } = statistics(truncatedNormal(1), [300, 300]);
    expect(largest).toBeLessThanOrEqual(2 * 1.1368);
    expect(largest).toBeGreaterThan(2.2);
  });

  test("Xavier, LeCun and He by their formulas", () => {
    expect(statistics(xavier(), [100, 300]).std).toBeCloseTo(Math.sqrt(2 / 400), 3);
    expect(statistics(lecun(), [100, 300]).std).toBeCloseTo(0.1, 3);
    expect(statistics(he(), [100, 300]).std).toBeCloseTo(Math.sqrt(0.02), 3);
  });

  test("the NTK parameterisation gives LeCun's outputs and moves the function equally at every width", async () => {
    const measure = async (width: number) => {
      const context = new ForwardContext(true);
      const x = input("x", "float", [1, width]);
      const y = ntkDense(context, "layer", x, 200);
      const parameters = initializeParameters(context.specs(), 1);
      const step = await compileTrainStep({ loss: mul(reduceSum(square(y)), 0.5), metrics: { y } });
      // every |x| = 1: the mean square that the formulas assume, without the chance of a draw
      const feeds = { x: new Float32Array(width).fill(1) };
      const before = await step.run(parameters, feeds, random());
      new SgdMomentum({ b1: 0 }).update(parameters, before.gradients, 0.01);
      const after = await step.run(parameters, feeds, random());
      await step.release();
      return { variance: (2 * before.loss) / 200, shrinkage: after.loss / before.loss };
    };
    for (const width of [64, 512]) {
      const { variance, shrinkage } = await measure(width);
      expect(variance).toBeGreaterThan(0.75);
      expect(variance).toBeLessThan(1.35);
      expect(shrinkage).toBeCloseTo(0.99 ** 2, 5);
    }
  });

  test("scores of unit-variance queries and keys have variance d: √d divides it out, or T5 folds it into the queries' weights", () => {
    const d = 64;
    const varianceOf = (queryScale: number): number => {
      const source = random();
      const draw = (scale: number): Float32Array => normal(scale)([d], source);
      const scores = Array.from({ length: 4000 }, () => {
        const key = draw(1);
        return draw(queryScale).reduce((sum, value, k) => sum + value * key[k]!, 0);
      });
      return scores.reduce((sum, score) => sum + score ** 2, 0) / scores.length;
    };
    expect(varianceOf(1) / d).toBeCloseTo(1, 0);
    expect(varianceOf(1 / Math.sqrt(d))).toBeCloseTo(1, 0);
  });
});
