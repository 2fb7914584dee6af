import { describe, expect, test } from "vitest";
import type { Feeds } from "../src/backend/cpu-session.ts";
import { compileTrainStep } from "../src/backend/cpu-step.ts";
import { SeededRandom } from "../src/data/seeded-random.ts";
import { constant, exp, gradients, input, type Node, reduceSum, slice } from "../src/graph/index.ts";
import * as losses from "../src/losses/index.ts";
import { encode, studentConfig } from "../src/models/index.ts";
import { ForwardContext, initializeParameters, maskFromLengths } from "../src/nn/index.ts";
import type { GradientSet } from "../src/parameters.ts";
import { GradientCache } from "../src/train/gradient-cache.ts";
import { sumGradients } from "../src/train/gradient-sum.ts";
import { evaluate, FLOAT64, gradientError, uniform } from "./gradient-check.ts";

const scoresOf = (values: readonly (readonly number[])[]): Node =>
  constant(values.flat(), [values.length, values[0]!.length]);
const scalarOf = async (node: Node): Promise<number> => (await evaluate({ node }, {}, FLOAT64)).node![0]!;

describe("values by hand", () => {
  test("InfoNCE is −log softmax at the diagonal", async () => {
    const loss = losses.infoNceOfScores(
      scoresOf([
        [1, 0, 2],
        [0.5, 1, 0],
      ]),
    );
    const row = (scores: number[], t: number): number =>
      Math.log(scores.reduce((sum, s) => sum + Math.exp(s), 0)) - scores[t]!;
    expect(await scalarOf(loss)).toBeCloseTo((row([1, 0, 2], 0) + row([0.5, 1, 0], 1)) / 2, 10);
  });

  test("the partner loss leaves a text's own score out", async () => {
    const vectors = scoresOf([
      [1, 0],
      [0.6, 0.8],
      [0, 1],
      [-1, 0],
    ]);
    const cos = [
      [1, 0.6, 0, -1],
      [0.6, 1, 0.8, -0.6],
      [0, 0.8, 1, 0],
      [-1, -0.6, 0, 1],
    ];
    const expected = cos.map((row, i) => {
      const others = row.filter((_, j) => j !== i);
      return Math.log(others.reduce((sum, c) => sum + Math.exp(20 * c), 0)) - 20 * row[i ^ 1]!;
    });
    expect(await scalarOf(losses.partnerContrastive(vectors, 20))).toBeCloseTo(
      expected.reduce((a, b) => a + b, 0) / 4,
      8,
    );
  });

  test("CoSENT compares pairs of pairs whose labels differ", async () => {
    const u = scoresOf([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    const v = scoresOf([
      [1, 0],
      [0.6, 0.8],
      [0, 1],
    ]);
    const labels = constant([1, 0, 1], [3]);
    const expected = Math.log(1 + Math.exp(20 * (0.6 - 1)) + Math.exp(20 * (0.6 - 0)));
    expect(await scalarOf(losses.coSent(u, v, labels, 20))).toBeCloseTo(expected, 8);
  });

  test("late interaction takes the nearest token for each of the query's, weighs them and charges for length", async () => {
    const random = new SeededRandom(5);
    const [groups, count, queryLength, textLength, width] = [2, 3, 2, 4, 3];
    const block = (length: number) => {
      const vectors = uniform(groups * count * length * width, random);
      const lengths = Array.from({ length: groups * count }, () => 1 + random.nextBelow(length));
      const mask = lengths.flatMap((n) => Array.from({ length }, (_, k) => (k < n ? 1 : 0)));
      return { vectors, lengths, mask };
    };
    const [queries, texts] = [block(queryLength), block(textLength)];
    const weights = uniform(groups * count * queryLength, random, 0.1, 1);
    const tokensOf = ({ vectors, mask }: ReturnType<typeof block>, length: number) => ({
      vectors: constant(vectors, [groups, count, length, width]),
      mask: constant(mask, [groups, count, length]),
    });
    const options = { lengthPenalty: 0.3, fewTokens: 2 };
    const scores = losses.lateInteraction(
      tokensOf(queries, queryLength),
      constant(weights, [groups, count, queryLength]),
      tokensOf(texts, textLength),
      options,
    );
    const token = (from: ReturnType<typeof block>, text: number, k: number, length: number) => {
      const start = (text * length + k) * width;
      const vector = from.vectors.slice(start, start + width);
      return vector.map((x) => x / Math.hypot(...vector));
    };
    const expected: number[] = [];
    for (let query = 0; query < groups * count; query++) {
      const group = Math.floor(query / count);
      for (let text = group * count; text < (group + 1) * count; text++) {
        let [said, total] = [0, 0];
        for (let t = 0; t < queries.lengths[query]!; t++) {
          let best = 0;
          for (let u = 0; u < texts.lengths[text]!; u++) {
            const [a, b] = [token(queries, query, t, queryLength), token(texts, text, u, textLength)];
            best = Math.max(
              best,
              a.reduce((sum, x, k) => sum + x * b[k]!, 0),
            );
          }
          said += weights[query * queryLength + t]! * best;
          total += weights[query * queryLength + t]!;
        }
        expected.push(said / total - 0.3 * Math.log(Math.max(texts.lengths[text]!, 2)));
      }
    }
    const got = (await evaluate({ scores }, {}, FLOAT64)).scores!;
    expect(scores.shape).toEqual([groups, count, count]);
    expected.forEach((value, k) => {
      expect(got[k]).toBeCloseTo(value, 10);
    });
    const ce = (row: number[], own: number) =>
      Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[own]!;
    const rows = Array.from({ length: groups * count }, (_, k) =>
      ce(expected.slice(k * count, (k + 1) * count), k % count),
    );
    expect(await scalarOf(losses.groupCrossEntropy(scores))).toBeCloseTo(
      rows.reduce((a, b) => a + b, 0) / rows.length,
      10,
    );
    const error = await gradientError(
      [
        [2, 2, 3, 4],
        [2, 2, 5, 4],
        [2, 2, 3],
      ],
      (q, d, w) =>
        losses.lateInteraction(
          { vectors: q!, mask: constant([1, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 0], [2, 2, 3]) },
          exp(w!),
          { vectors: d!, mask: constant(Array(20).fill(1), [2, 2, 5]) },
          options,
        ),
    );
    expect(error).toBeLessThan(1e-6);
  });

  test("R-Drop adds half the symmetric divergence, and nothing for equal passes", async () => {
    const [a, b] = [scoresOf([[0, Math.log(3)]]), scoresOf([[0, 0]])];
    const target = scoresOf([[1, 0]]);
    const [p, q] = [
      [0.25, 0.75],
      [0.5, 0.5],
    ];
    const kl = (x: number[], y: number[]): number =>
      x.reduce((sum, value, k) => sum + value * Math.log(value / y[k]!), 0);
    const expected = -Math.log(0.25) - Math.log(0.5) + (4 / 2) * (kl(q, p) + kl(p, q));
    expect(await scalarOf(losses.rDrop(a, b, target, 4))).toBeCloseTo(expected, 10);
    expect(await scalarOf(losses.symmetricKl(a, a))).toBe(0);
  });

  test("the similarity-matrix loss is the scaled mean square", async () => {
    const loss = losses.similarityMatrixLoss(
      scoresOf([
        [1, 0.5],
        [0.5, 1],
      ]),
      scoresOf([
        [1, 0.1],
        [0.1, 1],
      ]),
      100,
    );
    expect(await scalarOf(loss)).toBeCloseTo((100 * 2 * 0.16) / 4, 10);
  });

  test("teachers are mixed only where both know both texts", async () => {
    const m = scoresOf([
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
    const e = scoresOf([
      [1, 0],
      [0.6, 0.8],
      [0, 1],
    ]);
    const mixed = losses.mixedTeacherSimilarity(m, constant([1, 1, 0], [3]), e, 0.25);
    const { mixed: values } = await evaluate({ mixed }, {}, FLOAT64);
    expect(values!.map((value) => Number(value.toFixed(6)))).toEqual([1, 0.45, 0, 0.45, 1, 0.8, 0, 0.8, 1]);
  });

  test("tied cross-entropy equals −log softmax over the whole vocabulary", async () => {
    const table = scoresOf([
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    const losses1 = losses.tiedCrossEntropy(
      scoresOf([[2, 1]]),
      table,
      constant([0.1, 0.2, 0.3], [3]),
      constant([1], [1], "int"),
    );
    const logits = [2.1, 1.2, 3.3];
    const expected = Math.log(logits.reduce((sum, s) => sum + Math.exp(s), 0)) - logits[1]!;
    expect((await evaluate({ losses1 }, {}, FLOAT64)).losses1![0]).toBeCloseTo(expected, 10);
  });

  test("a sample's softmax runs over the classes of its own task", async () => {
    const context = new ForwardContext(true);
    const loss = losses.pairClassification(
      context,
      scoresOf([[1]]),
      scoresOf([[1]]),
      scoresOf([[1, 0, 0]]),
      scoresOf([[1, 1, 0]]),
    );
    const weights = { "pairClassifier.weight": [1, 2, 50, 0, 0, 0, 0, 0, 0] };
    expect((await evaluate({ loss }, weights, FLOAT64)).loss![0]).toBeCloseTo(Math.log(1 + Math.exp(1)), 8);
  });
});

describe("gradients of whole losses equal central differences in float64 to 1e-6", () => {
  const labels = constant([1, 0, 2, 1], [4]);
  const target = constant([1, 0, 0, 0, 1, 0], [2, 3]);
  const cases: [string, number[][], (...inputs: Node[]) => Node][] = [
    [
      "InfoNCE with hard negatives",
      [
        [3, 4],
        [3, 4],
        [2, 4],
      ],
      (q, p, h) => losses.infoNce(q!, p!, 5, h!),
    ],
    ["partner contrastive", [[4, 3]], (x) => losses.partnerContrastive(x!, 5)],
    [
      "CoSENT",
      [
        [4, 3],
        [4, 3],
      ],
      (u, v) => losses.coSent(u!, v!, labels, 5),
    ],
    [
      "R-Drop",
      [
        [2, 3],
        [2, 3],
      ],
      (a, b) => losses.rDrop(a!, b!, target, 4),
    ],
    [
      "similarity matrix",
      [[3, 4]],
      (x) =>
        losses.similarityMatrixLoss(
          losses.selfSimilarity(x!),
          constant(uniform(9, new SeededRandom(3)), [3, 3]),
          10,
        ),
    ],
    [
      "cosine head",
      [[3, 4]],
      (x) =>
        losses.cosineHeadLoss(
          x!,
          constant(uniform(12, new SeededRandom(3)), [3, 4]),
          constant([1, 0, 1], [3]),
        ),
    ],
  ];
  test.each(cases)("%s", async (_, shapes, build) => {
    expect(await gradientError(shapes, build)).toBeLessThan(1e-6);
  });
});

describe("FlatNCE", () => {
  const slopes = async (
    values: number[],
    of: (scores: Node) => Node,
    target = FLOAT64,
  ): Promise<number[]> => {
    const scores = input("s", "float", [1, values.length]);
    const slope = gradients(of(scores), [scores])[0]!;
    return (await evaluate({ slope }, { s: values }, target)).slope!;
  };

  test("its gradient is (1 + x) / x times InfoNCE's, for large and small x", async () => {
    for (const values of [
      [0, 3, 2],
      [2, 1, 1.5],
      [5, -1, 0],
    ]) {
      const x = values.slice(1).reduce((sum, s) => sum + Math.exp(s - values[0]!), 0);
      const [flat, info] = [
        await slopes(values, (s) => losses.flatNce(s).loss),
        await slopes(values, losses.infoNceOfScores),
      ];
      flat.forEach((slope, k) => {
        expect(slope).toBeCloseTo(((1 + x) / x) * info[k]!, 8);
      });
    }
  });

  test("in float32 InfoNCE has lost the gradient where FlatNCE has not", async () => {
    const float32 = { opSet: "cpu", precision: "float32" } as const;
    const values = [60, -60, -61];
    expect(await slopes(values, losses.infoNceOfScores, float32)).toEqual([0, 0, 0]);
    const flat = await slopes(values, (s) => losses.flatNce(s).loss, float32);
    expect(flat[0]).toBeCloseTo(-1, 5);
    expect(flat[1]).toBeCloseTo(1 / (1 + Math.exp(-1)), 5);
  });

  test("what it reports is log x", async () => {
    expect(
      await scalarOf(
        losses.flatNce(
          scoresOf([
            [1, 0, 2],
            [0, 1, 0],
          ]),
        ).logX,
      ),
    ).toBeCloseTo((Math.log(Math.exp(-1) + Math.exp(1)) + Math.log(2 * Math.exp(-1))) / 2, 10);
  });
});

describe("gradient caching", () => {
  const config = studentConfig({
    vocabSize: 30,
    hiddenSize: 8,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    hasZeroInitResidual: false,
    initializerStd: 0.3,
    layerNormEpsilon: 1e-5,
  });
  const [rows, length, microBatches] = [4, 5, 3];
  const random = new SeededRandom(8);
  const batches = Array.from(
    { length: microBatches },
    (): Feeds => ({
      ids: Int32Array.from({ length: rows * length }, () => random.nextBelow(30)),
      lengths: Int32Array.from({ length: rows }, () => 1 + random.nextBelow(length)),
    }),
  );

  function encodeRows(context: ForwardContext, count: number): Node {
    const ids = input("ids", "int", [count, length]);
    return encode(context, config, {
      tokenIds: ids,
      mask: maskFromLengths(ids, input("lengths", "int", [count])),
    }).pooled;
  }
  const contrast = (vectors: Node): Node => losses.partnerContrastive(vectors, 20);

  function largestDifference(a: GradientSet, b: GradientSet): number {
    expect([...a.keys()].toSorted()).toEqual([...b.keys()].toSorted());
    let worst = 0;
    for (const [name, gradient] of a) {
      const other = b.get(name)!;
      const largest = gradient.data.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-3);
      expect(other.kind).toBe(gradient.kind);
      gradient.data.forEach((value, k) => {
        worst = Math.max(worst, Math.abs(value - other.data[k]!) / largest);
      });
    }
    return worst;
  }

  test("equals the gradient of the whole batch, which plain accumulation does not", async () => {
    const context = new ForwardContext(true);
    const loss = contrast(encodeRows(context, rows * microBatches));
    const parameters = initializeParameters(context.specs(), 3);
    const whole = await compileTrainStep({ loss });
    const join = (name: "ids" | "lengths"): Int32Array =>
      Int32Array.from(batches.flatMap((batch) => [...(batch[name] as Int32Array)]));
    const expected = await whole.run(
      parameters,
      { ids: join("ids"), lengths: join("lengths") },
      new SeededRandom(1),
    );
    await whole.release();

    const cache = await GradientCache.compile({
      encode: () => encodeRows(new ForwardContext(true), rows),
      loss: contrast,
      microBatches,
    });
    const cached = await cache.run(parameters, batches, {}, new SeededRandom(1));
    await cache.release();
    expect(cached.loss).toBeCloseTo(expected.loss, 5);
    expect(largestDifference(expected.gradients, cached.gradients)).toBeLessThan(1e-5);

    const part = await compileTrainStep({ loss: contrast(encodeRows(new ForwardContext(true), rows)) });
    const naive = [];
    for (const batch of batches)
      naive.push({
        gradients: (await part.run(parameters, batch, new SeededRandom(1))).gradients,
        weight: 1 / microBatches,
      });
    await part.release();
    expect(largestDifference(expected.gradients, sumGradients(naive))).toBeGreaterThan(1e-2);
  });

  test("both passes use the same dropout", async () => {
    const withDropout = { ...config, hiddenDropout: 0.5, attentionDropout: 0.5 };
    const encodeWith = (context: ForwardContext): Node => {
      const ids = input("ids", "int", [rows, length]);
      return encode(context, withDropout, {
        tokenIds: ids,
        mask: maskFromLengths(ids, input("lengths", "int", [rows])),
      }).pooled;
    };
    // A loss whose slope does not depend on the vectors: the cached gradient must be the plain one under the same masks.
    const total = (vectors: Node): Node => reduceSum(slice(vectors, 1, 0, 4));
    const context = new ForwardContext(true);
    const plain = await compileTrainStep({ loss: total(encodeWith(context)) });
    const parameters = initializeParameters(context.specs(), 3);
    const expected = await plain.run(parameters, batches[0]!, new SeededRandom(5));
    const cache = await GradientCache.compile({
      encode: () => encodeWith(new ForwardContext(true)),
      loss: total,
      microBatches: 1,
    });
    const cached = await cache.run(parameters, [batches[0]!], {}, new SeededRandom(5));
    await plain.release();
    await cache.release();
    expect(cached.loss).toBeCloseTo(expected.loss, 4);
    expect(largestDifference(expected.gradients, cached.gradients)).toBeLessThan(1e-5);
  });
});
